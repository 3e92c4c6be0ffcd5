using System.Text.Json.Nodes;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Logstash;
using KafkaLogstash.Tests.Unit.Api;

namespace KafkaLogstash.Tests.Unit.Controller;

public sealed class LogstashPodTests
{
    private const string Login = """{"type": "Plain", "username": "u", "passwordFrom": {"secretName": "kafka", "key": "password"}}""";

    [Theory]
    [InlineData("{}", "2Gi", 1024)]
    [InlineData("""{"requests": {"memory": "1Gi"}}""", "2Gi", 1024)]
    [InlineData("""{"requests": {"memory": "3Gi"}}""", "3Gi", 1536)]
    [InlineData("""{"requests": {"memory": "3Gi"}, "limits": {"cpu": "2"}}""", "3Gi", 1536)]
    [InlineData("""{"requests": {"memory": "3Gi"}, "limits": {"memory": "4Gi"}}""", "4Gi", 2048)]
    public void A_request_of_memory_is_never_above_its_limit_and_the_heap_follows(string resources, string limit, int heap)
    {
        var container = Container(Render(("spec.logstash.resources", resources)));

        Assert.Equal(limit, container["resources"]!["limits"]!["memory"]!.ToString());
        Assert.Contains($"-Xms{heap}m -Xmx{heap}m", JavaOptions(container), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bridge_that_asks_for_more_memory_may_have_it()
    {
        var objects = Render(("spec.transport", "\"Bridge\""), ("spec.bridge.resources", """{"requests": {"memory": "3Gi"}}"""));

        Assert.Equal("""{"requests":{"memory":"3Gi"},"limits":{"memory":"3Gi"}}""", Container(objects, "orders-bridge")["resources"]!.ToJsonString());
    }

    [Theory]
    [InlineData("-Xmx1g", "-Xms1g -Xmx1g")]
    [InlineData("-Xms1g -Xmx1g", "-Xms1g -Xmx1g")]
    [InlineData("-Xmx3g -Xmx1500m", "-Xms1500m -Xmx3g -Xmx1500m")]
    [InlineData("-Xms512m", "-Xmx1024m -Xms512m")]
    [InlineData("-Xss4m", "-Xms1024m -Xmx1024m -Xss4m")]
    public void A_heap_of_the_users_takes_the_place_of_the_operators(string given, string expected) =>
        Assert.EndsWith($"-Dls.cgroup.cpu.path.override=/ {expected}", JavaOptions(Container(Render(("spec.logstash.env", $$"""[{"name": "LS_JAVA_OPTS", "value": "{{given}}"}]""")))), StringComparison.Ordinal);

    [Fact]
    public void Two_ports_of_the_Service_may_lead_to_one_of_the_pod()
    {
        var objects = Render((
            "spec.logstash.ports",
            """[{"name": "http", "port": 80, "targetPort": 8080}, {"name": "http-alt", "port": 8080}, {"name": "udp", "port": 8080, "protocol": "UDP"}]"""));

        Assert.Equal(
            ["9600/TCP", "8080/TCP", "8080/UDP"], Container(objects)["ports"]!.AsArray().Select(port => $"{port!["containerPort"]}/{port["protocol"]}"));
        Assert.Equal(
            ["80 8080", "8080 8080", "8080 8080"], objects["Service/orders-logstash"]["spec"]!["ports"]!.AsArray().Select(port => $"{port!["port"]} {port["targetPort"]}"));
    }

    [Theory]
    [InlineData("1Gi", "1280Mi")]
    [InlineData("10Gi", "10752Mi")]
    [InlineData("100Gi", "107520Mi")]
    public void A_queue_fits_its_volume_with_what_the_file_system_takes(string queue, string volume)
    {
        var pod = Pod(Render([.. Quiet, ("spec.pipeline.queue", $$"""{"type": "persisted", "maxBytes": "{{queue}}"}""")]));
        var claim = pod["volumes"]!.AsArray().Single(item => item!["name"]!.ToString() == "data")!["ephemeral"]!["volumeClaimTemplate"]!;

        Assert.Equal(volume, claim["spec"]!["resources"]!["requests"]!["storage"]!.ToString());
    }

    [Fact]
    public void A_persisted_queue_gets_time_to_empty_and_a_warning_until_somebody_says_how_much()
    {
        (string, string?) persisted = ("spec.pipeline.queue.type", "\"persisted\"");
        var byDefault = OfflineRenderer.Render(Manifest.Resource(persisted), [], [], ConnectionPolicy.None);

        Assert.Equal("queue-ends-with-pod spec.pipeline.queue.type", Assert.Single(byDefault.Findings.Select(finding => $"{finding.Code} {finding.Field}")));
        Assert.Equal("600", Pod(ByName(byDefault))["terminationGracePeriodSeconds"]!.ToString());
        Assert.Equal("1800", Pod(Render([persisted, ("spec.logstash.podTemplate", """{"spec": {"terminationGracePeriodSeconds": 1800}}""")]))["terminationGracePeriodSeconds"]!.ToString());
        Assert.Equal("120", Pod(Render())["terminationGracePeriodSeconds"]!.ToString());
    }

    [Theory]
    [InlineData("spec.logstash.env", """[{"name": "A", "value": "x"}, {"name": "KAFKA_SASL_JAAS_CONFIG", "value": "x"}]""", "owned-environment spec.logstash.env[1].name")]
    [InlineData("spec.logstash.env", """[{"name": "BRIDGE_SINK_PASSWORD", "value": "x"}]""", "")]
    [InlineData("spec.logstash.env", """[{"name": "LS_JAVA_OPTS", "valueFrom": {"configMapKeyRef": {"name": "jvm", "key": "opts"}}}]""", "owned-environment spec.logstash.env[0].valueFrom")]
    [InlineData("spec.logstash.env", """[{"name": "A", "value": "x"}, {"name": "A", "value": "y"}]""", "duplicate spec.logstash.env[1]")]
    [InlineData("spec.logstash.ports", """[{"name": "node-api", "port": 8080}]""", "port-taken spec.logstash.ports[0].name")]
    public void What_the_operator_gives_pods_can_not_be_given_again(string field, string json, string expected)
    {
        var findings = ConnectionChecks.Run(Manifest.Resource(("spec.kafka.authentication", Login), ("spec.kafka.tls", "{}"), (field, json)), ConnectionPolicy.None);

        Assert.Equal(expected, string.Join(", ", findings.Where(finding => finding.Severity == Severity.Error).Select(finding => $"{finding.Code} {finding.Field}")));
    }

    [Fact]
    public void The_login_of_the_sink_has_names_of_its_own_where_there_is_one()
    {
        (string, string?)[] bridge = [("spec.transport", "\"Bridge\""), ("spec.output", """{"topicId": "out"}"""), ("spec.logstash.env", """[{"name": "BRIDGE_SINK_PASSWORD", "value": "x"}]""")];

        Assert.Empty(ConnectionChecks.Run(Manifest.Resource(bridge), ConnectionPolicy.None));
        Assert.Equal(
            "owned-environment",
            Assert.Single(ConnectionChecks.Run(Manifest.Resource([.. bridge, ("spec.bridge.sink.authentication", """{"basicSecretName": "sink"}""")]), ConnectionPolicy.None)).Code);
    }

    [Theory]
    [InlineData("9.5.2", "Native", "oauth-without-jose4j")]
    [InlineData("9.4.5", "Native", "")]
    [InlineData("8.15.0", "Native", "not-in-version")]
    [InlineData("9.5.2", "Bridge", "")]
    public void Tokens_are_for_the_clients_that_can_use_them(string version, string transport, string expected)
    {
        var findings = ConnectionChecks.Run(
            Manifest.Resource(
                ("spec.transport", $"\"{transport}\""),
                ("spec.logstash.version", $"\"{version}\""),
                ("spec.kafka.tls", "{}"),
                ("spec.kafka.authentication", """{"type": "OAuthBearer", "oauth": {"tokenEndpointUrl": "https://idp/token", "clientId": "c", "clientSecretFrom": {"secretName": "s", "key": "k"}}}""")),
            ConnectionPolicy.None);

        Assert.Equal(expected, string.Join(", ", findings.Select(finding => finding.Code)));
    }

    private static readonly (string, string?)[] Quiet = [("spec.logstash.podTemplate", """{"spec": {"terminationGracePeriodSeconds": 900}}""")];

    private static Dictionary<string, JsonObject> Render(params (string, string?)[] changes)
    {
        var rendering = OfflineRenderer.Render(Manifest.Resource(changes), [], [], ConnectionPolicy.None);
        Assert.Empty(rendering.Findings);
        return ByName(rendering);
    }

    private static Dictionary<string, JsonObject> ByName(OfflineRendering rendering) =>
        rendering.Objects.ToDictionary(item => $"{item["kind"]}/{item["metadata"]!["name"]}", StringComparer.Ordinal);

    private static JsonNode Pod(Dictionary<string, JsonObject> objects, string deployment = "orders-logstash") => objects[$"Deployment/{deployment}"]["spec"]!["template"]!["spec"]!;

    private static JsonNode Container(Dictionary<string, JsonObject> objects, string deployment = "orders-logstash") => Pod(objects, deployment)["containers"]![0]!;

    private static string JavaOptions(JsonNode container) => container["env"]!.AsArray().Single(variable => variable!["name"]!.ToString() == "LS_JAVA_OPTS")!["value"]!.ToString();
}
