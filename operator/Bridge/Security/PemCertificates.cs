using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace KafkaLogstash.Bridge.Security;

/// <summary>Reads certificates and keys from PEM files (RFC 7468).</summary>
internal static class PemCertificates
{
    /// <summary>A certificate with its private key, and its issuers behind it.</summary>
    /// <param name="certificates">The certificates, the own one first.</param>
    /// <param name="key">The private key, without a password.</param>
    /// <param name="files">The files, for messages.</param>
    /// <exception cref="FormatException">They can't be read, or do not belong together.</exception>
    public static SslStreamCertificateContext Identity(byte[] certificates, byte[] key, string files)
    {
        try
        {
            var own = X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(certificates), Encoding.UTF8.GetString(key));
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(Encoding.UTF8.GetString(certificates));

            // Offline: what is sent is what the file holds.
            return SslStreamCertificateContext.Create(own, [.. chain.Skip(1)], offline: true);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            // The cause's text can't hold key material: it names a problem, not the text that has it.
            throw new FormatException($"{files} hold no certificate in PEM with its own private key, without a password: {failure.Message}", failure);
        }
    }

    /// <summary>Certificates that others must come from.</summary>
    /// <param name="certificates">The certificates.</param>
    /// <param name="file">The file, for messages.</param>
    /// <exception cref="FormatException">There is none.</exception>
    public static X509Certificate2Collection Roots(byte[] certificates, string file)
    {
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPem(Encoding.UTF8.GetString(certificates));
        }
        catch (CryptographicException failure)
        {
            throw new FormatException($"{file} holds a certificate that can't be read: {failure.Message}", failure);
        }

        return roots.Count > 0 ? roots : throw new FormatException($"{file} holds no certificate in PEM.");
    }

    /// <summary>How a peer's certificate is checked: against these roots alone, or the system's where there are none. Nothing is downloaded.</summary>
    /// <param name="roots">The roots; null for the system's.</param>
    /// <param name="usage">What the certificate must be for.</param>
    public static X509ChainPolicy Policy(X509Certificate2Collection? roots, Oid usage)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            TrustMode = roots is null ? X509ChainTrustMode.System : X509ChainTrustMode.CustomRootTrust,
        };
        policy.ApplicationPolicy.Add(usage);
        if (roots is not null)
        {
            policy.CustomTrustStore.AddRange(roots);

            // Bundles hold issuers too, which not every peer sends along.
            policy.ExtraStore.AddRange(roots);
        }

        return policy;
    }
}
