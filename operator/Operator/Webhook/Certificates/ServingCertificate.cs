using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KafkaLogstash.Operator.Webhook.Certificates;

/// <summary>A certificate that can be served, with its private key and its issuers behind it.</summary>
/// <param name="Context">For handshakes.</param>
/// <param name="Begins">When it begins to be valid, UTC.</param>
/// <param name="Ends">When it ends, UTC.</param>
internal sealed record ServingCertificate(SslStreamCertificateContext Context, DateTimeOffset Begins, DateTimeOffset Ends)
{
    /// <summary>What it is told from others by.</summary>
    public string Thumbprint => Context.TargetCertificate.Thumbprint;

    /// <summary>Reads one.</summary>
    /// <param name="certificates">The certificates, PEM, the own one first.</param>
    /// <param name="key">The private key, PEM, without a password.</param>
    /// <param name="place">Where they are from, for messages.</param>
    /// <exception cref="CertificateException">They can't be read, or do not belong together.</exception>
    public static ServingCertificate Read(string certificates, string key, string place)
    {
        try
        {
            var own = X509Certificate2.CreateFromPem(certificates, key);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificates);

            // Offline: what is sent is what was given.
            return new ServingCertificate(
                SslStreamCertificateContext.Create(own, [.. chain.Skip(1)], offline: true), new(own.NotBefore.ToUniversalTime()), new(own.NotAfter.ToUniversalTime()));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // The cause names a problem of the text, never the text, which holds a key.
            throw new CertificateException($"{place} hold no certificate in PEM with its own private key, without a password: {e.Message}", e);
        }
    }

    /// <summary>Whether it is valid.</summary>
    /// <param name="now">The time, UTC.</param>
    public bool IsValid(DateTimeOffset now) => Begins <= now && now < Ends;
}

/// <summary>There is no certificate to serve. The message says why and what to do, and holds no key.</summary>
internal sealed class CertificateException(string message, Exception? cause = null) : Exception(message, cause);
