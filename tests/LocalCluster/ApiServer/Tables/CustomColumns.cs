using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;

namespace KafkaLogstash.LocalCluster.ApiServer.Tables;

/// <summary>The columns that a CustomResourceDefinition asks for in <c>additionalPrinterColumns</c>.</summary>
internal static class CustomColumns
{
    public static TableLayout Layout(JsonObject version)
    {
        var columns = version.Objects("additionalPrinterColumns").Select(ColumnOf).ToList();
        return new([TableLayout.NameColumn, .. columns.Count > 0 ? columns : [TableLayout.AgeColumn with { Type = "date" }]]);
    }

    private static Column ColumnOf(JsonObject definition)
    {
        var path = JsonPath.Parse(definition.Text("jsonPath")!);
        var type = definition.Text("type")!;
        return new(definition.Text("name")!, (obj, now) => Cell(path, type, obj, now))
        {
            Type = type,
            Format = definition.Text("format") ?? "",
            Description = definition.Text("description") ?? $"Custom resource definition column (in JSONPath format): {definition.Text("jsonPath")}",
            Priority = (int)(definition.Number("priority") ?? 0),
        };
    }

    private static JsonNode? Cell(JsonPath path, string type, JsonObject obj, DateTimeOffset now)
    {
        if (path.Find(obj).ToList() is not [var first, ..] found || (first is null && found.Count == 1))
        {
            return null;
        }

        return type switch
        {
            "integer" => first is JsonValue number && number.GetValueKind() == JsonValueKind.Number ? (JsonNode)(long)double.Parse(number.ToJsonString()) : null,
            "number" => first is JsonValue number && number.GetValueKind() == JsonValueKind.Number ? number.DeepClone() : null,
            "boolean" => first.Flag() is { } flag ? flag : null,
            "date" => Durations.Since(first.Time(), now) is "<unknown>" ? "<invalid>" : Durations.Since(first.Time(), now),
            _ when found.Count == 1 => Text(first),
            _ => string.Join(',', found.Select(Text)),
        };
    }

    private static string Text(JsonNode? node) => node switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        null => "",
        _ => node.ToJsonString(JsonNodes.Plain),
    };
}
