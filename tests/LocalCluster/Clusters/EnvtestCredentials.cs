using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KafkaLogstash.LocalCluster.Clusters;

/// <summary>What a kube-apiserver and its administrator are known by: an authority, two certificates under it and a key for tokens.</summary>
/// <param name="Authority">Certificate of the authority, as PEM; so are all others.</param>
/// <param name="ServerCertificate">Certificate of the API server, for 127.0.0.1.</param>
/// <param name="ServerKey">Its private key.</param>
/// <param name="AdminCertificate">Certificate of a member of <c>system:masters</c>.</param>
/// <param name="AdminKey">Its private key.</param>
/// <param name="TokenKey">Private key that signs the tokens of service accounts.</param>
internal sealed record EnvtestCredentials(
    string Authority, string ServerCertificate, string ServerKey, string AdminCertificate, string AdminKey, string TokenKey)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    public static EnvtestCredentials Create(DateTimeOffset now)
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=local-cluster-ca", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var authority = request.CreateSelfSigned(now.AddHours(-1), now.AddYears(1));

        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        var (server, serverKey) = Issue(authority, "CN=kube-apiserver", ServerAuthentication, names.Build());
        var (admin, adminKey) = Issue(authority, "CN=kubernetes-admin, O=system:masters", ClientAuthentication);
        using var tokenKey = RSA.Create(2048);
        return new(authority.ExportCertificatePem(), server, serverKey, admin, adminKey, tokenKey.ExportRSAPrivateKeyPem());
    }

    private static (string Certificate, string Key) Issue(
        X509Certificate2 authority, string subject, string usage, params IEnumerable<X509Extension> extensions)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        foreach (var extension in extensions)
        {
            request.CertificateExtensions.Add(extension);
        }

        using var certificate = request.Create(
            authority, new DateTimeOffset(authority.NotBefore), new DateTimeOffset(authority.NotAfter), RandomNumberGenerator.GetBytes(16));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
