using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>The items of a list with <c>x-kubernetes-list-type: map</c>, found by their keys.</summary>
internal sealed class ListMap
{
    private readonly IReadOnlyList<string> _keys;
    private readonly Dictionary<string, JsonObject> _items = new(StringComparer.Ordinal);

    private ListMap(IReadOnlyList<string> keys, JsonArray items)
    {
        _keys = keys;
        foreach (var item in items)
        {
            if (KeyOf(item) is { } key)
            {
                _items.TryAdd(key, (JsonObject)item!);
            }
        }
    }

    /// <summary>The index of a list-map; null where the schema is of another kind of list, or there is no list.</summary>
    public static ListMap? Create(SchemaNode schema, JsonArray? items) =>
        schema is { ListType: "map", ListMapKeys.Count: > 0 } && items is not null ? new ListMap(schema.ListMapKeys, items) : null;

    /// <summary>The item that has the same keys, or null.</summary>
    public JsonObject? Find(JsonNode? item) => KeyOf(item) is { } key ? _items.GetValueOrDefault(key) : null;

    private string? KeyOf(JsonNode? item)
    {
        if (item is not JsonObject members)
        {
            return null;
        }

        var values = new List<string>(_keys.Count);
        foreach (var key in _keys)
        {
            if (members[key] is not JsonValue value)
            {
                return null;
            }

            values.Add(GoText.BadValue(value));
        }

        return string.Join('\0', values);
    }
}
