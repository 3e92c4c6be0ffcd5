using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>Finds out which item of a list is which.</summary>
internal static class ListItems
{
    /// <summary>The path element of an item.</summary>
    /// <param name="schema">The list's schema, not atomic.</param>
    /// <param name="item">The item.</param>
    /// <param name="list">Where the list is, for messages.</param>
    /// <exception cref="InvalidFieldsException">The item has no key, or is of the wrong kind.</exception>
    public static PathElement ElementOf(ListSchema schema, JsonNode? item, FieldPath list) => (schema.Kind, item) switch
    {
        (ListKind.Keyed, JsonObject fields) => KeyOf(schema, fields, list),
        (ListKind.Keyed, _) => throw new InvalidFieldsException($"{list}: an item of a list with keys is no object"),
        (_, JsonValue value) => PathElement.Value(value),
        _ => throw new InvalidFieldsException($"{list}: an item of a set is no string, number or boolean"),
    };

    /// <summary>The items under their path elements, in their order; items that cannot be told apart share one.</summary>
    public static ILookup<PathElement, JsonNode?> ByElement(ListSchema schema, IEnumerable<JsonNode?> items, FieldPath list) =>
        items.ToLookup(item => ElementOf(schema, item, list));

    private static PathElement KeyOf(ListSchema schema, JsonObject item, FieldPath list)
    {
        var keys = new List<KeyValuePair<string, JsonNode?>>();
        foreach (var key in schema.Keys)
        {
            if (item.TryGetPropertyValue(key.Name, out var value) || (value = key.Default) is not null)
            {
                keys.Add(KeyValuePair.Create(key.Name, value));
            }
        }

        return keys.Count > 0
            ? PathElement.Key(keys)
            : throw new InvalidFieldsException(
                $"{list}: associative list with keys has an element that omits all key fields "
                + $"[{string.Join(' ', schema.Keys.Select(key => $"\"{key.Name}\""))}] (and doesn't have default values for any key fields)");
    }
}
