using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using KafkaLogstash.Controller.Certificates;

namespace KafkaLogstash.Tests.Unit.Controller.Bridges;

public sealed class CertificateRenewalTests
{
    private static readonly DateTimeOffset Begin = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    private static readonly CertificatePurpose[] Purposes =
    [
        new("beats-server", "orders-logstash-beats", ["orders-logstash-beats.shop.svc", "orders-logstash-beats"]),
        new("sink-client", "orders-logstash", [], UsesRsa: true),
    ];

    private static readonly Lazy<BridgeCertificates> First = new(() => Renew(BridgeCertificates.Read(null), Begin));

    [Fact]
    public void What_is_good_is_kept_as_it_is_and_survives_its_Secret()
    {
        var first = Renew(BridgeCertificates.Read(null), Begin);
        var stored = BridgeCertificates.Read(first.Write().ToDictionary(entry => entry.Key, entry => Encoding.UTF8.GetBytes(entry.Value), StringComparer.Ordinal));
        var second = Renew(stored, first.RenewAt.AddMinutes(-1));

        Assert.Equal(first.Write(), second.Write());
        Assert.All(first.Issued.Values, issued => Assert.StartsWith("-----BEGIN PRIVATE KEY-----", issued.Key, StringComparison.Ordinal));
    }

    [Fact]
    public void Through_eight_years_each_side_is_known_to_a_Logstash_that_restarted_within_a_day()
    {
        var certificates = Renew(BridgeCertificates.Read(null), Begin);
        var authorities = new HashSet<string>(StringComparer.Ordinal);
        for (var now = Begin; now < Begin.AddYears(8);)
        {
            now = certificates.RenewAt > now.AddDays(1) ? certificates.RenewAt : now.AddDays(1);
            var renewed = Renew(certificates, now);

            Assert.All(Purposes, purpose =>
            {
                Assert.True(Trusts(certificates.Trust, renewed.Issued[purpose.Name], now), $"{purpose.Name} at {now:u} is not known to who trusts what was trusted before.");
                Assert.True(Trusts(renewed.Trust, certificates.Issued[purpose.Name], now), $"{purpose.Name} of before is not known at {now:u}.");
            });
            Assert.True(renewed.RenewAt > now);
            authorities.UnionWith(renewed.Authorities.Select(authority => Subject(authority)));
            certificates = renewed;
        }

        Assert.True(authorities.Count > 1, "The authority was never renewed.");
    }

    [Fact]
    public void A_new_name_or_a_key_that_is_broken_is_issued_anew()
    {
        var first = Renew(BridgeCertificates.Read(null), Begin);
        var renamed = CertificateRenewal.Renew(first, "shop/orders", [Purposes[0] with { ServerNames = ["other.shop.svc"] }], Begin);
        var broken = Renew(first with { Issued = first.Issued.SetItem("sink-client", first.Issued["sink-client"] with { Key = "nonsense" }) }, Begin);

        Assert.NotEqual(first.Issued["beats-server"], renamed.Issued["beats-server"]);
        Assert.False(renamed.Issued.ContainsKey("sink-client"));
        Assert.NotEqual(first.Issued["sink-client"], broken.Issued["sink-client"]);
        Assert.Equal(first.Issued["beats-server"], broken.Issued["beats-server"]);
    }

    [Theory]
    [InlineData(0x00, false)]
    [InlineData(0x09, false)]
    [InlineData(0x0A, false)]
    [InlineData(0x0D, false)]
    [InlineData(0x20, false)]
    [InlineData(0x21, true)]
    [InlineData(0x08, true)]
    public void A_key_of_which_Logstash_would_lose_the_end_is_issued_anew(int last, bool isKept)
    {
        var kept = First.Value with
        {
            Issued = First.Value.Issued.SetItem("sink-client", First.Value.Issued["sink-client"] with { Key = EndingIn((byte)last, First.Value.Issued["sink-client"].Key) }),
        };

        var renewed = Renew(kept, Begin);

        Assert.Equal(isKept, kept.Issued["sink-client"] == renewed.Issued["sink-client"]);
        Assert.Equal(kept.Issued["beats-server"], renewed.Issued["beats-server"]);
    }

    [Fact]
    public void A_key_of_which_Logstash_would_lose_the_end_is_not_taken()
    {
        var made = new List<RSA>();

        // One of 37 keys is such a one.
        using var taken = StrippedKeys.Avoid(() =>
        {
            RSA key;
            do
            {
                key = RSA.Create(512);
            }
            while (made.Count == 0 && key.ExportPkcs8PrivateKey()[^1] is not (0 or (>= 9 and <= 13) or 32));

            made.Add(key);
            return key;
        });

        Assert.True(made.Count > 1);
        Assert.Same(made[^1], taken);
        Assert.DoesNotContain(taken.ExportPkcs8PrivateKey()[^1], "\0\t\n\v\f\r "u8.ToArray());
    }

    /// <summary>The same key with an attribute (RFC 5958, section 2), whose value is the last byte of all.</summary>
    private static string EndingIn(byte last, string pem)
    {
        using var key = RSA.Create();
        key.ImportFromPem(pem);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            var fields = new AsnReader(key.ExportPkcs8PrivateKey(), AsnEncodingRules.DER).ReadSequence();
            while (fields.HasData)
            {
                writer.WriteEncodedValue(fields.ReadEncodedValue().Span);
            }

            using (writer.PushSetOf(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.113549.1.9.20");
                using (writer.PushSetOf())
                {
                    writer.WriteOctetString([last]);
                }
            }
        }

        return PemEncoding.WriteString("PRIVATE KEY", writer.Encode()) + "\n";
    }

    private static BridgeCertificates Renew(BridgeCertificates kept, DateTimeOffset now) => CertificateRenewal.Renew(kept, "shop/orders", Purposes, now);

    private static string Subject(IssuedCertificate certificate)
    {
        using var opened = certificate.Open();
        return opened!.Subject;
    }

    private static bool Trusts(string trust, IssuedCertificate issued, DateTimeOffset now)
    {
        using var certificate = issued.Open();
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(trust);
        return chain.Build(certificate!);
    }
}
