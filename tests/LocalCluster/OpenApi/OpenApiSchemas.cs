using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using k8s.Models;
using KafkaLogstash.LocalCluster.Fields;

namespace KafkaLogstash.LocalCluster.OpenApi;

/// <summary>Collects the schemas of kinds and of all types in them.</summary>
/// <param name="prefix">What references to schemas start with.</param>
internal sealed partial class OpenApiSchemas(string prefix)
{
    private const string ObjectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

    private readonly SortedDictionary<string, JsonObject> _schemas = new(StringComparer.Ordinal);

    /// <summary>Adds the schema of a kind.</summary>
    /// <returns>A reference to it.</returns>
    /// <exception cref="ArgumentException">The kind has no schema of its own and is not built in.</exception>
    public JsonObject Add(OpenApiResource resource)
    {
        string name;
        if (resource.CrdSchema is { } schema)
        {
            name = $"{string.Join('.', resource.Group.Split('.').Reverse())}.{resource.Version}.{resource.Kind}";
            _schemas[name] = OfCustomResource(schema);
        }
        else if (BuiltInFieldSchemas.ModelTypes.TryGetValue((resource.Group, resource.Version, resource.Kind), out var type))
        {
            name = AddType(type);
        }
        else
        {
            throw new ArgumentException($"{resource.Kind} of '{resource.Group}/{resource.Version}' is not built in.", nameof(resource));
        }

        _schemas[name]["x-kubernetes-group-version-kind"] = new JsonArray(resource.GroupVersionKind());
        return Reference(name);
    }

    /// <summary>The schemas by name.</summary>
    public JsonObject ToJson() => new(_schemas.Select(schema => KeyValuePair.Create(schema.Key, (JsonNode?)schema.Value.DeepClone())));

    private JsonObject OfCustomResource(JsonObject crdSchema)
    {
        var schema = crdSchema.DeepClone().AsObject();
        if (schema["properties"] is not JsonObject properties)
        {
            schema["properties"] = properties = [];
        }

        foreach (var name in new[] { "apiVersion", "kind" })
        {
            properties[name] = Described(new JsonObject { ["type"] = "string" }, ModelDescriptions.Of(typeof(V1ConfigMap), name));
        }

        AddType(typeof(V1ObjectMeta));
        properties["metadata"] = Described(Wrapped(Reference(ObjectMeta)), ModelDescriptions.Of(typeof(V1ConfigMap), "metadata"));
        return schema;
    }

    private string AddType(Type type)
    {
        var name = NameOf(type);
        if (_schemas.ContainsKey(name))
        {
            return name;
        }

        var schema = Described(new JsonObject { ["type"] = "object" }, ModelDescriptions.Of(type));
        _schemas[name] = schema;
        var fields = (ObjectSchema)BuiltInFieldSchemas.OfStruct(type);
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (BuiltInFieldSchemas.JsonName(property) is not { } field)
            {
                continue;
            }

            properties[field] = OfField(property.PropertyType, fields.Fields[field], ModelDescriptions.Of(type, field));
            if (property.PropertyType.IsValueType && Nullable.GetUnderlyingType(property.PropertyType) is null)
            {
                required.Add(field);
            }
        }

        schema["properties"] = properties;
        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        if (fields.IsAtomic)
        {
            schema["x-kubernetes-map-type"] = "atomic";
        }

