using System.Collections.Immutable;
using System.Text;

namespace KafkaLogstash.Controller.Certificates;

/// <summary>
/// The certificates with which the bridge and the Logstash of one connection know each other: an authority of the connection's own, and what it issued.
/// They lie in a Secret that no pod mounts; what a pod needs of them is copied into its own.
/// </summary>
internal sealed record BridgeCertificates
{
    private const string AuthorityPrefix = "ca-";

    private const string CertificateSuffix = ".crt";

    private const string KeySuffix = ".key";

    /// <summary>The authorities, the oldest first. There are two or more only while the next one is made known.</summary>
    public required ImmutableArray<IssuedCertificate> Authorities { get; init; }

    /// <summary>What they issued, by the name of its purpose.</summary>
    public required ImmutableDictionary<string, IssuedCertificate> Issued { get; init; }

    /// <summary>The authorities' certificates, the newest first: what both sides trust.</summary>
    public string Trust => string.Concat(Authorities.Reverse().Select(authority => authority.Certificate));

    /// <summary>When something of it has to be renewed, UTC.</summary>
    public DateTimeOffset RenewAt => Issued.Values.Append(Authorities[^1]).Select(certificate => certificate.RenewAt ?? DateTimeOffset.MinValue).Min();

    /// <summary>Reads them from the data of their Secret, as far as there are any.</summary>
    public static BridgeCertificates Read(IReadOnlyDictionary<string, byte[]>? data)
    {
        var pairs = (data ?? new Dictionary<string, byte[]>())
            .Where(entry => entry.Key.EndsWith(CertificateSuffix, StringComparison.Ordinal))
            .Select(entry => (Name: entry.Key[..^CertificateSuffix.Length], Certificate: entry.Value))
            .OrderBy(entry => entry.Name, StringComparer.Ordinal)
            .Select(entry => (entry.Name, Pair: new IssuedCertificate(
                Encoding.UTF8.GetString(entry.Certificate),
                data!.TryGetValue(entry.Name + KeySuffix, out var key) ? Encoding.UTF8.GetString(key) : "")))
            .ToList();
        return new BridgeCertificates
        {
            Authorities = [.. pairs.Where(entry => IsAuthority(entry.Name)).Select(entry => entry.Pair)],
            Issued = pairs.Where(entry => !IsAuthority(entry.Name)).ToImmutableDictionary(entry => entry.Name, entry => entry.Pair, StringComparer.Ordinal),
        };
    }

    /// <summary>The data of their Secret, in a stable order.</summary>
    public IEnumerable<KeyValuePair<string, string>> Write()
    {
        var named = Authorities.Select((authority, i) => (Name: $"{AuthorityPrefix}{i}", Pair: authority))
            .Concat(Issued.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (Name: entry.Key, Pair: entry.Value)));
        foreach (var (name, pair) in named)
        {
            yield return new(name + CertificateSuffix, pair.Certificate);
            yield return new(name + KeySuffix, pair.Key);
        }
    }

    /// <summary>A fixed text: keys never reach a log by accident.</summary>
    public override string ToString() => nameof(BridgeCertificates);

    private static bool IsAuthority(string name) => name.StartsWith(AuthorityPrefix, StringComparison.Ordinal);
}
