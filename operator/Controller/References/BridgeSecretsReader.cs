using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Rendering.Bridges;

namespace KafkaLogstash.Controller.References;

/// <summary>Picks what a bridge needs besides Kafka's credentials out of the Secrets that a connection names, and checks that it is usable.</summary>
internal static partial class BridgeSecretsReader
{
    /// <summary>The key with the issuer's certificate in the Secrets that cert-manager makes.</summary>
    private const string IssuerKey = "ca.crt";

    private const string SinkTls = "spec.bridge.sink.tls";

    private const string Login = "spec.bridge.sink.authentication";

    /// <summary>Picks it out.</summary>
    /// <param name="connection">The connection, whose transport is Bridge.</param>
    /// <param name="references">The contents of the Secrets; what is missing there was reported before.</param>
    /// <param name="problems">One sentence for each thing that is there but can't be used; none quotes a secret.</param>
    public static BridgeSecrets Read(KafkaLogstashConnection connection, ResolvedReferences references, out ImmutableArray<string> problems)
    {
        var spec = connection.Spec;
        var values = new SecretValues(references);
        var external = values.ClientTls("spec.logstash.external.tls", spec.Logstash.External?.Tls);
        values.RequirePair("spec.logstash.external.tls.clientCertificate", external.Chain, external.Key);
        var secrets = new BridgeSecrets { External = external };
        if (spec.Output is not null && spec.Bridge.Sink.Tls is { } tls)
        {
            secrets = WithSinkTls(secrets, connection, tls, references, values);
        }

        if (spec.Output is not null && spec.Bridge.Sink.Authentication is { } login)
        {
            secrets = WithLogin(secrets, login, isManaged: spec.Logstash.External is null, values);
        }

        problems = values.Problems;
        return secrets;
    }

    private static BridgeSecrets WithSinkTls(BridgeSecrets secrets, KafkaLogstashConnection connection, ServerTlsSpec tls, ResolvedReferences references, SecretValues values)
    {
        var chain = values.Certificates(SinkTls, tls.SecretName, tls.CertificateKey);
        var key = values.Key(SinkTls, tls.SecretName, tls.PrivateKeyKey);
        values.RequirePair(SinkTls, chain, key);
        var trust = chain?.Pem ?? "";
        if (references.Text(ReferenceKind.Secret, tls.SecretName, IssuerKey) is { Length: > 0 } && values.Certificates(SinkTls, tls.SecretName, IssuerKey) is { } issuer)
        {
            trust = issuer.Pem + trust;
        }

        var host = new BridgePlan(connection).SinkHost;
        if (chain is not null && connection.Spec.Logstash.External is null)
        {
            using var certificate = X509Certificate2.CreateFromPem(chain.Pem);
            if (!certificate.MatchesHostname(host, allowWildcards: true, allowCommonName: false))
            {
                values.Add(SinkTls, $"Secret '{tls.SecretName}', key '{tls.CertificateKey}': the certificate is not for {host}, by which Logstash knows the sink. Have it issued for that name, too, or remove spec.bridge.sink.tls: the operator then makes one.");
            }
        }

        return secrets with
        {
            SinkCertificate = chain,
            SinkKey = key,
            SinkTrust = trust,
            SinkClients = values.Certificates($"{SinkTls}.trustedClientCertificates", tls.TrustedClientCertificates),
        };
    }

    private static BridgeSecrets WithLogin(BridgeSecrets secrets, SinkAuthenticationSpec login, bool isManaged, SecretValues values)
    {
        if (login.BearerTokenFrom is { } source)
        {
            var token = Value(values, "bearerTokenFrom", source);
            if (token is not null && !Token().IsMatch(token))
            {
                values.Add($"{Login}.bearerTokenFrom", $"Secret '{source.SecretName}', key '{source.Key}' holds no bearer token (RFC 6750): letters, digits and -._~+/ with = only at its end.");
            }

            return secrets with { SinkToken = token };
        }

        if (login.BasicSecretName is not { Length: > 0 } secret)
        {
            return secrets;
        }

        string? Part(string key)
        {
            var value = Value(values, "basicSecretName", new SecretKeyReference { SecretName = secret, Key = key });
            if (isManaged && value?.Contains("${", StringComparison.Ordinal) == true)
            {
                values.Add($"{Login}.basicSecretName", $"Secret '{secret}', key '{key}' holds '${{', which Logstash would take for the name of a variable. Choose another {key}.");
            }

            return value;
        }

        var username = Part("username");
        if (username?.Contains(':', StringComparison.Ordinal) == true)
        {
            values.Add($"{Login}.basicSecretName", $"Secret '{secret}', key 'username' holds a colon, which a user name can't (RFC 7617). Choose another.");
        }

        return secrets with { SinkUsername = username, SinkPassword = Part("password") };
    }

    /// <summary>A credential of the sink's, without the line end that editors and <c>echo</c> leave behind it: the bridge reads it from a file without that, and Logstash has to send the same.</summary>
    private static string? Value(SecretValues values, string field, SecretKeyReference source)
    {
        var value = values.Credential($"{Login}.{field}", source)?.TrimEnd('\r', '\n');
        if (value is "")
        {
            values.Add($"{Login}.{field}", $"Secret '{source.SecretName}', key '{source.Key}' is empty but for a line end.");
            return null;
        }

        return value;
    }

    [GeneratedRegex(@"^[A-Za-z0-9\-._~+/]+=*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Token();
}
