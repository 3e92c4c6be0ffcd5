using System.Text.Json;
using Confluent.Kafka;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Pem;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Catalogue;
using KafkaLogstash.Logstash.Syntax;
using KafkaLogstash.Tests.Unit.Api;
using KafkaLogstash.Tests.Unit.Operator;

namespace KafkaLogstash.Tests.Unit.Kafka.Security;

/// <summary>Every combination of protocol, trust, client certificate, check of the host name and mechanism, for both of Kafka's clients.</summary>
public sealed class ClientMappingTests
{
    public static TheoryData<string> Modes => [.. SecurityMode.Every().Select(mode => mode.Name)];

    /// <summary>The first Logstash release with each version of the plugins.</summary>
    public static TheoryData<string> Releases =>
    [
        .. File.ReadLines(Path.Join(Checkout.Root, "operator/Logstash/Catalogue/logstash-releases.txt"))
            .Where(line => char.IsAsciiDigit(line[0]))
            .Select(line => line[..line.IndexOf(' ', StringComparison.Ordinal)]),
    ];

    [Fact]
    public void There_are_as_many_combinations_as_there_should_be() => Assert.Equal((1 + (2 * 2 * 2)) * 5, SecurityMode.Every().DistinctBy(mode => mode.Name).Count());

    [Theory]
    [MemberData(nameof(Modes))]
    public void Librdkafka_takes_the_properties(string name)
    {
        var mode = Mode(name);
        var properties = LibrdkafkaOptions.For(mode.Kafka, mode.Resolved);

        using var consumer = new ConsumerBuilder<Ignore, Ignore>(With(properties, "group.id", "g")).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        using var producer = new ProducerBuilder<Null, Null>(With(properties, "acks", "all")).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        using var admin = new AdminClientBuilder(properties).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        Assert.All([consumer.Name, producer.Name, admin.Name], clientName => Assert.NotEmpty(clientName));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Librdkafka_gets_just_what_the_mode_needs(string name)
    {
        var mode = Mode(name);
        var expected = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["bootstrap.servers"] = "127.0.0.1:9",
            ["security.protocol"] = (mode.Authentication is null ? "" : "sasl_") + (mode.Tls is null ? "plaintext" : "ssl"),
        };
        if (mode.Tls is { } tls)
        {
            expected["ssl.endpoint.identification.algorithm"] = tls.VerifyHostname ? "https" : "none";
            if (tls.TrustedCertificates.Count > 0)
            {
                expected["ssl.ca.pem"] = SampleCertificates.Authority;
            }

            if (tls.ClientCertificate is not null)
            {
                expected["ssl.certificate.pem"] = SampleCertificates.Pkcs8.Certificate;
                expected["ssl.key.pem"] = SampleCertificates.Pkcs8.Key;
            }
        }

        if (mode.Authentication is { } login)
        {
            expected["sasl.mechanism"] = login.Type switch
            {
                AuthenticationType.Plain => "PLAIN",
                AuthenticationType.ScramSha256 => "SCRAM-SHA-256",
                AuthenticationType.ScramSha512 => "SCRAM-SHA-512",
                _ => "OAUTHBEARER",
            };
            foreach (var (key, value) in login.Type == AuthenticationType.OAuthBearer
                ? new[]
                {
                    ("sasl.oauthbearer.method", "oidc"), ("sasl.oauthbearer.token.endpoint.url", "http://127.0.0.1:9/token"), ("sasl.oauthbearer.client.id", "orders"),
                    ("sasl.oauthbearer.client.secret", "s3cret"), ("sasl.oauthbearer.scope", "kafka"),
                }
                : [("sasl.username", "orders"), ("sasl.password", "s3cret")])
            {
                expected[key] = value;
            }
        }

        Assert.Equal(expected, LibrdkafkaOptions.For(mode.Kafka, mode.Resolved));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Both_clients_do_the_same(string name)
    {
        var mode = Mode(name);
        using var pod = RenderedPod.Of(Connection(mode), mode.Secrets);

        var expected = Security(LibrdkafkaOptions.For(mode.Kafka, mode.Resolved));
        foreach (var section in new[] { SectionKind.Input, SectionKind.Output })
        {
            Assert.Equal(expected, Security(pod.Client(section)));
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Nothing_secret_is_among_the_options(string name)
    {
        var mode = Mode(name);
        var rendering = OfflineRenderer.Render(Connection(mode), mode.Secrets, [], ConnectionPolicy.None);

        foreach (var item in rendering.Objects.Where(item => (string?)item["kind"] != "Secret"))
        {
            var text = item.ToJsonString();
            Assert.DoesNotContain("s3cret", text, StringComparison.Ordinal);
            Assert.DoesNotContain("PRIVATE KEY", text, StringComparison.Ordinal);
            Assert.DoesNotContain("LoginModule", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void Each_plugin_version_knows_the_options(string release)
    {
        var version = LogstashVersion.Parse(release);
        foreach (var mode in SecurityMode.Every())
        {
            if (mode.Authentication?.Type == AuthenticationType.OAuthBearer && LogstashRelease.Find(version)!.KafkaPlugin < new Version(11, 6, 0))
            {
                var refusal = Assert.Single(
                    ConnectionChecks.Run(Connection(mode, release), ConnectionPolicy.None), finding => finding.Code == "not-in-version");
                Assert.Equal("spec.kafka.authentication.type", refusal.Field);
                continue;
            }

            var kafka = LogstashKafkaOptions.For(mode.Kafka, mode.Resolved, "/etc/logstash/kafka");
            foreach (var kind in new[] { KafkaPluginKind.Input, KafkaPluginKind.Output })
            {
                var known = KafkaPluginCatalogue.For(version, kind).Options;
                Assert.All(kafka.Options, option =>
                {
                    Assert.True(known.ContainsKey(option.Key), $"The kafka {kind} of Logstash {release} has no option {option.Key}.");
                    Assert.Null(OptionValues.Problem(known[option.Key], JsonSerializer.SerializeToElement(option.Value)));
                });
                Assert.True(kafka.JaasLine is null || known.ContainsKey("sasl_jaas_config"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void Only_clients_that_ask_for_it_get_a_list_of_token_endpoints(string release)
    {
        const string Allowed = "-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=http://127.0.0.1:9/token";
        foreach (var mode in SecurityMode.Documented.Where(mode =>
            mode.Authentication is null || LogstashRelease.Find(LogstashVersion.Parse(release)) is { SupportsOAuth: true, OutputSaslIsBroken: false }))
        {
            using var pod = RenderedPod.Of(Connection(mode, release), mode.Secrets);

            var asks = mode.Authentication?.Type == AuthenticationType.OAuthBearer && LogstashRelease.Find(LogstashVersion.Parse(release))!.KafkaClient.Major >= 4;
            Assert.Equal(asks, pod.Environment["LS_JAVA_OPTS"].Split(' ').Contains(Allowed));
        }
    }

    public static TheoryData<string> KeyForms => ["PKCS#8", "PKCS#1", "SEC 1"];

    [Theory]
    [MemberData(nameof(KeyForms))]
    public void A_key_of_any_form_reaches_both_clients_as_PKCS8(string form)
    {
        var client = form switch
        {
            "PKCS#1" => SampleCertificates.Pkcs1,
            "SEC 1" => SampleCertificates.Sec1,
            _ => SampleCertificates.Pkcs8,
        };
        var mode = new SecurityMode { Name = form, Tls = SecurityMode.Trusting() with { ClientCertificate = SecurityMode.Certified() }, Client = client };
        using var pod = RenderedPod.Of(Connection(mode), mode.Secrets);

        var keystore = File.ReadAllText(pod.Client(SectionKind.Input)["ssl.key.location"]);
        var properties = LibrdkafkaOptions.For(mode.Kafka, mode.Resolved);

        Assert.Equal(
            ["-----BEGIN PRIVATE KEY-----", "-----BEGIN CERTIFICATE-----"],
            keystore.Split('\n').Where(line => line.StartsWith("-----BEGIN", StringComparison.Ordinal)));
        Assert.Equal(properties["ssl.key.pem"] + properties["ssl.certificate.pem"], keystore);
        Assert.Equal(PemMaterial.ReadPrivateKey(client.Key).PublicKey, PemMaterial.ReadPrivateKey(keystore).PublicKey);
        using var admin = new AdminClientBuilder(properties).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        Assert.NotEmpty(admin.Name);
    }

    private static SecurityMode Mode(string name) => SecurityMode.Every().Single(mode => mode.Name == name);

    private static KafkaLogstashConnection Connection(SecurityMode mode, string release = "9.5.2")
    {
        var connection = Manifest.Resource(("spec.output", """{"topicId": "out"}"""), ("spec.logstash.version", $"\"{release}\""));
        return connection with { Spec = connection.Spec with { Kafka = mode.Kafka } };
    }

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> properties, string name, string value) => new(properties) { [name] = value };

    /// <summary>What has to do with security, files read where one client gets a file and the other its content.</summary>
    private static SortedDictionary<string, string> Security(IReadOnlyDictionary<string, string> properties)
    {
        var security = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in properties)
        {
            switch (name)
            {
                case "bootstrap.servers":
                    security[name] = value;
                    break;
                case "security.protocol":
                    security[name] = value.ToLowerInvariant();
                    break;
                case "ssl.ca.location":
                    security["ssl.ca.pem"] = File.ReadAllText(value);
                    break;
                case "ssl.certificate.location":
                    security["ssl.certificate.pem"] = PemMaterial.ReadCertificates(File.ReadAllText(value)).Pem;
                    break;
                case "ssl.key.location":
                    security["ssl.key.pem"] = PemMaterial.ReadPrivateKey(File.ReadAllText(value)).Pem;
                    break;
                case var _ when name.StartsWith("ssl.", StringComparison.Ordinal) || name.StartsWith("sasl.", StringComparison.Ordinal):
                    security[name] = value;
                    break;
            }
        }

        return security;
    }
}
