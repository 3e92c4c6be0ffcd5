using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;

namespace KafkaLogstash.LocalCluster.ApiServer.Tables;

/// <summary>The columns that kubectl prints for a resource.</summary>
internal sealed record TableLayout(IReadOnlyList<Column> Columns)
{
    public static readonly Column NameColumn = new("Name", (obj, _) => obj.Name() ?? "")
    {
        Format = "name",
        Description = "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names",
    };

    public static readonly Column AgeColumn = new("Age", (obj, now) => Durations.Since(obj.Time("metadata", "creationTimestamp"), now));

    public static readonly Column CreatedAtColumn = new("Created At", (obj, _) => obj.Text("metadata", "creationTimestamp") ?? "")
    {
        Type = "date",
    };

    /// <summary>For resources without columns of their own.</summary>
    public static readonly TableLayout NameAndAge = new([NameColumn, CreatedAtColumn]);

    public JsonArray Definitions() => new([.. Columns.Select(column => (JsonNode)new JsonObject
    {
        ["name"] = column.Name,
        ["type"] = column.Type,
        ["format"] = column.Format,
        ["description"] = column.Description,
        ["priority"] = column.Priority,
    })]);

    public JsonArray Cells(JsonObject obj, DateTimeOffset now) => new([.. Columns.Select(column => column.Cell(obj, now))]);
}

/// <summary>A column; those with a priority above 0 show only with <c>-o wide</c>.</summary>
internal sealed record Column(string Name, Func<JsonObject, DateTimeOffset, JsonNode?> Cell)
{
    public string Type { get; init; } = "string";

    public string Format { get; init; } = "";

    public string Description { get; init; } = "";

    public int Priority { get; init; }
}
