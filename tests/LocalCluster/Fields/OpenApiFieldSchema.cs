using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>Reads field schemas from the structural OpenAPI schemas of custom resource definitions.</summary>
internal static class OpenApiFieldSchema
{
    public static ObjectSchema OfResource(JsonObject schema) => Object(schema, isResource: true, preserves: false);

    private static FieldSchema Read(JsonObject schema, bool preserves) => schema["type"]?.GetValue<string>() switch
    {
        _ when Flag(schema, "x-kubernetes-int-or-string") => FieldSchema.Scalar,
        "object" => Object(schema, Flag(schema, "x-kubernetes-embedded-resource"), preserves),
        "array" => List(schema, preserves),
        null => FieldSchema.Any,
        _ => FieldSchema.Scalar,
    };

    private static ObjectSchema Object(JsonObject schema, bool isResource, bool preserves)
    {
        preserves |= Flag(schema, "x-kubernetes-preserve-unknown-fields");
        var fields = new Dictionary<string, FieldDeclaration>(StringComparer.Ordinal);
        foreach (var (name, property) in schema["properties"] as JsonObject ?? [])
        {
            fields[name] = new FieldDeclaration(property is JsonObject type ? Read(type, preserves) : FieldSchema.Any);
        }

        if (isResource)
        {
            fields["apiVersion"] = fields["kind"] = new FieldDeclaration(FieldSchema.Scalar);
            fields["metadata"] = new FieldDeclaration(BuiltInFieldSchemas.ObjectMeta);
        }

        var values = schema["additionalProperties"] switch
        {
            JsonObject type => Read(type, preserves),
            JsonValue allowed when allowed.GetValue<bool>() => FieldSchema.Any,
            null when preserves || (fields.Count == 0 && !isResource) => FieldSchema.Any,
            _ => null,
        };
        return new ObjectSchema(() => fields, values, schema["x-kubernetes-map-type"]?.GetValue<string>() == "atomic");
    }

    private static ListSchema List(JsonObject schema, bool preserves)
    {
        var items = schema["items"] as JsonObject;
        var kind = schema["x-kubernetes-list-type"]?.GetValue<string>() switch
        {
            "map" => ListKind.Keyed,
            "set" => ListKind.Set,
            _ => ListKind.Atomic,
        };
        var keys = from key in schema["x-kubernetes-list-map-keys"] as JsonArray ?? []
                   let name = key!.GetValue<string>()
                   select new ListKey(name, items?["properties"]?[name]?["default"]);
        return new ListSchema(items is null ? FieldSchema.Any : Read(items, preserves), kind, [.. keys]);
    }

    private static bool Flag(JsonObject schema, string name) => schema[name]?.GetValue<bool>() == true;
}
