using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KafkaLogstash.Controller.Certificates;

/// <summary>
/// Issues the certificates of a connection and renews them at two thirds of their life. What is still good is kept as it is: each new certificate
/// restarts Logstash, which reads its own only at start.
/// </summary>
internal static class CertificateRenewal
{
    /// <summary>
    /// How long an authority is only made known before it issues anything. A Logstash that does not trust the sink's certificate drops its events instead of
    /// waiting, so every pod must have restarted with the new authority among those it trusts.
    /// </summary>
    public static readonly TimeSpan Settling = TimeSpan.FromDays(2);

    /// <summary>The life of what an authority issues.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    /// <summary>The life of an authority.</summary>
    public static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(3650);

    /// <summary>Clocks of nodes differ: certificates begin to be valid a little earlier than they are made.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromHours(1);

    private static readonly Oid ServerUsage = new("1.3.6.1.5.5.7.3.1");

    private static readonly Oid ClientUsage = new("1.3.6.1.5.5.7.3.2");

    /// <summary>Keeps what is good and issues the rest.</summary>
    /// <param name="kept">What there is.</param>
    /// <param name="owner">Whose they are, a connection as <c>namespace/name</c> for instance, for the names of authorities.</param>
    /// <param name="purposes">What is needed.</param>
    /// <param name="now">The time, UTC.</param>
    public static BridgeCertificates Renew(BridgeCertificates kept, string owner, IReadOnlyCollection<CertificatePurpose> purposes, DateTimeOffset now)
    {
        var authorities = kept.Authorities.Where(authority => IsValid(authority, now)).ToList();
        if (authorities.Count == 0 || authorities[^1].RenewAt <= now)
        {
            authorities.Add(NewAuthority(owner, now));
        }

        var issuer = authorities.LastOrDefault(authority => Age(authority, now) >= Settling) ?? authorities[0];
        return new BridgeCertificates
        {
            Authorities = [.. authorities],
            Issued = purposes.ToImmutableDictionary(
                purpose => purpose.Name,
                purpose => kept.Issued.TryGetValue(purpose.Name, out var old) && IsGood(old, purpose, authorities, now) ? old : Issue(issuer, purpose, now),
                StringComparer.Ordinal),
        };
    }

    private static bool IsGood(IssuedCertificate certificate, CertificatePurpose purpose, List<IssuedCertificate> authorities, DateTimeOffset now)
    {
        if (certificate.RenewAt is not { } renewAt || renewAt <= now)
        {
            return false;
        }

        using var opened = certificate.Open();
        return opened is not null
            && purpose.ServerNames.All(name => opened.MatchesHostname(name, allowWildcards: false, allowCommonName: false))
            && purpose.UsesRsa == (opened.PublicKey.Oid.Value == "1.2.840.113549.1.1.1")
            && !(purpose.UsesRsa && StrippedKeys.Has(certificate.Key))
            && IsIssuedBy(opened, authorities, purpose, now);
    }

    private static bool IsIssuedBy(X509Certificate2 certificate, List<IssuedCertificate> authorities, CertificatePurpose purpose, DateTimeOffset now)
    {
        using var chain = new X509Chain
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
                VerificationTime = now.UtcDateTime,
                VerificationTimeIgnored = false,
            },
        };
        chain.ChainPolicy.ApplicationPolicy.Add(purpose.IsServer ? ServerUsage : ClientUsage);
        foreach (var authority in authorities)
        {
            chain.ChainPolicy.CustomTrustStore.ImportFromPem(authority.Certificate);
        }

        return chain.Build(certificate);
    }

    private static bool IsValid(IssuedCertificate authority, DateTimeOffset now)
    {
        using var certificate = authority.Open();
        return certificate is not null && IssuedCertificate.NotAfter(certificate) > now;
    }

    private static TimeSpan Age(IssuedCertificate authority, DateTimeOffset now)
    {
        using var certificate = authority.Open();
        return certificate is null ? TimeSpan.Zero : now - IssuedCertificate.NotBefore(certificate) - ClockSkew;
    }

    private static IssuedCertificate NewAuthority(string owner, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var serial = NewSerial();

        // Logstash's http output files the authorities that it trusts under their names: two of one name would be one.
        var name = Name($"{owner} {Convert.ToHexStringLower(serial)[..8]}");
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var certificate = request.Create(name, X509SignatureGenerator.CreateForECDsa(key), now - ClockSkew, now + AuthorityLifetime, serial);
        return Written(certificate, key);
    }

    private static IssuedCertificate Issue(IssuedCertificate issuer, CertificatePurpose purpose, DateTimeOffset now)
    {
        using var authority = issuer.Open() ?? throw new ArgumentException("The authority can't be read.", nameof(issuer));
        using var signer = authority.GetECDsaPrivateKey() ?? throw new ArgumentException("The authority has no ECDSA key.", nameof(issuer));
        using AsymmetricAlgorithm key = purpose.UsesRsa ? StrippedKeys.Avoid(() => RSA.Create(2048)) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = key is RSA rsa
            ? new CertificateRequest(Name(purpose.Subject), rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(Name(purpose.Subject), (ECDsa)key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            purpose.UsesRsa ? X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment : X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([purpose.IsServer ? ServerUsage : ClientUsage], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        if (purpose.IsServer)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var name in purpose.ServerNames)
            {
                if (IPAddress.TryParse(name, out var address))
                {
                    names.AddIpAddress(address);
                }
                else
                {
                    names.AddDnsName(name);
                }
            }

            request.CertificateExtensions.Add(names.Build());
        }

        var ends = IssuedCertificate.NotAfter(authority);
        using var certificate = request.Create(
            authority.SubjectName, X509SignatureGenerator.CreateForECDsa(signer), now - ClockSkew, now + Lifetime < ends ? now + Lifetime : ends, NewSerial());
        return Written(certificate, key);
    }

    private static IssuedCertificate Written(X509Certificate2 certificate, AsymmetricAlgorithm key) =>
        new(certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");

    private static X500DistinguishedName Name(string common)
    {
        var builder = new X500DistinguishedNameBuilder();

        // RFC 5280, upper bounds: a common name has at most 64 characters.
        builder.AddCommonName(common.Length <= 64 ? common : common[^64..]);
        builder.AddOrganizationName("Kafka-Logstash Operator");
        return builder.Build();
    }

    private static byte[] NewSerial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);

        // Positive, and not shorter than it looks (RFC 5280, section 4.1.2.2).
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }
}
