using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KafkaLogstash.Kafka.Pem;

/// <summary>
/// Reads certificates and private keys as people store them in Secrets and writes them in the one form that both Kafka's Java client
/// (<c>ssl.truststore.type</c> and <c>ssl.keystore.type</c> <c>PEM</c>, KIP-651) and librdkafka accept: bare PEM blocks, private keys
/// as unencrypted PKCS#8.
/// </summary>
/// <remarks>No message of this type ever quotes the input.</remarks>
public static class PemMaterial
{
    private const string CertificateLabel = "CERTIFICATE";

    /// <summary>Reads every certificate of a PEM text, in its order; what stands between the blocks (bag attributes, comments) is dropped.</summary>
    /// <param name="pem">The text, for example the value of <c>ca.crt</c>.</param>
    /// <returns>The certificates as PEM blocks, each once, each ending in a newline.</returns>
    /// <exception cref="PemException">There is no certificate in the text, or one can't be read.</exception>
    public static CertificateBundle ReadCertificates(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);

        var blocks = new List<string>();
        var expiry = DateTimeOffset.MaxValue;
        byte[]? leafKey = null;
        foreach (var (label, content) in Blocks(pem))
        {
            if (label is not (CertificateLabel or "TRUSTED CERTIFICATE" or "X509 CERTIFICATE"))
            {
                continue;
            }

            try
            {
                using var certificate = X509CertificateLoader.LoadCertificate(content);
                leafKey ??= certificate.PublicKey.ExportSubjectPublicKeyInfo();
                var notAfter = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
                expiry = notAfter < expiry ? notAfter : expiry;
                var block = PemEncoding.WriteString(CertificateLabel, certificate.RawData) + "\n";
                if (!blocks.Contains(block, StringComparer.Ordinal))
                {
                    blocks.Add(block);
                }
            }
            catch (CryptographicException)
            {
                throw new PemException($"certificate {blocks.Count + 1} is damaged: it is no X.509 certificate. Copy it again from where it was issued.");
            }
        }

        if (leafKey is null)
        {
            throw new PemException(pem.Contains("-----BEGIN", StringComparison.Ordinal)
                ? "there is no block '-----BEGIN CERTIFICATE-----' in it."
                : "it is not PEM text: it should begin with '-----BEGIN CERTIFICATE-----'. A Java keystore (JKS, PKCS#12) is exported with 'keytool -exportcert -rfc'.");
        }

