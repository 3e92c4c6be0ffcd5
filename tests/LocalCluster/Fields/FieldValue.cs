using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>A value that may be absent; JSON's null is present.</summary>
/// <param name="Exists">True when the value is there.</param>
/// <param name="Node">The value; null for JSON's null, and when absent.</param>
internal readonly record struct FieldValue(bool Exists, JsonNode? Node)
{
    /// <summary>No value.</summary>
    public static FieldValue Absent => default;

    /// <summary>True for an absent value, a null, and an object or list with nothing in it.</summary>
    public bool IsEmpty => Node is null or JsonObject { Count: 0 } or JsonArray { Count: 0 };

    /// <summary>A value that is there.</summary>
    public static FieldValue Of(JsonNode? node) => new(true, node);

    /// <summary>The field of an object; absent when it has none of that name, or is no object.</summary>
    public FieldValue Field(string name) =>
        Node is JsonObject fields && fields.TryGetPropertyValue(name, out var value) ? Of(value) : Absent;

    /// <summary>The names of an object's fields.</summary>
    public IEnumerable<string> FieldNames() => Node is JsonObject fields ? fields.Select(field => field.Key) : [];

    /// <summary>The items of a list.</summary>
    public IReadOnlyList<JsonNode?> Items() => Node is JsonArray items ? [.. items] : [];

    /// <summary>
    /// What both sides of a merge or comparison are: an untyped value takes the shape of the side that is there,
    /// the right one if both are.
    /// </summary>
    public static (FieldSchema Left, FieldSchema Right) Resolve(FieldSchema schema, FieldValue left, FieldValue right)
    {
        var leftSchema = schema.Resolve((left.Exists ? left : right).Node);
        return (leftSchema, right.Exists ? schema.Resolve(right.Node) : leftSchema);
    }
}
