using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.Run;
using KafkaLogstash.Operator.Settings;
using KafkaLogstash.Tests.Unit.Operator;

namespace KafkaLogstash.Tests.Unit.Chart;

/// <summary>The chart's files say the same of its values, and the same as the program.</summary>
public sealed class ChartFilesTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void Every_value_is_described()
    {
        Assert.Empty(ChartValue.All().Where(static value => value.Description.Length == 0).Select(static value => value.Path));
        Assert.All(ChartValue.All(), static value => Assert.Matches("^[A-Z].*[.]$", value.Description));
    }

    [Fact]
    public void The_table_in_the_README_is_made_from_the_comments()
    {
        const string Path = ChartValue.Folder + "/README.md";
        const string Begin = "<!-- values -->\n";
        const string End = "<!-- /values -->";
        var text = File.ReadAllText(System.IO.Path.Combine(Checkout.Root, Path));
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));

        GoldenFile.Matches(text[..from] + ChartValue.Table() + text[to..], Path);
    }

    [Fact]
    public void The_schema_knows_each_value_and_describes_it_alike()
    {
        const string Path = ChartValue.Folder + "/values.schema.json";
        var schema = JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(Checkout.Root, Path)))!;
        foreach (var value in ChartValue.All())
        {
            var own = value.Path.Split('.').Aggregate(schema, (node, name) => node["properties"]?[name] ?? throw new InvalidOperationException($"{Path} does not know {value.Path}."));
            own["description"] = value.Description;
        }

        GoldenFile.Matches(schema.ToJsonString(Indented) + "\n", Path);
        Assert.Equal(
            ChartValue.All().Select(static value => value.Path).Order(StringComparer.Ordinal),
            Described(schema, "").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_chart_has_the_operators_version()
    {
        var chart = Yaml.Read(File.ReadAllText(System.IO.Path.Combine(Checkout.Root, ChartValue.Folder, "Chart.yaml"))).Single();
        var version = typeof(OperatorSettings).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

        Assert.Equal((version, version), (chart["version"]!.ToString(), chart["appVersion"]!.ToString()));
    }

    private static IEnumerable<string> Described(JsonNode schema, string path) => (schema["properties"] as JsonObject ?? []).SelectMany(property =>
    {
        var own = path.Length == 0 ? property.Key : $"{path}.{property.Key}";
        return property.Value!["description"] is null ? Described(property.Value, own) : [own];
    });
}
