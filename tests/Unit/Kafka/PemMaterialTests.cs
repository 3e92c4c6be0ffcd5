using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KafkaLogstash.Kafka.Pem;

namespace KafkaLogstash.Tests.Unit.Kafka;

public sealed class PemMaterialTests
{
    [Fact]
    public void Keys_of_every_usual_form_become_PKCS8()
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        foreach (var text in new[] { rsa.ExportRSAPrivateKeyPem(), rsa.ExportPkcs8PrivateKeyPem() })
        {
            AssertSameKey(rsa.ExportSubjectPublicKeyInfo(), text);
        }

        foreach (var text in new[] { ec.ExportECPrivateKeyPem(), ec.ExportPkcs8PrivateKeyPem() })
        {
            AssertSameKey(ec.ExportSubjectPublicKeyInfo(), text);
        }

        static void AssertSameKey(byte[] expected, string text)
        {
            var key = PemMaterial.ReadPrivateKey("Bag Attributes\n  friendlyName: x\n" + text);
            Assert.StartsWith("-----BEGIN PRIVATE KEY-----\n", key.Pem, StringComparison.Ordinal);
            Assert.EndsWith("-----END PRIVATE KEY-----\n", key.Pem, StringComparison.Ordinal);
            Assert.Equal(expected, key.PublicKey);
        }
    }

    [Fact]
    public void An_encrypted_key_is_refused_with_what_to_do()
    {
        using var rsa = RSA.Create(2048);
        var encrypted = rsa.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));

        Assert.Contains("decrypted", Assert.Throws<PemException>(() => PemMaterial.ReadPrivateKey(encrypted)).Message, StringComparison.Ordinal);

        var legacy = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
        Assert.Contains("decrypted", Assert.Throws<PemException>(() => PemMaterial.ReadPrivateKey(legacy)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bundle_keeps_each_certificate_once_and_drops_the_text_between()
    {
        var (first, _) = SelfSigned("CN=first", DateTimeOffset.UnixEpoch.AddYears(80));
        var (second, _) = SelfSigned("CN=second", DateTimeOffset.UnixEpoch.AddYears(70));

        var bundle = PemMaterial.ReadCertificates($"# first\n{first}\nsubject=second\n{second}\n{first}");

        Assert.Equal(2, bundle.Count);
        Assert.Equal(first.Trim() + "\n" + second.Trim() + "\n", bundle.Pem);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddYears(70), bundle.NotAfter);
    }

    [Fact]
    public void A_keystore_holds_the_key_before_its_chain()
    {
        var (certificate, key) = SelfSigned("CN=client", DateTimeOffset.UnixEpoch.AddYears(80));

        var keystore = PemMaterial.WriteKeystore(PemMaterial.ReadPrivateKey(key), PemMaterial.ReadCertificates(certificate));

        using var read = X509Certificate2.CreateFromPem(keystore, keystore);
        Assert.True(read.HasPrivateKey);
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----", keystore, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_of_another_key_is_refused()
    {
        var (_, key) = SelfSigned("CN=a", DateTimeOffset.UnixEpoch.AddYears(80));
        var (certificate, _) = SelfSigned("CN=b", DateTimeOffset.UnixEpoch.AddYears(80));

        var error = Assert.Throws<PemException>(() => PemMaterial.WriteKeystore(PemMaterial.ReadPrivateKey(key), PemMaterial.ReadCertificates(certificate)));

        Assert.Contains("do not belong together", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "not PEM text")]
    [InlineData("hunter2", "not PEM text")]
    [InlineData("-----BEGIN PRIVATE KEY-----\naHVudGVyMg==\n-----END PRIVATE KEY-----", "no block")]
    [InlineData("-----BEGIN CERTIFICATE-----\naHVudGVyMg==\n-----END CERTIFICATE-----", "damaged")]
    public void What_is_no_certificate_is_refused_without_being_quoted(string text, string reason)
    {
        var error = Assert.Throws<PemException>(() => PemMaterial.ReadCertificates(text));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("aHVudGVyMg", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hunter2", "not PEM text")]
    [InlineData("-----BEGIN PRIVATE KEY-----\naHVudGVyMg==\n-----END PRIVATE KEY-----", "damaged")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\naHVudGVyMg==\n-----END RSA PRIVATE KEY-----", "damaged")]
    public void What_is_no_key_is_refused_without_being_quoted(string text, string reason)
    {
        var error = Assert.Throws<PemException>(() => PemMaterial.ReadPrivateKey(text));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("aHVudGVyMg", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_private_key_does_not_print_itself()
    {
        var (_, key) = SelfSigned("CN=a", DateTimeOffset.UnixEpoch.AddYears(80));

        Assert.DoesNotContain("BEGIN", $"{PemMaterial.ReadPrivateKey(key)}", StringComparison.Ordinal);
    }

    private static (string Certificate, string Key) SelfSigned(string subject, DateTimeOffset notAfter)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest(subject, key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, notAfter);
        return (certificate.ExportCertificatePem(), key.ExportECPrivateKeyPem());
    }
}
