using System.Collections.Immutable;
using System.Text;
using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Pem;

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
        var found = ImmutableArray.CreateBuilder<string>();
        string? Text(SecretKeyReference? reference) =>
            reference is null ? null : references.Text(ReferenceKind.Secret, reference.SecretName, reference.Key);
        T? Pem<T>(string field, string secret, string key, string? text, Func<string, T> read)
            where T : class
        {
            try
            {
                return text is null ? null : read(text);
            }
            catch (PemException e)
            {
                found.Add($"{field}: Secret '{secret}', key '{key}': {e.Message}");
                return null;
            }
        }

        string? Credential(string field, SecretKeyReference? reference)
        {
            if (reference is null || references.Bytes(ReferenceKind.Secret, reference.SecretName, reference.Key) is not { } bytes)
            {
                return null;
            }

            if (CredentialText.Problem(bytes) is { } problem)
            {
                found.Add($"{field}: Secret '{reference.SecretName}', key '{reference.Key}' {problem}");
                return null;
            }

            return Encoding.UTF8.GetString(bytes);
        }

        string? Written(string field, string? text)
        {
            if (string.IsNullOrEmpty(text))
            {
                return null;
            }

            if (CredentialText.Problem(text) is { } problem)
            {
                found.Add($"{field}: it {problem}");
            }

            return text;
        }

        CertificateBundle? trusted = null;
        CertificateBundle? chain = null;
        PrivateKey? clientKey = null;
        if (kafka.Tls is { } tls)
        {
            var bundles = tls.TrustedCertificates.Select((reference, i) =>
                Pem($"spec.kafka.tls.trustedCertificates[{i}]", reference.SecretName, reference.Key, Text(reference), PemMaterial.ReadCertificates)).OfType<CertificateBundle>().ToList();
            trusted = bundles.Count == 0 ? null : PemMaterial.ReadCertificates(string.Concat(bundles.Select(bundle => bundle.Pem)));
            if (tls.ClientCertificate is { } client)
            {
                const string Field = "spec.kafka.tls.clientCertificate";
                chain = Pem(Field, client.SecretName, client.CertificateKey, references.Text(ReferenceKind.Secret, client.SecretName, client.CertificateKey), PemMaterial.ReadCertificates);
                clientKey = Pem(Field, client.SecretName, client.PrivateKeyKey, references.Text(ReferenceKind.Secret, client.SecretName, client.PrivateKeyKey), PemMaterial.ReadPrivateKey);
            }
        }

        _ = Written("spec.kafka.authentication.oauth.clientId", kafka.Authentication?.Oauth?.ClientId);
        var secrets = new KafkaSecrets
        {
            Username = Written("spec.kafka.authentication.username", kafka.Authentication?.Username)
                ?? Credential("spec.kafka.authentication.usernameFrom", kafka.Authentication?.UsernameFrom),
            Password = Credential("spec.kafka.authentication.passwordFrom", kafka.Authentication?.PasswordFrom),
            OAuthClientSecret = Credential("spec.kafka.authentication.oauth.clientSecretFrom", kafka.Authentication?.Oauth?.ClientSecretFrom),
            TrustedCertificates = trusted,
            ClientCertificate = chain,
            ClientKey = clientKey,
        };
        problems = found.ToImmutable();
        return secrets;
    }
}
