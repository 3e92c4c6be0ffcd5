using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KafkaLogstash.Tests.Unit.Kafka.Security;

/// <summary>Certificates and keys that were made for tests and open nothing.</summary>
internal static class SampleCertificates
{
    /// <summary>An authority.</summary>
    public const string Authority = """
        -----BEGIN CERTIFICATE-----
        MIIByTCCAW+gAwIBAgIUYTwHmxbS/RAPHZWIX/pSGxfnOtYwCgYIKoZIzj0EAwIw
        OTEQMA4GA1UECgwHRXhhbXBsZTElMCMGA1UEAwwcRXhhbXBsZSBDQSwgZm9yIHNh
        bXBsZXMgb25seTAgFw0yNjExMjMwODUyNTVaGA8yMTI2MTAzMDA4NTI1NVowOTEQ
        MA4GA1UECgwHRXhhbXBsZTElMCMGA1UEAwwcRXhhbXBsZSBDQSwgZm9yIHNhbXBs
        ZXMgb25seTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABE8FIMfYO7ynUh3B5xZV
        ZaJO3+oQVa8XwCzQGB7tTh3x+rcxh0wry3qbewKuG4WdN5pLCsZ8sdOD554EHQ+V
        YvyjUzBRMB0GA1UdDgQWBBQjwoKGSSa2BELGzD4PYDA0abOdHTAfBgNVHSMEGDAW
        gBQjwoKGSSa2BELGzD4PYDA0abOdHTAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49
        BAMCA0gAMEUCIHyKC/b2EHtsWvryIkKaY3qSMtL8gswUamKFcCCrrYVBAiEAuRFi
        3ThQVIPXwn540IecIS8qDb5bKAAXJs8UxOQhl20=
        -----END CERTIFICATE-----

        """;

    private const string Certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBYDCCAQYCFHJ9GuqkOiD4+agIdS4Vahjsv1wuMAoGCCqGSM49BAMCMDkxEDAO
        BgNVBAoMB0V4YW1wbGUxJTAjBgNVBAMMHEV4YW1wbGUgQ0EsIGZvciBzYW1wbGVz
        IG9ubHkwIBcNMjYxMTIzMDg1MjU1WhgPMjEyNjEwMzAwODUyNTVaMCoxEDAOBgNV
        BAoMB0V4YW1wbGUxFjAUBgNVBAMMDXNhbXBsZS1jbGllbnQwWTATBgcqhkjOPQIB
        BggqhkjOPQMBBwNCAASiKWqXwERpk1sqZmCQafeeRUkD304FBoC479psjcpJWCm2
        hS7K+UgjXhBmY36Jlct4DYTjD1QrRLbR/WgTKOaVMAoGCCqGSM49BAMCA0gAMEUC
        IDjgBw0+cVHe1SHKeLns4Y0TB2304zyu7YSQUJAVSy9QAiEAjr91rcBBzKnc0f3d
        ysXUp9s4/6Riqods7leJNPtgxXU=
        -----END CERTIFICATE-----

        """;

    private const string Key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzFQvYd9DcJiqMLSg
        VMwagwkflB9BoD/08szFtctCmC+hRANCAASiKWqXwERpk1sqZmCQafeeRUkD304F
        BoC479psjcpJWCm2hS7K+UgjXhBmY36Jlct4DYTjD1QrRLbR/WgTKOaV
        -----END PRIVATE KEY-----

        """;

    /// <summary>A client's certificate and its key as PKCS#8.</summary>
    public static (string Certificate, string Key) Pkcs8 => (Certificate, Key);

    /// <summary>The same with the key as SEC 1 has it.</summary>
    public static (string Certificate, string Key) Sec1
    {
        get
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(Key);
            return (Certificate, key.ExportECPrivateKeyPem());
        }
    }

    /// <summary>A new certificate with an RSA key as PKCS#1 has it.</summary>
    public static (string Certificate, string Key) Pkcs1
    {
        get
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest("CN=orders", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
            return (certificate.ExportCertificatePem(), key.ExportRSAPrivateKeyPem());
        }
    }
}
