using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.Api.Yaml;
using KafkaLogstash.Tests.Unit.Operator;

namespace KafkaLogstash.Tests.Unit.GitOps;

/// <summary>What Argo CD shows of connections, worked out by its own means from what the operator writes.</summary>
public sealed class ArgoCdTests
{
    private const string Check = "config/argocd/health.lua";
    private const string Statuses = "tests/Unit/GitOps/Statuses";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string> States => [.. ConnectionState.All.Select(state => state.Name)];

    [Theory]
    [MemberData(nameof(States))]
    public async Task A_state_has_its_health_and_says_why(string name)
    {
        var state = ConnectionState.All.Single(state => state.Name == name);
        var resource = state.Resource();
        GoldenFile.Matches($"{resource.ToJsonString(Indented)}\n", $"{Statuses}/{name}.json");

        var (status, message) = await LuaHealthCheck.RunAsync(Read(Check), resource);

        Assert.Equal(state.Health, status);
        Assert.NotEqual("", message);
        if (status == "Degraded")
        {
            // The trouble itself, not that there is some.
            Assert.Contains(Conditions(resource), condition => condition["status"]!.ToString() == "False" && message.Contains(condition["message"]!.ToString(), StringComparison.Ordinal));
        }
    }

    [Fact]
    public void No_recorded_status_is_left_over() =>
        Assert.Equal(
            ConnectionState.All.Select(state => $"{state.Name}.json").Order(StringComparer.Ordinal),
            Directory.GetFiles(Path.Join(Checkout.Root, Statuses)).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Fact]
    public void The_ConfigMap_holds_the_same_check()
    {
        var map = YamlReader.Read(Read("config/argocd/argocd-cm.yaml")).Single().Root!;

        Assert.Equal(Read(Check), map["data"]!["resource.customizations.health.kafka-logstash.io_KafkaLogstashConnection"]!.ToString());
        Assert.Equal(("argocd-cm", "argocd"), (map["metadata"]!["name"]!.ToString(), map["metadata"]!["namespace"]!.ToString()));
    }

    [Fact]
    public void What_is_under_way_is_a_reason_that_the_operator_gives()
    {
        // A reason that was renamed would turn every roll-out red.
        var reasons = ConnectionState.All.SelectMany(state => Conditions(state.Resource())).Select(condition => condition["reason"]!.ToString()).ToHashSet(StringComparer.Ordinal);
        var underWay = Read(Check).Split('\n').Where(line => line.EndsWith(" = true,", StringComparison.Ordinal)).Select(line => line.Trim().Split(' ')[0]);

        Assert.Empty(underWay.Except(reasons.Append("SinkNotReady")));
    }

    [Theory]
    [InlineData("config/argocd/operator.yaml")]
    [InlineData("config/argocd/connections.yaml")]
    public void Nothing_has_to_be_ignored_and_definitions_are_applied_by_the_server(string file)
    {
        var text = Read(file);
        var root = YamlReader.Read(text).Single().Root!;
        var spec = root["kind"]!.ToString() == "ApplicationSet" ? root["spec"]!["template"]!["spec"]! : root["spec"]!;

        Assert.Null(spec["ignoreDifferences"]);
        Assert.Contains("ServerSideApply=true", spec["syncPolicy"]!["syncOptions"]!.AsArray().Select(option => option!.ToString()));
        if (spec["source"]!["path"]?.ToString() is { } path && !path.Contains("{{", StringComparison.Ordinal))
        {
            Assert.True(Directory.Exists(Path.Join(Checkout.Root, path)), $"{file} names {path}, which is not there.");
        }
    }

    private static IEnumerable<JsonNode> Conditions(JsonNode resource) => (resource["status"]?["conditions"] as JsonArray ?? []).OfType<JsonNode>();

    private static string Read(string path) => File.ReadAllText(Path.Join(Checkout.Root, path));
}
