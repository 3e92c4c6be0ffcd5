using System.Text.Json;
using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>Reads <c>openAPIV3Schema</c> into <see cref="SchemaNode"/>s; a keyword with a value of the wrong kind is an error, an unknown keyword is ignored.</summary>
internal sealed class SchemaReader
{
    private static readonly string[] Unsupported =
        ["id", "$schema", "$ref", "additionalItems", "patternProperties", "definitions", "dependencies"];

    private readonly List<FieldError> _errors = [];

    public IReadOnlyList<FieldError> Errors => _errors;

    public SchemaNode Read(JsonObject json, FieldPath path)
    {
        var additional = json["additionalProperties"];
        return new SchemaNode
        {
            Type = Text(json, "type", path) ?? "",
            Format = Text(json, "format", path) ?? "",
            Title = Text(json, "title", path) ?? "",
            Description = Text(json, "description", path) ?? "",
            Nullable = Flag(json, "nullable", path) ?? false,
            Default = json["default"]?.DeepClone(),
            Maximum = Number(json, "maximum", path),
            ExclusiveMaximum = Flag(json, "exclusiveMaximum", path) ?? false,
            Minimum = Number(json, "minimum", path),
            ExclusiveMinimum = Flag(json, "exclusiveMinimum", path) ?? false,
            MultipleOf = Number(json, "multipleOf", path),
            MaxLength = Integer(json, "maxLength", path),
            MinLength = Integer(json, "minLength", path),
            Pattern = Text(json, "pattern", path) ?? "",
            MaxItems = Integer(json, "maxItems", path),
            MinItems = Integer(json, "minItems", path),
            UniqueItems = Flag(json, "uniqueItems", path) ?? false,
            MaxProperties = Integer(json, "maxProperties", path),
            MinProperties = Integer(json, "minProperties", path),
            Required = Texts(json, "required", path),
            Enum = [.. Elements(json, "enum", path).Select(value => value?.DeepClone())],
            Items = json["items"] is JsonArray ? null : Nested(json, "items", path),
            Properties = Properties(json, path),
            AdditionalProperties = additional is JsonValue ? null : Nested(json, "additionalProperties", path),
            AdditionalPropertiesAllowed = additional is JsonValue ? Flag(json, "additionalProperties", path) : null,
            AllOf = Branches(json, "allOf", path),
            AnyOf = Branches(json, "anyOf", path),
            OneOf = Branches(json, "oneOf", path),
            Not = Nested(json, "not", path),
            PreserveUnknownFields = Flag(json, "x-kubernetes-preserve-unknown-fields", path),
            EmbeddedResource = Flag(json, "x-kubernetes-embedded-resource", path) ?? false,
            IntOrString = Flag(json, "x-kubernetes-int-or-string", path) ?? false,
            ListType = Text(json, "x-kubernetes-list-type", path),
            ListMapKeys = Texts(json, "x-kubernetes-list-map-keys", path),
            MapType = Text(json, "x-kubernetes-map-type", path),
            Rules = [.. Elements(json, "x-kubernetes-validations", path).Select((rule, index) =>
                ReadRule(rule, path.Child("x-kubernetes-validations").Index(index)))],
            UnsupportedKeywords = [.. UnsupportedIn(json)],
            Keywords = [.. json.Where(member => !IsZero(member.Value)).Select(member => member.Key)],
        };
    }

    private static IEnumerable<string> UnsupportedIn(JsonObject json)
    {
        foreach (var keyword in Unsupported)
        {
            if (json[keyword] is { } value && !IsZero(value))
            {
                yield return keyword;
            }
        }

        if (json["items"] is JsonArray)
        {
            yield return "items";
        }
    }

    private static bool IsZero(JsonNode? value) => value switch
    {
        null => true,
        JsonArray items => items.Count == 0,
        JsonValue scalar => scalar.GetValueKind() switch
        {
            JsonValueKind.False => true,
            JsonValueKind.String => scalar.GetValue<string>().Length == 0,
            _ => false,
        },
        _ => false,
    };

