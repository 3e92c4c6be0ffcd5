using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KafkaLogstash.Api.Yaml;
using KafkaLogstash.LocalCluster.Schemas;
using KafkaLogstash.Tests.Unit.Docs;

namespace KafkaLogstash.Tests.Unit.GitOps;

/// <summary>What Flux makes of connections by the expressions that the page on GitOps gives it.</summary>
public sealed partial class FluxTests
{
    public static TheoryData<string> States => [.. ConnectionState.All.Where(state => !state.IsBeingDeleted).Select(state => state.Name)];

    [Theory]
    [MemberData(nameof(States))]
    public void A_state_is_what_it_is_for_Argo_CD_or_is_waited_for(string name)
    {
        var state = ConnectionState.All.Single(state => state.Name == name);
        var resource = state.Resource();

        // In Flux's order: the first that holds decides, and where none does it goes on waiting.
        var health = new[] { "inProgress", "failed", "current" }.FirstOrDefault(word => Holds(Expression(word), resource)) ?? "inProgress";

        var isStalled = (resource["status"]?["conditions"] as JsonArray ?? []).Any(condition => condition!["type"]!.ToString() == "Stalled" && condition["status"]!.ToString() == "True");
        var isReady = (resource["status"]?["conditions"] as JsonArray ?? []).Any(condition => condition!["type"]!.ToString() == "Ready" && condition["status"]!.ToString() == "True");
        Assert.Equal(
            state.Health switch
            {
                "Healthy" => "current",
                "Degraded" when isStalled => "failed",
                "Suspended" when isReady => "current",
                _ => "inProgress",
            },
            health);
    }

    private static string Expression(string word)
    {
        var kustomization = Page.At("docs/gitops.md")!.Blocks.Where(block => block.Language == "yaml").SelectMany(block => YamlReader.Read(block.Text))
            .Select(document => document.Root!).Single(root => root["spec"]?["healthCheckExprs"] is not null);
        return Assert.Single(kustomization["spec"]!["healthCheckExprs"]!.AsArray())![word]!.ToString();
    }

    /// <summary>Evaluates an expression as an API server would a rule.</summary>
    private static bool Holds(string expression, JsonNode resource)
    {
        var schema = StructuralSchema.Parse(new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["resource"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = JsonNode.Parse("""
                        {"metadata": {"type": "object", "properties": {"generation": {"type": "integer"}}},
                         "status": {"type": "object", "properties": {"observedGeneration": {"type": "integer"}, "conditions": {"type": "array", "maxItems": 16, "items":
                           {"type": "object", "properties": {"type": {"type": "string", "maxLength": 64}, "status": {"type": "string", "maxLength": 16}}}}}}}
                        """),
                    ["x-kubernetes-validations"] = new JsonArray(new JsonObject { ["rule"] = Variable().Replace(expression, "self.$0") }),
                },
            },
        });
        var value = new JsonObject
        {
            ["metadata"] = new JsonObject { ["generation"] = resource["metadata"]!["generation"]!.DeepClone() },
            ["status"] = new JsonObject(),
        };
        foreach (var (field, part) in resource["status"] as JsonObject ?? [])
        {
            if (field is "observedGeneration")
            {
                value["status"]![field] = part!.DeepClone();
            }
            else if (field is "conditions")
            {
                value["status"]![field] = new JsonArray([.. part!.AsArray().Select(condition => new JsonObject { ["type"] = condition!["type"]!.ToString(), ["status"] = condition["status"]!.ToString() })]);
            }
        }

        return schema.Validate(new JsonObject { ["resource"] = value }, null).Count == 0;
    }

    /// <summary>The variables that Flux gives an expression.</summary>
    [GeneratedRegex(@"(?<![\w.])(?:metadata|status)(?=\.)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();
}
