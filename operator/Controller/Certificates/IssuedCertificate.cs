using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KafkaLogstash.Controller.Certificates;

/// <summary>A certificate with its private key, as they lie in a Secret.</summary>
/// <param name="Certificate">The certificate, PEM.</param>
/// <param name="Key">Its private key, PEM, PKCS#8 (the one form that Logstash reads).</param>
internal sealed record IssuedCertificate(string Certificate, string Key)
{
    /// <summary>A fixed text: keys never reach a log by accident.</summary>
    public override string ToString() => nameof(IssuedCertificate);

    /// <summary>When two thirds of its life are over, UTC: the time to issue the next. Null where it can't be read, or the key is another's.</summary>
    public DateTimeOffset? RenewAt
    {
        get
        {
            if (Open() is not { } certificate)
            {
                return null;
            }

            using (certificate)
            {
                return NotBefore(certificate) + ((NotAfter(certificate) - NotBefore(certificate)) * 2 / 3);
            }
        }
    }

    /// <summary>When it ends to be valid, UTC; null where it can't be read.</summary>
    public DateTimeOffset? End
    {
        get
        {
            using var certificate = Open();
            return certificate is null ? null : NotAfter(certificate);
        }
    }

    /// <summary>The certificate with its key; null where they can't be read, or do not belong together.</summary>
    public X509Certificate2? Open()
    {
        try
        {
            return X509Certificate2.CreateFromPem(Certificate, Key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>When it begins to be valid, UTC.</summary>
    public static DateTimeOffset NotBefore(X509Certificate2 certificate) => new(certificate.NotBefore.ToUniversalTime());

    /// <summary>When it ends to be valid, UTC.</summary>
    public static DateTimeOffset NotAfter(X509Certificate2 certificate) => new(certificate.NotAfter.ToUniversalTime());
}
