using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KafkaLogstash.Tests.Integration.Kafka.Brokers;

/// <summary>An authority, and what it issued for a broker and for a client: PEM certificates and PKCS#8 keys.</summary>
internal sealed class BrokerCertificates
{
    public BrokerCertificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
        Authority = authority.ExportCertificatePem() + "\n";
        Broker = Issue(authority, "CN=broker");
        Client = Issue(authority, "CN=orders");
    }

    public string Authority { get; }

    /// <summary>For a broker that is dialled as localhost, and by no other name.</summary>
    public (string Certificate, string Key) Broker { get; }

    public (string Certificate, string Key) Client { get; }

    private static (string Certificate, string Key) Issue(X509Certificate2 authority, string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(authority, new DateTimeOffset(authority.NotBefore), new DateTimeOffset(authority.NotAfter), RandomNumberGenerator.GetBytes(8));
        return (issued.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }
}
