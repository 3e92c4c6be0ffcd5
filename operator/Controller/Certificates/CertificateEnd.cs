using System.Collections.Immutable;
using KafkaLogstash.Controller.References;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Pem;

namespace KafkaLogstash.Controller.Certificates;

/// <summary>When a certificate that a connection uses ends.</summary>
/// <param name="Use">What it is for, as metrics say it.</param>
/// <param name="NotAfter">When it ends, UTC; of several, the first that does.</param>
internal sealed record CertificateEnd(string Use, DateTimeOffset NotAfter)
{
    /// <summary>Names the ends of all certificates that a connection uses, those that users bring and those that the operator makes.</summary>
    /// <param name="kafka">What Kafka's clients need.</param>
    /// <param name="bridge">What the bridge needs besides; null without a bridge.</param>
    /// <param name="made">What the operator made; null where it makes none.</param>
    public static ImmutableArray<CertificateEnd> Of(KafkaSecrets kafka, BridgeSecrets? bridge, BridgeCertificates? made)
    {
        (string Use, CertificateBundle? Bundle)[] brought =
        [
            ("kafka_roots", kafka.TrustedCertificates),
            ("kafka_client", kafka.ClientCertificate),
            ("logstash_roots", bridge?.External.Trusted),
            ("logstash_client", bridge?.External.Chain),
            ("sink", bridge?.SinkCertificate),
            ("sink_client_roots", bridge?.SinkClients),
        ];
        return
        [
            .. brought.Where(entry => entry.Bundle is not null).Select(entry => new CertificateEnd(entry.Use, entry.Bundle!.NotAfter)),
            .. Made("authority", made?.Authorities ?? []),
            .. (made?.Issued ?? ImmutableDictionary<string, IssuedCertificate>.Empty)
                .OrderBy(entry => entry.Key, StringComparer.Ordinal)
                .SelectMany(entry => Made(entry.Key.Replace('-', '_'), [entry.Value])),
        ];
    }

    /// <summary>Of authorities, the last to end is the one that counts: an older one stays only until nobody needs it.</summary>
    private static IEnumerable<CertificateEnd> Made(string use, ImmutableArray<IssuedCertificate> certificates) =>
        certificates.Select(certificate => certificate.End).Max() is { } end ? [new CertificateEnd($"made_{use}", end)] : [];
}