        return new CertificateBundle(string.Concat(blocks), blocks.Count, expiry, leafKey);
    }

    /// <summary>Reads the private key of a PEM text: PKCS#8, PKCS#1 (<c>RSA PRIVATE KEY</c>) or SEC 1 (<c>EC PRIVATE KEY</c>).</summary>
    /// <param name="pem">The text, for example the value of <c>tls.key</c>.</param>
    /// <returns>The key as one PKCS#8 PEM block that ends in a newline, and its public part.</returns>
    /// <exception cref="PemException">There is no private key in the text, it is encrypted, or it can't be read.</exception>
    public static PrivateKey ReadPrivateKey(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);

        foreach (var (label, content) in Blocks(pem))
        {
            try
            {
                switch (label)
                {
                    case "ENCRYPTED PRIVATE KEY":
                        throw new PemException("the key is encrypted. Store it decrypted, for example with 'openssl pkey -in encrypted.key -out tls.key': a Secret protects it already.");
                    case "RSA PRIVATE KEY":
                        if (IsLegacyEncrypted(pem))
                        {
                            goto case "ENCRYPTED PRIVATE KEY";
                        }

                        using (var rsa = RSA.Create())
                        {
                            rsa.ImportRSAPrivateKey(content, out _);
                            return new PrivateKey(rsa.ExportPkcs8PrivateKeyPem() + "\n", rsa.ExportSubjectPublicKeyInfo());
                        }

                    case "EC PRIVATE KEY":
                        if (IsLegacyEncrypted(pem))
                        {
                            goto case "ENCRYPTED PRIVATE KEY";
                        }

                        using (var ec = ECDsa.Create())
                        {
                            ec.ImportECPrivateKey(content, out _);
                            return new PrivateKey(ec.ExportPkcs8PrivateKeyPem() + "\n", ec.ExportSubjectPublicKeyInfo());
                        }

                    case "PRIVATE KEY":
                        RequirePkcs8(content);
                        return new PrivateKey(PemEncoding.WriteString("PRIVATE KEY", content) + "\n", PublicPart(content));
                }
            }
            catch (CryptographicException)
            {
                throw new PemException($"the block '-----BEGIN {label}-----' is damaged. Copy the key again from where it was issued.");
            }
        }

        throw new PemException(pem.Contains("-----BEGIN", StringComparison.Ordinal)
            ? "there is no private key in it (a block '-----BEGIN PRIVATE KEY-----')."
            : "it is not PEM text: it should begin with '-----BEGIN PRIVATE KEY-----'.");
    }

    /// <summary>Joins a private key and its certificate chain into the one file that Kafka's PEM keystore wants.</summary>
    /// <exception cref="PemException">The certificate was issued for another key.</exception>
    public static string WriteKeystore(PrivateKey key, CertificateBundle chain)
    {
        RequirePair(key, chain);
        return key.Pem + chain.Pem;
    }

    /// <summary>Sees to it that a private key is that of a chain's first certificate.</summary>
    /// <exception cref="PemException">The certificate was issued for another key.</exception>
    public static void RequirePair(PrivateKey key, CertificateBundle chain)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(chain);

        if (key.PublicKey is not null && !key.PublicKey.AsSpan().SequenceEqual(chain.LeafPublicKey))
        {
            throw new PemException("the certificate and the private key do not belong together: the certificate was issued for another key. The first certificate must be the own one, its issuers after it.");
        }
    }

    private static IEnumerable<(string Label, byte[] Content)> Blocks(string pem)
    {
        var rest = pem.AsMemory();
        while (PemEncoding.TryFind(rest.Span, out var fields))
        {
            var label = rest.Span[fields.Label].ToString();
            var content = Convert.FromBase64String(rest.Span[fields.Base64Data].ToString());
            yield return (label, content);
            rest = rest[fields.Location.End..];
        }

        // Blocks with RFC 1421 headers ('Proc-Type: 4,ENCRYPTED') are no PEM to .NET: name them instead of overlooking them.
        if (IsLegacyEncrypted(rest.ToString()))
        {
            yield return ("ENCRYPTED PRIVATE KEY", []);
        }
    }

    private static bool IsLegacyEncrypted(string pem) => pem.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal);

    /// <summary>Checks the outer form of a PKCS#8 PrivateKeyInfo (RFC 5958, section 2), whatever its algorithm.</summary>
    private static void RequirePkcs8(byte[] content)
    {
        try
        {
            var info = new AsnReader(content, AsnEncodingRules.BER).ReadSequence();
            info.ReadInteger();
            info.ReadSequence().ReadObjectIdentifier();
            info.ReadOctetString();
        }
        catch (AsnContentException e)
        {
            throw new CryptographicException("No PKCS#8 key.", e);
        }
    }

    /// <summary>The public part of a PKCS#8 key, or null for an algorithm this runtime has no type for (Ed25519): Kafka may still know it.</summary>
    private static byte[]? PublicPart(byte[] pkcs8)
    {
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportPkcs8PrivateKey(pkcs8, out _);
            return rsa.ExportSubjectPublicKeyInfo();
        }
        catch (CryptographicException)
        {
            // Not an RSA key.
        }

        try
        {
            using var ec = ECDsa.Create();
            ec.ImportPkcs8PrivateKey(pkcs8, out _);
            return ec.ExportSubjectPublicKeyInfo();
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
