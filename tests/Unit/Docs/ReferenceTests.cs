using System.Text.Json.Nodes;
using KafkaLogstash.Api;
using KafkaLogstash.Api.Schema;
using KafkaLogstash.Operator.Verbs;
using KafkaLogstash.Tests.Unit.Operator;

namespace KafkaLogstash.Tests.Unit.Docs;

/// <summary>The page with every field, written from the types.</summary>
public sealed class ReferenceTests
{
    private const string PagePath = "docs/reference.md";

    [Fact]
    public async Task The_committed_page_is_what_the_program_prints()
    {
        var run = await CommandRun.OfAsync("crd", "--output", "markdown");

        Assert.Equal(ExitCodes.Success, run.Code);
        GoldenFile.Matches(run.Output, PagePath);
    }

    [Fact]
    public void Every_field_rule_and_default_of_the_definition_is_on_the_page()
    {
        var text = File.ReadAllText(Path.Join(Checkout.Root, PagePath));
        var root = ConnectionCrd.Build(FieldDocs.Load())["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject();

        // Objects of one shape share a section: what is looked for stands in some section, and each section has all of its fields.
        foreach (var schema in Objects(root).Where(schema => schema["properties"]!.AsObject().Count > 0))
        {
            foreach (var (name, field) in schema["properties"]!.AsObject().Where(field => field.Value!["description"] is not null && field.Key is not ("apiVersion" or "kind" or "spec" or "status")))
            {
                var row = text.Split('\n').FirstOrDefault(line => line.Contains($"`{name}`", StringComparison.Ordinal) && line.EndsWith($"| {Escaped(field!["description"]!.ToString())} |", StringComparison.Ordinal));
                Assert.True(row is not null, $"{name} is not on the page.");
                Assert.All(
                    field!["default"] is { } standard ? [standard.ToJsonString()] : (string[])[],
                    value => Assert.Contains($"| `{value.Replace("|", @"\|", StringComparison.Ordinal)}` |", row, StringComparison.Ordinal));
                Assert.All(field["enum"] as JsonArray ?? [], value => Assert.True(value!.ToString().Length == 0 || row.Contains($"`{value}`", StringComparison.Ordinal), $"{name}: {value}"));
                Assert.All(
                    new[] { "minimum", "maximum", "maxLength", "maxItems", "maxProperties" }.Select(bound => field[bound]?.ToJsonString()).OfType<string>(),
                    bound => Assert.Contains(bound, row, StringComparison.Ordinal));
            }
        }

        foreach (var rule in Objects(root).Append(root).SelectMany(schema => schema["x-kubernetes-validations"] as JsonArray ?? []))
        {
            Assert.Contains($"| `{rule!["rule"]!.ToString().Replace("|", @"\|", StringComparison.Ordinal)}` |", text, StringComparison.Ordinal);
        }
    }

    private static string Escaped(string text) => text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("|", @"\|", StringComparison.Ordinal)
        .Replace("*", @"\*", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    private static IEnumerable<JsonObject> Objects(JsonNode? schema)
    {
        if (schema is not JsonObject map)
        {
            return [];
        }

        IEnumerable<JsonNode?> below = [.. (map["properties"] as JsonObject ?? []).Select(field => field.Value), map["items"], map["additionalProperties"]];
        return [.. map["properties"] is null ? (JsonObject[])[] : [map], .. below.SelectMany(Objects)];
    }
}