    private ValidationRule ReadRule(JsonNode? node, FieldPath path)
    {
        if (node is not JsonObject json)
        {
            Refuse(path, node, "an object");
            return new ValidationRule();
        }

        return new ValidationRule
        {
            Rule = Text(json, "rule", path) ?? "",
            Message = Text(json, "message", path) ?? "",
            MessageExpression = Text(json, "messageExpression", path) ?? "",
            Reason = Text(json, "reason", path),
            FieldPath = Text(json, "fieldPath", path) ?? "",
            OptionalOldSelf = Flag(json, "optionalOldSelf", path),
        };
    }

    private Dictionary<string, SchemaNode> Properties(JsonObject json, FieldPath path)
    {
        var properties = new Dictionary<string, SchemaNode>(StringComparer.Ordinal);
        if (json["properties"] is JsonObject members)
        {
            foreach (var (name, member) in members)
            {
                var memberPath = path.Child("properties").Key(name);
                if (member is JsonObject schema)
                {
                    properties.Add(name, Read(schema, memberPath));
                }
                else
                {
                    Refuse(memberPath, member, "an object");
                }
            }
        }
        else if (json["properties"] is { } other)
        {
            Refuse(path.Child("properties"), other, "an object");
        }

        return properties;
    }

    private SchemaNode? Nested(JsonObject json, string keyword, FieldPath path)
    {
        switch (json[keyword])
        {
            case null:
                return null;
            case JsonObject schema:
                return Read(schema, path.Child(keyword));
            case var other:
                Refuse(path.Child(keyword), other, "an object");
                return null;
        }
    }

    private List<SchemaNode> Branches(JsonObject json, string keyword, FieldPath path)
    {
        var branches = new List<SchemaNode>();
        foreach (var (index, branch) in Elements(json, keyword, path).Index())
        {
            var branchPath = path.Child(keyword).Index(index);
            if (branch is JsonObject schema)
            {
                branches.Add(Read(schema, branchPath));
            }
            else
            {
                Refuse(branchPath, branch, "an object");
            }
        }

        return branches;
    }

    private List<string> Texts(JsonObject json, string keyword, FieldPath path)
    {
        var texts = new List<string>();
        foreach (var (index, element) in Elements(json, keyword, path).Index())
        {
            if (element is JsonValue value && value.GetValueKind() == JsonValueKind.String)
            {
                texts.Add(value.GetValue<string>());
            }
            else
            {
                Refuse(path.Child(keyword).Index(index), element, "a string");
            }
        }

        return texts;
    }

    private JsonArray Elements(JsonObject json, string keyword, FieldPath path)
    {
        switch (json[keyword])
        {
            case null:
                return [];
            case JsonArray array:
                return array;
            case var other:
                Refuse(path.Child(keyword), other, "an array");
                return [];
        }
    }

    private string? Text(JsonObject json, string keyword, FieldPath path) => Scalar(
        json, keyword, path, "a string", value => value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null);

    private bool? Flag(JsonObject json, string keyword, FieldPath path) => Scalar<bool?>(
        json, keyword, path, "a boolean", value => value.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        });

    private double? Number(JsonObject json, string keyword, FieldPath path) => Scalar<double?>(
        json, keyword, path, "a number", value => JsonNumber.TryRead(value, out var number) ? number.Double : null);

    private long? Integer(JsonObject json, string keyword, FieldPath path) => Scalar<long?>(
        json, keyword, path, "an integer", value => JsonNumber.TryRead(value, out var number) && number.IsInteger ? number.Integer : null);

    private T? Scalar<T>(JsonObject json, string keyword, FieldPath path, string expected, Func<JsonValue, T?> read)
    {
        var node = json[keyword];
        if (node is null)
        {
            return default;
        }

        var value = node is JsonValue scalar ? read(scalar) : default;
        if (value is null)
        {
            Refuse(path.Child(keyword), node, expected);
        }

        return value;
    }

    private void Refuse(FieldPath path, JsonNode? value, string expected) =>
        _errors.Add(FieldError.Invalid(path, value, "must be " + expected));
}
