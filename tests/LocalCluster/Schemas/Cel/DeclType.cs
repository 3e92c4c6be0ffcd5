using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>What CEL's type checker and cost estimate know of one level of a schema.</summary>
internal sealed record DeclType
{
    private const long MaxRequestBytes = 3 * 1024 * 1024;
    private const long QuotesSize = 2;

    private static readonly SchemaNode PlainString = new() { Type = "string" };
    private static readonly SchemaNode ObjectMeta = new()
    {
        Type = "object",
        Properties = new Dictionary<string, SchemaNode>(StringComparer.Ordinal) { ["name"] = PlainString, ["generateName"] = PlainString },
    };

    public required CelType Type { get; init; }

    /// <summary>The most characters, bytes, items or entries that a value can have.</summary>
    public long MaxElements { get; init; }

    /// <summary>The fewest bytes that a value takes in a request.</summary>
    public required long MinSerializedSize { get; init; }

    public DeclType? Key { get; init; }

    public DeclType? Element { get; init; }

    /// <summary>The most values of this type that fit into one request.</summary>
    public ulong MaxCardinality => (ulong)(MaxRequestBytes / (MinSerializedSize + 1));

    /// <summary>The type of a level; null where rules can't see it, as under <c>x-kubernetes-preserve-unknown-fields</c> without a type.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="isResource">Whether it is the root of an object, where <c>apiVersion</c>, <c>kind</c> and names of <c>metadata</c> can be seen always.</param>
    public static DeclType? FromSchema(SchemaNode schema, bool isResource) => Create(schema, isResource, "selfType");

    /// <summary>The schema with the fields that every object has.</summary>
    public static SchemaNode WithObjectMeta(SchemaNode schema) => schema with
    {
        Properties = new Dictionary<string, SchemaNode>(schema.Properties, StringComparer.Ordinal)
        {
            ["kind"] = PlainString,
            ["apiVersion"] = PlainString,
            ["metadata"] = schema.Properties.TryGetValue("metadata", out var metadata)
                && metadata.Properties.ContainsKey("name") && metadata.Properties.ContainsKey("generateName") ? metadata : ObjectMeta,
        },
    };

    private static DeclType? Create(SchemaNode schema, bool isResource, string name)
    {
        if (schema.IntOrString)
        {
            return new DeclType { Type = CelType.Dyn, MinSerializedSize = 1, MaxElements = MaxCharacters(schema, MaxRequestBytes - QuotesSize) };
        }

        return schema.Type switch
        {
            "array" => List(schema, name),
            "object" when schema.AdditionalProperties is not null => Map(schema, schema.AdditionalProperties, name),
            "object" => Object(isResource ? WithObjectMeta(schema) : schema, name),
            "string" => Text(schema),
            "boolean" => new DeclType { Type = CelType.Bool, MinSerializedSize = 4 },
            "number" => new DeclType { Type = CelType.Double, MinSerializedSize = 1 },
            "integer" => new DeclType { Type = CelType.Int, MinSerializedSize = 1 },
            _ => null,
        };
    }

    private static DeclType? List(SchemaNode schema, string name)
    {
        if (schema.Items is null || Create(schema.Items, schema.Items.EmbeddedResource, name + ".@idx") is not { } element)
        {
            return null;
        }

        return new DeclType
        {
            Type = CelType.List(element.Type),
            Element = element,
            MaxElements = schema.MaxItems is { } max ? Math.Max(0, max) : (MaxRequestBytes - 2) / (element.MinSerializedSize + 1),
            MinSerializedSize = 2,
        };
    }

    private static DeclType? Map(SchemaNode schema, SchemaNode values, string name)
    {
        if (Create(values, values.EmbeddedResource, name + ".@elem") is not { } element)
        {
            return null;
        }

        return new DeclType
        {
            Type = CelType.Map(CelType.String, element.Type),
            Key = new DeclType { Type = CelType.String, MinSerializedSize = 2 },
            Element = element,
            MaxElements = schema.MaxProperties is { } max ? Math.Max(0, max) : (MaxRequestBytes - 2) / (element.MinSerializedSize + 6),
            MinSerializedSize = 2,
        };
    }

    private static DeclType Object(SchemaNode schema, string name)
    {
        var fields = new Dictionary<string, DeclType>(StringComparer.Ordinal);
        long size = 2;
        foreach (var (property, propertySchema) in schema.Properties)
        {
            if (Create(propertySchema, propertySchema.EmbeddedResource, $"{name}.{property}") is not { } type)
            {
                continue;
            }

            if (PropertyNames.Escape(property) is { } identifier)
            {
                fields[identifier] = type;
            }

            if (propertySchema.Default is null && schema.Required.Contains(property))
            {
                size += Encoding.UTF8.GetByteCount(property) + type.MinSerializedSize + 4;
            }
        }

        return new DeclType { Type = CelType.Object(name, fields), MinSerializedSize = size };
    }

    private static DeclType Text(SchemaNode schema) => schema.Format switch
    {
        "byte" => new DeclType
        {
            Type = CelType.Bytes,
            MinSerializedSize = 2,
            MaxElements = schema.MaxLength is { } max ? Math.Max(0, max) : MaxRequestBytes - QuotesSize,
        },
        "duration" => new DeclType { Type = CelType.Duration, MinSerializedSize = 3, MaxElements = 32 },
        "date" => new DeclType { Type = CelType.Timestamp, MinSerializedSize = 12, MaxElements = 12 },
        "date-time" => new DeclType { Type = CelType.Timestamp, MinSerializedSize = 21, MaxElements = 32 },
        _ => new DeclType
        {
            Type = CelType.String,
            MinSerializedSize = 2,
            MaxElements = MaxCharacters(schema, schema.Enum.Count > 0 ? LongestChoice(schema) : MaxRequestBytes - QuotesSize),
        },
    };

    /// <summary>Lengths are in code points, sizes in bytes, of which a code point has up to four.</summary>
    private static long MaxCharacters(SchemaNode schema, long otherwise) => schema.MaxLength is { } max ? Math.Max(0, max) * 4 : otherwise;

    private static long LongestChoice(SchemaNode schema) => schema.Enum
        .OfType<JsonValue>()
        .Where(choice => choice.GetValueKind() == JsonValueKind.String)
        .Select(choice => (long)Encoding.UTF8.GetByteCount(choice.GetValue<string>()))
        .DefaultIfEmpty(0)
        .Max();
}
