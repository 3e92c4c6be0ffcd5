using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Clients;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>
/// Finds out what is wrong with a broker's certificate. librdkafka says no more than that it could not be verified; so, once that has happened, the broker is
/// asked for its certificate again, and the connection is closed: nothing is sent over it.
/// </summary>
internal static class TlsInspection
{
    private const int MostNames = 5;

    /// <summary>Looks at a broker's certificate.</summary>
    /// <param name="broker">The broker as <c>host:port</c>.</param>
    /// <param name="tls">How the connection does TLS.</param>
    /// <param name="secrets">The certificates to trust.</param>
    /// <param name="time">The clock.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What is wrong, or null where nothing is found.</returns>
    public static async Task<KafkaFinding?> LookAsync(
        string broker, KafkaTlsSpec tls, KafkaSecrets secrets, TimeProvider time, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var colon = broker.LastIndexOf(':');
        var host = broker[..Math.Max(0, colon)].Trim('[', ']');
        if (host.Length == 0 || !ushort.TryParse(broker[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return null;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        KafkaFinding? finding = null;
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, port, limit.Token);
            await using var stream = new SslStream(client.GetStream());
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    CertificateChainPolicy = Policy(secrets),
                    RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    {
                        finding = Judge(broker, host, certificate, chain, errors, tls, time.GetUtcNow());
                        return finding is null;
                    },
                },
                limit.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or OperationCanceledException)
        {
            // Either the certificate was refused, and the finding says why, or the broker has other troubles that librdkafka tells of.
            cancellationToken.ThrowIfCancellationRequested();
        }

        return finding;
    }

    private static X509ChainPolicy Policy(KafkaSecrets secrets)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        if (secrets.TrustedCertificates is { } trusted)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.ImportFromPem(trusted.Pem);
        }

        return policy;
    }

    private static KafkaFinding? Judge(
        string broker, string host, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, KafkaTlsSpec tls, DateTimeOffset now)
    {
        if (certificate is not X509Certificate2 leaf)
        {
            return null;
        }

        var expired = chain?.ChainElements.Select(element => element.Certificate).Append(leaf).FirstOrDefault(element => element.NotAfter < now.LocalDateTime);
        if (expired is not null)
        {
            return new KafkaFinding(
                false,
                "CertificateExpired",
                $"The certificate {(expired.Equals(leaf) ? "" : $"of the authority '{expired.Subject}' above the one ")}of {broker} expired on {Day(expired.NotAfter)}: renew it on the brokers.");
        }

        if (leaf.NotBefore > now.LocalDateTime)
        {
            return new KafkaFinding(false, "CertificateNotYetValid", $"The certificate of {broker} is valid only from {Day(leaf.NotBefore)} on: check the clocks of the brokers and of this node.");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            return new KafkaFinding(
                false,
                KafkaFindings.CertificateUntrusted,
                $"The certificate of {broker} comes from '{leaf.Issuer}', which is not trusted: put that authority's certificate into spec.kafka.tls.trustedCertificates.");
        }

        return errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && tls.VerifyHostname
            ? new KafkaFinding(
                false,
                "CertificateNameMismatch",
                $"The certificate of {broker} was issued for {Names(leaf)}, not for {host}: use a name it has in spec.kafka.bootstrapServers, or set spec.kafka.tls.verifyHostname to false.")
            : null;
    }

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())))
            .Take(MostNames)
            .ToList();
        return names.Count > 0 ? string.Join(", ", names) : $"'{certificate.Subject}'";
    }

    private static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
