using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KafkaLogstash.Kafka.Pem;

namespace KafkaLogstash.Tests.Unit.Kafka;

/// <summary>An authority of a test's own, and certificates that it issues.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly X509Certificate2 _authority;
    private readonly List<X509Certificate2> _issued = [];

    public TestCertificates(string name = "Test CA")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-10), DateTimeOffset.UtcNow.AddYears(10));
    }

    /// <summary>The authority's certificate as a connection trusts it.</summary>
    public CertificateBundle Bundle => new(_authority.ExportCertificatePem(), 1, new DateTimeOffset(_authority.NotAfter), []);

    /// <summary>Issues a certificate for a name or an address.</summary>
    public X509Certificate2 Issue(string name, DateTimeOffset? notAfter = null, DateTimeOffset? notBefore = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=kafka", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        using var bare = request.Create(_authority, notBefore ?? DateTimeOffset.UtcNow.AddYears(-5), notAfter ?? DateTimeOffset.UtcNow.AddYears(5), RandomNumberGenerator.GetBytes(8));
        using var keyed = bare.CopyWithPrivateKey(key);

        // The key of a certificate made in memory alone can't be used by TLS everywhere.
        var issued = X509CertificateLoader.LoadPkcs12(keyed.Export(X509ContentType.Pkcs12), null);
        _issued.Add(issued);
        return issued;
    }

    public void Dispose()
    {
        _authority.Dispose();
        _issued.ForEach(certificate => certificate.Dispose());
    }
}
