using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KafkaLogstash.Tests.Integration.Bridges;

/// <summary>An authority of a test's own.</summary>
internal sealed class BridgeCertificates : IDisposable
{
    private readonly DateTimeOffset _begin = DateTimeOffset.UtcNow.AddDays(-1);
    private readonly DateTimeOffset _end = DateTimeOffset.UtcNow.AddDays(30);
    private readonly X509Certificate2 _authority;

    public BridgeCertificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        _authority = request.CreateSelfSigned(_begin, _end);
    }

    /// <summary>The authority's certificate as PEM.</summary>
    public string Authority => _authority.ExportCertificatePem();

    /// <summary>Trusts the authority, and nothing else.</summary>
    public X509ChainPolicy Trust => new() { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { _authority }, RevocationMode = X509RevocationMode.NoCheck };

    /// <summary>Issues a certificate, with its key, for names.</summary>
    public X509Certificate2 Issue(params IEnumerable<string> names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            alternatives.AddDnsName(name);
        }

        request.CertificateExtensions.Add(alternatives.Build());
        using var bare = request.Create(_authority, _begin, _end, RandomNumberGenerator.GetBytes(8));
        using var keyed = bare.CopyWithPrivateKey(key);

        // The key of a certificate made in memory alone can't be used by TLS everywhere.
        return X509CertificateLoader.LoadPkcs12(keyed.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    /// <summary>A certificate's private key as PKCS#8 PEM.</summary>
    public static string KeyOf(X509Certificate2 certificate) => certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();

    public void Dispose() => _authority.Dispose();
}
