using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KafkaLogstash.LocalCluster.Run;
using KafkaLogstash.Tests.Unit.Operator;

namespace KafkaLogstash.Tests.Unit.Chart;

/// <summary>A value of the chart: its path in values.yaml, what the comment above it says (empty without one), and its default.</summary>
internal sealed partial record ChartValue(string Path, string Description, JsonNode? Default)
{
    public const string Folder = "charts/kafka-logstash-operator";

    /// <summary>Every key of values.yaml in its order, but for those within a value that is described as a whole.</summary>
    public static IReadOnlyList<ChartValue> All()
    {
        var text = File.ReadAllText(System.IO.Path.Combine(Checkout.Root, Folder, "values.yaml"));
        var defaults = Yaml.Read(text).Single();
        var values = new List<ChartValue>();
        var above = new List<(int Indent, string Path, bool IsDescribed)>();
        var description = "";
        foreach (var line in text.Split('\n'))
        {
            if (Comment().Match(line) is { Success: true } comment)
            {
                description = comment.Groups["text"].Value;
            }
            else if (Key().Match(line) is { Success: true } key)
            {
                var indent = key.Groups["indent"].Length;
                above.RemoveAll(parent => parent.Indent >= indent);
                var path = string.Join('.', above.Select(static parent => parent.Path.Split('.')[^1]).Append(key.Groups["name"].Value));
                if (!above.Exists(static parent => parent.IsDescribed))
                {
                    var value = path.Split('.').Aggregate((JsonNode?)defaults, static (node, name) => node![name]);
                    if (description.Length > 0 || value is not JsonObject { Count: > 0 })
                    {
                        values.Add(new ChartValue(path, description, value));
                    }
                }

                above.Add((indent, path, description.Length > 0));
                description = "";
            }
        }

        return values;
    }

    /// <summary>The table that README.md shows.</summary>
    public static string Table() => "| value | default | what it is |\n| --- | --- | --- |\n" + string.Concat(
        All().Select(static value => $"| `{value.Path}` | `{value.Default?.ToJsonString(Plain) ?? "null"}` | {value.Description.Replace("|", "\\|", StringComparison.Ordinal)} |\n"));

    private static JsonSerializerOptions Plain { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [GeneratedRegex("^ *# -- (?<text>.*)$", RegexOptions.NonBacktracking)]
    private static partial Regex Comment();

    [GeneratedRegex("^(?<indent> *)(?<name>[A-Za-z_]+):", RegexOptions.NonBacktracking)]
    private static partial Regex Key();
}
