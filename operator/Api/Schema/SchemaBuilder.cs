using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using KafkaLogstash.Api.Yaml;

namespace KafkaLogstash.Api.Schema;

/// <summary>
/// Makes the structural schema of a type from its System.Text.Json contract and its attributes. The exporter of System.Text.Json can't be used: it
/// writes <c>$ref</c> for types that occur twice, which structural schemas exclude
/// (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema).
/// </summary>
/// <param name="docs">The descriptions.</param>
internal sealed class SchemaBuilder(FieldDocs docs)
{
    private static readonly Lazy<JsonObject> KubernetesTypes = new(ReadKubernetesTypes);

    /// <summary>The schema of the whole resource. Defaults belong to the spec alone: the status is as the operator writes it.</summary>
    public JsonObject Resource()
    {
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray("metadata", "spec"),
            ["properties"] = new JsonObject
            {
                ["apiVersion"] = Described("The version of this representation: kafka-logstash.io/v1alpha1.", new JsonObject { ["type"] = "string" }),
                ["kind"] = Described("The kind: KafkaLogstashConnection.", new JsonObject { ["type"] = "string" }),
                ["metadata"] = new JsonObject { ["type"] = "object" },
                ["spec"] = Described(docs.Of(typeof(ConnectionSpec)), Record(typeof(ConnectionSpec), withDefaults: true)),
                ["status"] = Described(docs.Of(typeof(ConnectionStatus)), Record(typeof(ConnectionStatus), withDefaults: false)),
            },
        };
        AddRules(schema, typeof(KafkaLogstashConnection));
        return Described(docs.Of(typeof(KafkaLogstashConnection)), schema);
    }

    /// <summary>The schema of a record.</summary>
    /// <param name="type">The record's type.</param>
    /// <param name="withDefaults">Whether the API server fills in what is left out.</param>
    private JsonObject Record(Type type, bool withDefaults)
    {
        var schema = new JsonObject { ["type"] = "object" };
        var initial = Activator.CreateInstance(type)!;
        var properties = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        var required = new JsonArray();
        foreach (var contract in WireFormat.Options.GetTypeInfo(type).Properties.Where(contract => contract is { Get: not null, Set: not null }))
        {
            var property = (PropertyInfo)contract.AttributeProvider!;
            var isRequired = property.IsDefined(typeof(RequiredAttribute));
            properties.Add(contract.Name, Property(property, isRequired || !withDefaults ? null : Default(contract, initial), withDefaults));
            if (isRequired)
            {
                required.Add(contract.Name);
            }
        }

        schema["properties"] = new JsonObject(properties);
        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        AddRules(schema, type);
        return schema;
    }

    private JsonObject Property(PropertyInfo property, JsonNode? defaultValue, bool withDefaults)
    {
        var schema = Shape(property, withDefaults);
        AddRules(schema, property);
        if (defaultValue is not null)
        {
            schema.Insert(0, "default", defaultValue);
        }

        return Described(docs.Of(property), schema);
    }

    private static JsonObject Described(string? description, JsonObject schema)
    {
        if (description is not null)
        {
            schema.Remove("description");
            schema.Insert(0, "description", description);
        }

        return schema;
    }

    private JsonObject Shape(PropertyInfo property, bool withDefaults)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type == typeof(string))
        {
            return Text(property);
        }

        if (type == typeof(int) || type == typeof(long))
        {
            return Number(property, type == typeof(int) ? "int32" : "int64");
        }

        if (type == typeof(IReadOnlyDictionary<string, string>))
        {
            return Bounded(property, "Properties", new JsonObject { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["x-kubernetes-int-or-string"] = true } });
        }

        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? List(property, type.GenericTypeArguments[0]) : Single(type, withDefaults);
    }

    private JsonObject Single(Type type, bool withDefaults)
    {
        if (type == typeof(bool))
        {
            return new JsonObject { ["type"] = "boolean" };
        }

        if (type.IsEnum)
        {
            return new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. type.GetEnumNames().Select(name => JsonValue.Create(WireFormat.Name(type, name)))]) };
        }

        if (type == typeof(JsonObject))
        {
            return new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true };
        }

        if (KubernetesTypes.Value[type.Name] is JsonObject known)
        {
            return known.DeepClone().AsObject();
        }

        return type.Assembly == typeof(SchemaBuilder).Assembly
            ? Record(type, withDefaults)
            : throw new NotSupportedException($"There is no schema for the type {type}: add it to KubernetesSchemas.yaml.");
    }

    /// <summary>Items have no defaults: what the API server fills in there differs for ever from what lies in Git, to a tool that compares lists as wholes.</summary>
    private JsonObject List(PropertyInfo property, Type item)
    {
        var schema = Bounded(property, "Items", new JsonObject { ["type"] = "array" });
        var listType = property.GetCustomAttribute<ListTypeAttribute>();
        schema["x-kubernetes-list-type"] = listType?.Type ?? "atomic";
        if (listType?.Keys is { Count: > 0 } keys)
        {
            schema["x-kubernetes-list-map-keys"] = new JsonArray([.. keys.Select(key => JsonValue.Create(key))]);
        }

        if (property.GetCustomAttribute<ItemAttribute>() is { } text)
        {
            schema["items"] = new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = text.MaximumLength, ["pattern"] = text.Pattern };
        }
        else
        {
            schema["items"] = Described(docs.Of(item), Single(item, withDefaults: false));
        }

        return schema;
    }

    private static JsonObject Text(PropertyInfo property)
    {
        var schema = Bounded(property, "Length", new JsonObject { ["type"] = "string" });
        if (property.GetCustomAttribute<RegularExpressionAttribute>() is { } pattern)
        {
            schema["pattern"] = pattern.Pattern;
        }

        if (property.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed)
        {
            schema["enum"] = new JsonArray([.. allowed.Values.Select(value => JsonValue.Create((string?)value))]);
        }

        return schema;
    }

    private static JsonObject Number(PropertyInfo property, string format)
    {
        var schema = new JsonObject { ["type"] = "integer", ["format"] = format };
        if (property.GetCustomAttribute<RangeAttribute>() is { } range)
        {
            schema["minimum"] = Convert.ToInt64(range.Minimum);
            schema["maximum"] = Convert.ToInt64(range.Maximum);
        }

        return schema;
    }

    private static JsonObject Bounded(PropertyInfo property, string what, JsonObject schema)
    {
        if (property.GetCustomAttribute<LengthAttribute>() is { } length)
        {
            if (length.MinimumLength > 0)
            {
                schema[$"min{what}"] = length.MinimumLength;
            }

            schema[$"max{what}"] = length.MaximumLength;
        }

        return schema;
    }

    /// <summary>
    /// What a field starts with, as far as leaving it out would mean something else: nothing for empty texts, lists and maps, and an empty object
    /// for sections, whose own fields have defaults in turn.
    /// </summary>
    private static JsonNode? Default(JsonPropertyInfo contract, object initial)
    {
        var value = contract.Get!(initial);
        if (value is not null && contract.PropertyType is { IsEnum: false } type && type.Assembly == typeof(SchemaBuilder).Assembly)
        {
            return new JsonObject();
        }

        var node = JsonSerializer.SerializeToNode(value, contract.PropertyType, WireFormat.Options);
        return node switch
        {
            null or JsonArray { Count: 0 } or JsonObject { Count: 0 } => null,
            JsonValue text when text.TryGetValue<string>(out var empty) && empty.Length == 0 => null,
            _ => node,
        };
    }

    private static void AddRules(JsonObject schema, MemberInfo member)
    {
        foreach (var rule in member.GetCustomAttributes<RuleAttribute>().Select(Rule))
        {
            if (schema["x-kubernetes-validations"] is not JsonArray rules)
            {
                schema["x-kubernetes-validations"] = rules = [];
            }

            rules.Add(rule);
        }
    }

    private static JsonObject Rule(RuleAttribute rule)
    {
        var node = new JsonObject { ["rule"] = rule.Expression, ["message"] = rule.Message, ["reason"] = rule.Reason.ToString() };
        if (rule.FieldPath is { } path)
        {
            node["fieldPath"] = path;
        }

        return node;
    }

    private static JsonObject ReadKubernetesTypes()
    {
        using var stream = typeof(SchemaBuilder).Assembly.GetManifestResourceStream("KubernetesSchemas.yaml")!;
        using var reader = new StreamReader(stream);
        return YamlReader.Read(reader.ReadToEnd()).Single().Root!.AsObject();
    }
}
