using System.Text.Json.Nodes;
using k8s;
using KafkaLogstash.Api;
using KafkaLogstash.Api.Yaml;
using KafkaLogstash.Operator.Settings;
using KafkaLogstash.Operator.Verbs;
using KafkaLogstash.Tests.Unit.Operator;

namespace KafkaLogstash.Tests.Unit.Docs;

/// <summary>
/// What pages show as YAML can be used as it stands. A block is a manifest; or a piece of one, whose fence says where it belongs (<c>yaml in spec.kafka</c>; a piece that begins with
/// <c>spec:</c> says so itself); or of a program, which the fence names (<c>yaml of helm</c>).
/// </summary>
public sealed class ManifestTests
{
    /// <summary>Kinds of others, of which there is no model here.</summary>
    private static readonly string[] Foreign =
    [
        "Application", "ApplicationSet", "ExternalSecret", "GitRepository", "HelmRelease", "Kafka", "KafkaTopic", "KafkaUser", "OCIRepository",
    ];

    public static TheoryData<string> Places => [.. Page.All.SelectMany(page => page.Blocks).Where(block => block.Language is "yaml" or "logstash").Select(block => block.Place)];

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_block_can_be_used(string place)
    {
        var block = Page.All.SelectMany(page => page.Blocks).Single(block => block.Place == place);
        if (block.Language == "logstash")
        {
            var isWhole = new[] { "input {", "filter {", "output {" }.Any(section => block.Text.StartsWith(section, StringComparison.Ordinal));
            await LintAsync(isWhole ? block.Text : $"filter {{\n{block.Text}}}\n");
            return;
        }

        switch (block.Mark.Split(' ', 2))
        {
            case ["of", "helm"]:
                Values(block.Text);
                break;
            case ["of", "operator"]:
                Assert.All(Fields(block.Text), field => Assert.Contains(SettingsTable.All, setting => setting.Name == field.Key));
                break;
            case ["of", "github"]:
                Assert.Contains("jobs", Fields(block.Text).Select(field => field.Key));
                break;
            case ["of", "prometheus"]:
                Assert.Empty(Fields(block.Text).Select(field => field.Key).Except(["scrape_configs", "rule_files", "alerting", "global"]));
                break;
            case ["of", "alertmanager"]:
                Assert.Empty(Fields(block.Text).Select(field => field.Key).Except(["inhibit_rules", "route", "receivers"]));
                break;
            case ["in", var path]:
                await LintAsync(Complete(path, YamlReader.Read(block.Text).Single().Root!));
                break;
            case [""] when YamlReader.Read(block.Text) is [{ Root: JsonObject root }] && root["kind"] is null:
                Assert.True(root.Count == 1 && root["spec"] is not null, $"{place} is no manifest: say behind the fence where it belongs, for example 'yaml in spec.kafka'.");
                await LintAsync(Complete("spec", root["spec"]!));
                break;
            case [""]:
                await ManifestsAsync(block.Text);
                break;
            default:
                Assert.Fail($"{place}: '{block.Mark}' says nothing to this test.");
                break;
        }
    }

    private static JsonObject Fields(string text) => Assert.IsType<JsonObject>(Assert.Single(YamlReader.Read(text)).Root);

    private static async Task ManifestsAsync(string text)
    {
        var manifests = YamlReader.Read(text).Select(document => document.Root).OfType<JsonObject>().ToList();
        Assert.NotEmpty(manifests);
        foreach (var manifest in manifests)
        {
            var kind = manifest["kind"]!.ToString();
            Assert.NotNull(manifest["apiVersion"]);
            Assert.True(kind == "Kustomization" || manifest["metadata"]?["name"] is not null, $"A {kind} has no name.");
            if (kind is not KafkaLogstashConnection.KindName and not "Kustomization" && !Foreign.Contains(kind))
            {
                // Fields that there are not are refused.
                Assert.Single(KubernetesYaml.LoadAllFromString(ManifestYaml.Write(manifest), strict: true));
            }
        }

        if (manifests.Exists(manifest => manifest["kind"]!.ToString() == KafkaLogstashConnection.KindName))
        {
            await LintAsync(text);
        }
    }

    private static async Task LintAsync(string text)
    {
        var run = await CommandRun.OfAsync(text, ["lint", "-"]);
        Assert.True(run.Code == ExitCodes.Success, $"{run.Output}{run.Errors}\n{text}");
    }

    /// <summary>A connection in which a piece stands where it belongs.</summary>
    private static string Complete(string path, JsonNode piece)
    {
        var connection = JsonNode.Parse("""
            {"apiVersion": "kafka-logstash.io/v1alpha1", "kind": "KafkaLogstashConnection", "metadata": {"name": "orders"},
             "spec": {"kafka": {"bootstrapServers": ["kafka:9092"]}}}
            """)!.AsObject();
        foreach (var name in path.Split('.').Reverse())
        {
            piece = new JsonObject { [name] = piece.DeepClone() };
        }

        Merge(connection, piece.AsObject());
        var spec = connection["spec"]!.AsObject();
        if (spec["input"] is null && spec["output"] is null)
        {
            spec["input"] = JsonNode.Parse("""{"topics": ["orders"]}""");
        }

        // What is merely not said in the piece.
        if (spec["input"] is JsonObject input && input["topics"] is null && input["topicsPattern"] is null)
        {
            input["topics"] = new JsonArray("orders");
        }

        if (spec["output"] is JsonObject output && output["topicId"] is null)
        {
            output["topicId"] = "orders";
        }

        return ManifestYaml.Write(connection);
    }

    private static void Merge(JsonObject target, JsonObject piece)
    {
        foreach (var (name, value) in piece)
        {
            if (target[name] is JsonObject inner && value is JsonObject more)
            {
                Merge(inner, more);
            }
            else
            {
                target[name] = value?.DeepClone();
            }
        }
    }

    /// <summary>Values of the chart: each of them stands in its values.yaml.</summary>
    private static void Values(string text)
    {
        var known = YamlReader.Read(File.ReadAllText(Path.Join(Checkout.Root, "charts/kafka-logstash-operator/values.yaml"))).Single().Root!.AsObject();
        Known(Fields(text), known, "");

        static void Known(JsonObject values, JsonObject known, string path)
        {
            foreach (var (name, value) in values)
            {
                Assert.True(known.ContainsKey(name), $"The chart has no value {path}{name}.");
                if (value is JsonObject inner && known[name] is JsonObject { Count: > 0 } below)
                {
                    Known(inner, below, $"{path}{name}.");
                }
            }
        }
    }
}
