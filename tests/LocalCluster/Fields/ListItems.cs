using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>Finds out which item of a list is which.</summary>
internal static class ListItems
{
    /// <summary>The path elements of a list's items, in their order.</summary>
    /// <param name="schema">The list's schema, not atomic.</param>
    /// <param name="items">The items.</param>
    /// <param name="list">Where the list is, for messages.</param>
    /// <exception cref="InvalidFieldsException">An item has no key, or is of the wrong kind. The message is that of the API server.</exception>
    public static IReadOnlyList<PathElement> Elements(ListSchema schema, IEnumerable<JsonNode?> items, FieldPath list) =>
        [.. items.Select((item, index) => ElementOf(schema, item)
            ?? throw new InvalidFieldsException($"{list}: element {index}: {WhyNoElement(schema, item)}"))];

    /// <summary>The items under their path elements, in their order; items that cannot be told apart share one.</summary>
    /// <inheritdoc cref="Elements"/>
    public static ILookup<PathElement, JsonNode?> ByElement(ListSchema schema, IReadOnlyList<JsonNode?> items, FieldPath list) =>
        Elements(schema, items, list).Zip(items).ToLookup(item => item.First, item => item.Second);

    private static PathElement? ElementOf(ListSchema schema, JsonNode? item) => (schema.Kind, item) switch
    {
        (ListKind.Keyed, JsonObject fields) => KeyOf(schema, fields),
        (ListKind.Set, JsonValue value) => PathElement.Value(value),
        _ => null,
    };

    private static PathElement? KeyOf(ListSchema schema, JsonObject item)
    {
        var keys = new List<KeyValuePair<string, JsonNode?>>();
        foreach (var key in schema.Keys)
        {
            if (item.TryGetPropertyValue(key.Name, out var value) || (value = key.Default) is not null)
            {
                keys.Add(KeyValuePair.Create(key.Name, value));
            }
        }

        return keys.Count > 0 ? PathElement.Key(keys) : null;
    }

    private static string WhyNoElement(ListSchema schema, JsonNode? item) => (schema.Kind, item) switch
    {
        (ListKind.Keyed, null) => "associative list with keys may not have a null element",
        (ListKind.Keyed, JsonObject) =>
            $"associative list with keys has an element that omits all key fields [{string.Join(' ', schema.Keys.Select(key => $"\"{key.Name}\""))}]"
            + " (and doesn't have default values for any key fields)",
        (ListKind.Keyed, _) => "associative list with keys may not have non-map elements",
        (_, null) => "associative list without keys has an element that's an explicit null",
        (_, JsonArray) => "not supported: associative list with lists as elements",
        _ => "associative list without keys has an element that's a map type",
    };
}
