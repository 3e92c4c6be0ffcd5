using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>Finds the fields that an object sets.</summary>
internal static class AppliedFields
{
    /// <summary>The fields that an object sets. Structs are owned through their fields, maps and lists through their entries.</summary>
    /// <param name="value">The object.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="strict">True to refuse undeclared fields and items with the same key, as apply does for what is applied.</param>
    /// <exception cref="InvalidFieldsException">The object does not fit the schema.</exception>
    public static FieldSet Of(JsonObject value, FieldSchema schema, bool strict)
    {
        var fields = new List<FieldPath>();
        Collect(fields, FieldPath.Root, value, schema, strict);
        return FieldSet.Of(fields);
    }

    private static void Collect(List<FieldPath> fields, FieldPath path, JsonNode? value, FieldSchema schema, bool strict)
    {
        switch (schema.Resolve(value), value)
        {
            case (ObjectSchema { IsAtomic: false } type, JsonObject entries):
                CollectFields(fields, path, entries, type, strict);
                break;
            case (ListSchema { Kind: not ListKind.Atomic } list, JsonArray items):
                CollectItems(fields, path, items, list, strict);
                break;
            case (ObjectSchema { IsAtomic: false } or ListSchema { Kind: not ListKind.Atomic }, null):
                break;
            case (ObjectSchema, JsonArray or JsonValue) or (ListSchema, JsonObject or JsonValue) when strict:
                throw new InvalidFieldsException($"{path}: expected {(schema is ListSchema ? "list" : "map")}, got {value!.ToJsonString()}");
            default:
                fields.Add(path);
                break;
        }
    }

    private static void CollectFields(List<FieldPath> fields, FieldPath path, JsonObject entries, ObjectSchema schema, bool strict)
    {
        foreach (var (name, value) in entries)
        {
            var field = path.Append(PathElement.Field(name));
            var type = schema.TypeOf(name);
            if (type is null && strict)
            {
                throw new InvalidFieldsException($"{field}: field not declared in schema");
            }

            Collect(fields, field, value, type ?? FieldSchema.Any, strict);
            if (value is null or JsonObject { Count: 0 } || !schema.Fields.ContainsKey(name))
            {
                fields.Add(field);
            }
        }
    }

    private static void CollectItems(List<FieldPath> fields, FieldPath path, JsonArray items, ListSchema list, bool strict)
    {
        foreach (var same in ListItems.ByElement(list, [.. items], path))
        {
            if (strict && same.Skip(1).Any())
            {
                throw new InvalidFieldsException($"{path}: duplicate entries for key {same.Key}");
            }

            var item = path.Append(same.Key);
            Collect(fields, item, same.First(), list.Element, strict);
            fields.Add(item);
        }
    }
}
