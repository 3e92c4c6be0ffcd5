using System.Text;
using System.Text.Json.Nodes;
using k8s.Models;
using KafkaLogstash.Bridging;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Logstash;
using KafkaLogstash.Tests.Unit.Api;

namespace KafkaLogstash.Tests.Unit.Controller.Bridges;

public sealed class BridgeRenderingTests
{
    private const string Password = "secret-of-kafka";

    private static readonly (string, string?)[] Both =
    [
        ("spec.transport", "\"Bridge\""),
        ("spec.kafka.authentication", """{ "type": "ScramSha512", "username": "u", "passwordFrom": { "secretName": "kafka", "key": "password" } }"""),
        ("spec.output", """{ "topicId": "orders-%{[region]}" }"""),
    ];

    [Fact]
    public void Nothing_that_Logstash_pods_mount_or_read_holds_a_credential_of_Kafkas()
    {
        var objects = Render(Both);
        var pods = objects["Deployment/orders-logstash"]["spec"]!["template"]!.ToJsonString();

        Assert.DoesNotContain("KAFKA_SASL", pods, StringComparison.Ordinal);
        foreach (var (name, item) in objects.Where(entry => entry.Key is not "Deployment/orders-logstash" && pods.Contains($"\"{entry.Key.Split('/')[1]}\"", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain(Password, Decoded(item), StringComparison.Ordinal);
            Assert.NotEqual("Secret/orders-bridge-certificates", name);
        }

        Assert.Contains(Password, Decoded(objects["Secret/orders-bridge-kafka"]), StringComparison.Ordinal);
        Assert.DoesNotContain("orders-bridge-certificates", objects["Deployment/orders-bridge"].ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rotated_password_does_not_roll_the_bridge_and_changed_settings_do()
    {
        var before = StartHash(Render(Both));

        Assert.Equal(before, StartHash(Render(Both, "another")));
        Assert.NotEqual(before, StartHash(Render([.. Both, ("spec.bridge.source.windowSize", "100")])));
    }

    [Fact]
    public void The_settings_are_those_of_the_spec()
    {
        var settings = Settings(Render([
            .. Both,
            ("spec.input", """{ "topicsPattern": "orders-\\d+", "autoOffsetReset": "None", "decorateEvents": "extended", "codec": "cef" }"""),
            ("spec.bridge.source", """{ "ordering": "None", "maxInFlightBytes": "8Mi", "connectionsPerHost": 2 }"""),
        ]));

        Assert.Equal(["^(orders-[0-9]+)$"], settings.Source!.Topics);
        Assert.Equal(("error", RecordCodec.Plain, RecordDecoration.Extended), (settings.Source.AutoOffsetReset, settings.Source.Codec, settings.Source.Decoration));
        Assert.Equal((false, 8L << 20, 2), (settings.Source.KeepPartitionOrder, settings.Source.MaxBytesInFlight, settings.Source.Logstash.ConnectionsPerHost));
        Assert.Equal(["orders-logstash-beats.shop.svc:5044"], settings.Source.Logstash.Hosts);
        Assert.NotNull(settings.Sink!.Tls!.TrustedClientCertificatesFile);
    }

    [Fact]
    public void An_external_Logstash_gets_a_bridge_and_nothing_else()
    {
        var objects = Render(("spec.transport", "\"Bridge\""), ("spec.logstash", """{ "external": { "hosts": ["logstash:5044"], "tls": {} } }"""));

        Assert.Equal(
            ["ConfigMap/orders-bridge-settings", "Deployment/orders-bridge", "PodDisruptionBudget/orders-bridge", "Secret/orders-bridge-kafka"], objects.Keys.Order(StringComparer.Ordinal));
        var source = Settings(objects).Source!;
        Assert.Equal((3, false), (source.CompressionLevel, source.Logstash.Discover));
        Assert.NotNull(source.Logstash.Tls);
    }

    [Fact]
    public void A_network_policy_keeps_everybody_but_the_bridge_from_the_beats_input_and_everybody_but_Logstash_from_the_sink()
    {
        var objects = Render([.. Both, ("spec.networkPolicy", """{ "enabled": true }""")]);
        var beats = objects["NetworkPolicy/orders-logstash"]["spec"]!["ingress"]!.AsArray().Single(rule => rule!["ports"]![0]!["port"]!.GetValue<int>() == 5044)!;
        var sink = objects["NetworkPolicy/orders-bridge"]["spec"]!["ingress"]!.AsArray().Single(rule => rule!["ports"]![0]!["port"]!.GetValue<int>() == 8443)!;

        Assert.Equal("kafka-logstash-bridge", beats["from"]![0]!["podSelector"]!["matchLabels"]!["app.kubernetes.io/name"]!.ToString());
        Assert.Equal("logstash", sink["from"]![0]!["podSelector"]!["matchLabels"]!["app.kubernetes.io/name"]!.ToString());
    }

    [Fact]
    public void What_bridges_reach_is_open_unless_it_is_restricted()
    {
        var policy = Render([.. Both, ("spec.networkPolicy", """{ "enabled": true }""")])["NetworkPolicy/orders-bridge"]["spec"]!;

        Assert.Equal("""["Ingress"]""", policy["policyTypes"]!.ToJsonString());
        Assert.Null(policy["egress"]);
    }

    [Theory]
    [InlineData("""{ "hosts": ["logstash:5044", "10.0.0.1:5045", "[fd00::1]:5044"] }""", "any: 5044 5045")]
    [InlineData(null, "logstash: 5044")]
    public void Restricted_bridges_reach_names_Kafka_and_Logstash(string? external, string logstash)
    {
        var objects = Render([
            .. Both,
            ("spec.output", null),
            ("spec.kafka.bootstrapServers", """["kafka-0:9093", "kafka-1:9193", "kafka-2:9093"]"""),
            ("spec.logstash", external is null ? "{}" : $$"""{ "external": {{external}} }"""),
            ("spec.networkPolicy", """{ "enabled": true, "egress": "Restricted", "kafkaPorts": [{ "port": 9094 }, { "port": 9095, "endPort": 9099 }] }"""),
        ]);

        Assert.Equal(["any: 53/UDP 53 5353/UDP 5353", "any: 9093 9193 9094 9095-9099", logstash], Egress(objects["NetworkPolicy/orders-bridge"]));
        Assert.False(external is null && objects["NetworkPolicy/orders-logstash"]["spec"]!.AsObject().ContainsKey("egress"));
    }

    [Theory]
    [InlineData("https://login.example.com/token", "443")]
    [InlineData("https://login.example.com:8443/token", "8443")]
    public void Restricted_bridges_reach_who_gives_out_tokens_and_a_sink_alone_no_Logstash(string tokens, string port)
    {
        var objects = Render([
            .. Both,
            ("spec.input", null),
            ("spec.kafka.authentication", $$"""{ "type": "OAuthBearer", "oauth": { "tokenEndpointUrl": "{{tokens}}", "clientId": "c", "clientSecretFrom": { "secretName": "kafka", "key": "password" } } }"""),
            ("spec.kafka.tls", "{}"),
            ("spec.networkPolicy", """{ "enabled": true, "egress": "Restricted" }"""),
        ]);

        Assert.Equal($"any: {port}", Egress(objects["NetworkPolicy/orders-bridge"])[^1]);
    }

    [Theory]
    [InlineData("Native", """{ "enabled": true, "egress": "Restricted" }""", "spec.networkPolicy.egress")]
    [InlineData("Bridge", """{ "egress": "Restricted" }""", "spec.networkPolicy.egress")]
    [InlineData("Bridge", """{ "enabled": true, "kafkaPorts": [{ "port": 9094 }] }""", "spec.networkPolicy.kafkaPorts")]
    public void What_of_the_network_policy_does_nothing_is_told(string transport, string policy, string field)
    {
        var findings = ConnectionChecks.Run(Manifest.Resource(("spec.transport", $"\"{transport}\""), ("spec.networkPolicy", policy)), ConnectionPolicy.None);

        Assert.Equal(("no-effect", field), Assert.Single(findings.Select(finding => (finding.Code, finding.Field))));
    }

    [Theory]
    [InlineData("""{ "bearerTokenFrom": { "secretName": "sink", "key": "token" } }""", "\"Authorization\" => \"${BRIDGE_SINK_AUTHORIZATION}\"")]
    [InlineData("""{ "basicSecretName": "sink" }""", "\"${BRIDGE_SINK_PASSWORD}\"")]
    public void A_login_of_the_sink_reaches_Logstash_as_a_placeholder(string login, string expected)
    {
        var objects = Render([.. Both, ("spec.bridge.sink.authentication", login)]);
        var pipeline = objects.Single(entry => entry.Key.StartsWith("ConfigMap/orders-logstash-pipeline", StringComparison.Ordinal)).Value["data"]!["pipeline.conf"]!.ToString();

        Assert.Empty(LogstashConfig.Parse(pipeline).Errors);
        Assert.Contains(expected, pipeline, StringComparison.Ordinal);
        Assert.DoesNotContain("ssl_certificate ", pipeline[pipeline.IndexOf("http {", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Null(Settings(objects).Sink!.Tls!.TrustedClientCertificatesFile);
    }

    [Fact]
    public void Both_ends_of_the_sink_have_its_login_without_the_line_end_behind_it()
    {
        var objects = Render([.. Both, ("spec.bridge.sink.authentication", """{ "basicSecretName": "written-by-hand" }""")]);

        Assert.Equal(("u", "p p"), (Value("orders-bridge-sink-auth", "username"), Value("orders-bridge-sink-auth", "password")));
        Assert.Equal(("u", "p p"), (Value("orders-logstash-bridge", "sink-username"), Value("orders-logstash-bridge", "sink-password")));

        string Value(string secret, string key) => Encoding.UTF8.GetString(Convert.FromBase64String(objects[$"Secret/{secret}"]["data"]![key]!.ToString()));
    }

    [Theory]
    [InlineData("""{ "basicSecretName": "blank" }""", "key 'password' is empty but for a line end")]
    [InlineData("""{ "bearerTokenFrom": { "secretName": "blank", "key": "token" } }""", "key 'token' holds no bearer token")]
    public void A_login_that_the_bridge_could_not_read_is_named(string login, string expected)
    {
        V1Secret blank = new()
        {
            Metadata = new V1ObjectMeta { Name = "blank" },
            Data = new Dictionary<string, byte[]> { ["username"] = "u\n"u8.ToArray(), ["password"] = "\r\n"u8.ToArray(), ["token"] = "abc \n"u8.ToArray() },
        };
        var rendering = OfflineRenderer.Render(
            Manifest.Resource([("spec.transport", "\"Bridge\""), ("spec.output", """{ "topicId": "orders" }"""), ("spec.bridge.sink.authentication", login)]), [blank], [], ConnectionPolicy.None);

        Assert.Contains(expected, Assert.Single(rendering.Findings).Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, JsonObject> Render(params (string, string?)[] changes) => Render(changes, Password);

    private static Dictionary<string, JsonObject> Render((string, string?)[] changes, string password)
    {
        V1Secret[] secrets =
        [
            new() { Metadata = new V1ObjectMeta { Name = "kafka" }, Data = new Dictionary<string, byte[]> { ["password"] = Encoding.UTF8.GetBytes(password) } },
            new()
            {
                Metadata = new V1ObjectMeta { Name = "sink" },
                Data = new Dictionary<string, byte[]> { ["token"] = "abc"u8.ToArray(), ["username"] = "u"u8.ToArray(), ["password"] = "p"u8.ToArray() },
            },
            new()
            {
                Metadata = new V1ObjectMeta { Name = "written-by-hand" },
                Data = new Dictionary<string, byte[]> { ["username"] = "u\n"u8.ToArray(), ["password"] = "p p\r\n"u8.ToArray() },
            },
        ];
        var rendering = OfflineRenderer.Render(Manifest.Resource(changes), secrets, [], ConnectionPolicy.None);
        Assert.Empty(rendering.Findings);
        return rendering.Objects.ToDictionary(item => $"{item["kind"]}/{item["metadata"]!["name"]}", StringComparer.Ordinal);
    }

    private static List<string> Egress(JsonObject policy)
    {
        Assert.Equal("""["Ingress","Egress"]""", policy["spec"]!["policyTypes"]!.ToJsonString());
        return [.. policy["spec"]!["egress"]!.AsArray().Select(rule =>
            (rule!["to"]?[0]!["podSelector"]!["matchLabels"]!["app.kubernetes.io/name"]!.ToString() ?? "any") + ":"
            + string.Concat(rule["ports"]!.AsArray().Select(port =>
                $" {port!["port"]}{(port["endPort"] is { } end ? $"-{end}" : "")}{(port["protocol"]!.ToString() == "TCP" ? "" : $"/{port["protocol"]}")}")))];
    }

    private static string Decoded(JsonObject item) => item.ToJsonString() + string.Concat(
        (item["kind"]!.ToString() == "Secret" ? item["data"]!.AsObject() : []).Select(entry => Encoding.UTF8.GetString(Convert.FromBase64String(entry.Value!.ToString()))));

    private static string StartHash(Dictionary<string, JsonObject> objects) =>
        objects["Deployment/orders-bridge"]["spec"]!["template"]!["metadata"]!["annotations"]!["kafka-logstash.io/start-hash"]!.ToString();

    private static BridgeSettings Settings(Dictionary<string, JsonObject> objects) =>
        BridgeSettingsFile.Read(Encoding.UTF8.GetBytes(objects["ConfigMap/orders-bridge-settings"]["data"]!["bridge.json"]!.ToString()));
}
