using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>Removes fields and items from an object.</summary>
internal static class FieldRemoval
{
    /// <summary>A copy of an object without some fields and items. What becomes empty stays, empty.</summary>
    public static JsonObject Remove(JsonObject value, FieldSet fields, FieldSchema schema) =>
        (JsonObject)Without(FieldPath.Root, value, fields, schema)!;

    private static JsonNode? Without(FieldPath path, JsonNode? value, FieldSet fields, FieldSchema schema) => (schema.Resolve(value), value) switch
    {
        _ when fields.IsEmpty => value?.DeepClone(),
        (ObjectSchema { IsAtomic: false } type, JsonObject entries) => new JsonObject(
            from entry in entries
            let element = PathElement.Field(entry.Key)
            where !fields.Contains(element)
            let inner = Without(path.Append(element), entry.Value, fields.Below(element), type.TypeOf(entry.Key) ?? FieldSchema.Any)
            select KeyValuePair.Create(entry.Key, inner)),
        (ListSchema { Kind: not ListKind.Atomic } list, JsonArray items) => new JsonArray(
            [.. from item in ListItems.Elements(list, items, path).Zip(items)
                let element = item.First
                where !fields.Contains(element)
                select Without(path.Append(element), item.Second, fields.Below(element), list.Element)]),
        _ => value?.DeepClone(),
    };
}
