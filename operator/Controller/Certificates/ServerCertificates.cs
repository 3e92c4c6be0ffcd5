using System.Text;

namespace KafkaLogstash.Controller.Certificates;

/// <summary>
/// The certificate of a server of the operator's own, with the authorities that it comes from, as they lie in a Secret: the server's under <c>tls.crt</c> and
/// <c>tls.key</c>. The next authority is made known before it issues anything, so that who trusts <see cref="Trust"/> trusts every certificate of it.
/// </summary>
public sealed class ServerCertificates
{
    private const string Purpose = "tls";

    private readonly BridgeCertificates _certificates;

    private ServerCertificates(BridgeCertificates certificates, IReadOnlyDictionary<string, byte[]>? before)
    {
        _certificates = certificates;
        Data = certificates.Write().ToDictionary(entry => entry.Key, entry => Encoding.UTF8.GetBytes(entry.Value), StringComparer.Ordinal);
        IsChanged = before is null || before.Count != Data.Count
            || !Data.All(entry => before.TryGetValue(entry.Key, out var value) && value.AsSpan().SequenceEqual(entry.Value));
    }

    /// <summary>The data of their Secret.</summary>
    public IReadOnlyDictionary<string, byte[]> Data { get; }

    /// <summary>Whether that is other data than there was.</summary>
    public bool IsChanged { get; }

    /// <summary>The server's certificate, PEM.</summary>
    public string Certificate => _certificates.Issued[Purpose].Certificate;

    /// <summary>Its private key, PEM.</summary>
    public string Key => _certificates.Issued[Purpose].Key;

    /// <summary>The certificates of the authorities, PEM, the newest first: what clients should trust.</summary>
    public string Trust => _certificates.Trust;

    /// <summary>When something of it has to be renewed, UTC.</summary>
    public DateTimeOffset RenewAt => _certificates.RenewAt;

    /// <summary>Keeps what is good of a Secret's data and issues the rest.</summary>
    /// <param name="data">The data; null where there is no Secret.</param>
    /// <param name="owner">Whose authorities they are, for their names.</param>
    /// <param name="names">The server's names and addresses, the one that it is called by first.</param>
    /// <param name="now">The time, UTC.</param>
    public static ServerCertificates Renew(IReadOnlyDictionary<string, byte[]>? data, string owner, IReadOnlyList<string> names, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(names);
        var purpose = new CertificatePurpose(Purpose, names[0], names);
        return new ServerCertificates(CertificateRenewal.Renew(BridgeCertificates.Read(data), owner, [purpose], now), data);
    }

    /// <summary>A fixed text: keys never reach a log by accident.</summary>
    public override string ToString() => nameof(ServerCertificates);
}
