using System.Collections.Immutable;
using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Clients;

namespace KafkaLogstash.Controller.References;

/// <summary>Picks what Kafka's client needs out of the Secrets that a connection names, and checks that it is usable.</summary>
internal static class KafkaSecretsReader
{
    /// <summary>Picks it out.</summary>
    /// <param name="kafka">The cluster.</param>
    /// <param name="references">The contents of the Secrets; what is missing there was reported before.</param>
    /// <param name="problems">One sentence for each thing that is there but can't be used; none quotes a secret.</param>
    public static KafkaSecrets Read(KafkaSpec kafka, ResolvedReferences references, out ImmutableArray<string> problems)
    {
        var values = new SecretValues(references);
        var tls = values.ClientTls("spec.kafka.tls", kafka.Tls);
        _ = Written("spec.kafka.authentication.oauth.clientId", kafka.Authentication?.Oauth?.ClientId);
        var secrets = new KafkaSecrets
        {
            Username = Written("spec.kafka.authentication.username", kafka.Authentication?.Username)
                ?? values.Credential("spec.kafka.authentication.usernameFrom", kafka.Authentication?.UsernameFrom),
            Password = values.Credential("spec.kafka.authentication.passwordFrom", kafka.Authentication?.PasswordFrom),
            OAuthClientSecret = values.Credential("spec.kafka.authentication.oauth.clientSecretFrom", kafka.Authentication?.Oauth?.ClientSecretFrom),
            TrustedCertificates = tls.Trusted,
            ClientCertificate = tls.Chain,
            ClientKey = tls.Key,
        };
        problems = values.Problems;
        return secrets;

        string? Written(string field, string? text)
        {
            if (string.IsNullOrEmpty(text))
            {
                return null;
            }

            if (CredentialText.Problem(text) is { } problem)
            {
                values.Add(field, $"it {problem}");
            }

            return text;
        }
    }
}