        return name;
    }

    private JsonObject OfField(Type type, FieldDeclaration field, string? description)
    {
        var schema = Described(OfType(type), description);
        switch (field.Schema)
        {
            case ListSchema list:
                AddListType(schema, list);
                break;
            case ObjectSchema { IsAtomic: true, Values: not null }:
                schema["x-kubernetes-map-type"] = "atomic";
                break;
        }

        var strategy = string.Join(',', Strategies(field));
        if (strategy.Length > 0)
        {
            schema["x-kubernetes-patch-strategy"] = strategy;
        }

        if (field.PatchMergeKey is { } key)
        {
            schema["x-kubernetes-patch-merge-key"] = key;
        }

        return schema;
    }

    private static IEnumerable<string> Strategies(FieldDeclaration field)
    {
        if (field.PatchStrategy != PatchStrategy.Default)
        {
            yield return field.PatchStrategy == PatchStrategy.Merge ? "merge" : "replace";
        }

        if (field.RetainsKeys)
        {
            yield return "retainKeys";
        }
    }

    private static void AddListType(JsonObject schema, ListSchema list)
    {
        schema["x-kubernetes-list-type"] = list.Kind switch { ListKind.Keyed => "map", ListKind.Set => "set", _ => "atomic" };
        if (list.Keys.Count > 0)
        {
            schema["x-kubernetes-list-map-keys"] = new JsonArray([.. list.Keys.Select(key => JsonValue.Create(key.Name))]);
        }
    }

    private JsonObject OfType(Type type)
    {
        if (BuiltInFieldSchemas.ItemType(type) is { } item)
        {
            return new JsonObject { ["type"] = "array", ["items"] = OfType(item) };
        }

        if (BuiltInFieldSchemas.ValueType(type) is { } value)
        {
            return new JsonObject { ["type"] = "object", ["additionalProperties"] = OfType(value) };
        }

        if (BuiltInFieldSchemas.IsStruct(type))
        {
            return Wrapped(Reference(AddType(type)));
        }

        var scalar = Nullable.GetUnderlyingType(type) ?? type;
        return scalar switch
        {
            _ when scalar == typeof(IntOrString) => Named(
                "io.k8s.apimachinery.pkg.util.intstr.IntOrString", new JsonObject { ["format"] = "int-or-string", ["oneOf"] = OneOf("integer", "string") }),
            _ when scalar == typeof(ResourceQuantity) => Named(
                "io.k8s.apimachinery.pkg.api.resource.Quantity", new JsonObject { ["oneOf"] = OneOf("string", "number") }),
            _ when scalar == typeof(DateTime) => Named(
                "io.k8s.apimachinery.pkg.apis.meta.v1.Time", new JsonObject { ["type"] = "string", ["format"] = "date-time" }),
            _ when scalar == typeof(byte[]) => new JsonObject { ["type"] = "string", ["format"] = "byte" },
            _ when scalar == typeof(int) => new JsonObject { ["type"] = "integer", ["format"] = "int32" },
            _ when scalar == typeof(long) => new JsonObject { ["type"] = "integer", ["format"] = "int64" },
            _ when scalar == typeof(double) => new JsonObject { ["type"] = "number", ["format"] = "double" },
            _ when scalar == typeof(bool) => new JsonObject { ["type"] = "boolean" },
            _ when scalar == typeof(object) => new JsonObject { ["type"] = "object" },
            _ => new JsonObject { ["type"] = "string" },
        };
    }

    private JsonObject Named(string name, JsonObject schema)
    {
        _schemas.TryAdd(name, schema);
        return Wrapped(Reference(name));
    }

    private JsonObject Reference(string name) => new() { ["$ref"] = prefix + name };

    // A reference takes no description beside it, so it is wrapped.
    private static JsonObject Wrapped(JsonObject reference) => new() { ["allOf"] = new JsonArray(reference) };

    private static JsonArray OneOf(params ReadOnlySpan<string> types)
    {
        var choices = new JsonArray();
        foreach (var type in types)
        {
            choices.Add(new JsonObject { ["type"] = type });
        }

        return choices;
    }

    private static JsonObject Described(JsonObject schema, string? description)
    {
        if (description is not null)
        {
            schema.Insert(0, "description", description);
        }

        return schema;
    }

    private static string NameOf(Type type)
    {
        if (type == typeof(V1ObjectMeta))
        {
            return ObjectMeta;
        }

        var name = ModelName().Match(type.Name);
        if (!name.Success)
        {
            return $"io.k8s.api.{type.Name}";
        }

        var group = name.Groups["group"] is { Length: > 0 } named ? named.Value.ToLowerInvariant() + "." : "";
        return $"io.k8s.api.{group}{name.Groups["version"].Value.ToLowerInvariant()}.{name.Groups["kind"].Value}";
    }

    [GeneratedRegex("^(?<group>[A-Z][a-z]+(?=v[0-9]))?(?<version>[Vv][0-9]+((alpha|beta)[0-9]+)?)(?<kind>.+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ModelName();
}
