using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>One level of an OpenAPI v3 schema with Kubernetes' extensions, as written in a CustomResourceDefinition.</summary>
internal sealed record SchemaNode
{
    public static SchemaNode Empty { get; } = new();

    public string Type { get; init; } = "";
    public string Format { get; init; } = "";
    public string Title { get; init; } = "";
    public string Description { get; init; } = "";
    public bool Nullable { get; init; }
    public JsonNode? Default { get; init; }

    public double? Maximum { get; init; }
    public bool ExclusiveMaximum { get; init; }
    public double? Minimum { get; init; }
    public bool ExclusiveMinimum { get; init; }
    public double? MultipleOf { get; init; }
    public long? MaxLength { get; init; }
    public long? MinLength { get; init; }
    public string Pattern { get; init; } = "";
    public long? MaxItems { get; init; }
    public long? MinItems { get; init; }
    public bool UniqueItems { get; init; }
    public long? MaxProperties { get; init; }
    public long? MinProperties { get; init; }
    public IReadOnlyList<string> Required { get; init; } = [];
    public IReadOnlyList<JsonNode?> Enum { get; init; } = [];

    public SchemaNode? Items { get; init; }
    public IReadOnlyDictionary<string, SchemaNode> Properties { get; init; } = new Dictionary<string, SchemaNode>(StringComparer.Ordinal);

    /// <summary>The schema of values under names that <see cref="Properties"/> does not list.</summary>
    public SchemaNode? AdditionalProperties { get; init; }

    /// <summary><c>additionalProperties</c> where it is written as a boolean.</summary>
    public bool? AdditionalPropertiesAllowed { get; init; }

    public IReadOnlyList<SchemaNode> AllOf { get; init; } = [];
    public IReadOnlyList<SchemaNode> AnyOf { get; init; } = [];
    public IReadOnlyList<SchemaNode> OneOf { get; init; } = [];
    public SchemaNode? Not { get; init; }

    public bool? PreserveUnknownFields { get; init; }
    public bool EmbeddedResource { get; init; }
    public bool IntOrString { get; init; }
    public string? ListType { get; init; }
    public IReadOnlyList<string> ListMapKeys { get; init; } = [];
    public string? MapType { get; init; }
    public IReadOnlyList<ValidationRule> Rules { get; init; } = [];

    /// <summary>Keywords of JSON Schema that are written here and that no CustomResourceDefinition may use.</summary>
    public IReadOnlyList<string> UnsupportedKeywords { get; init; } = [];

    /// <summary>The names of all keywords that are written at this level with other than their zero value.</summary>
    public IReadOnlyList<string> Keywords { get; init; } = [];

    /// <summary>Whether names outside <see cref="Properties"/> have a meaning: <c>additionalProperties</c> is written at all.</summary>
    public bool HasAdditionalProperties => AdditionalProperties is not null || AdditionalPropertiesAllowed is not null;

    public bool PreservesUnknownFields => PreserveUnknownFields == true;

    /// <summary>The schema of a member of an object, or null when the schema says nothing of it.</summary>
    public SchemaNode? Member(string name) => Properties.GetValueOrDefault(name) ?? AdditionalProperties;
}

/// <summary>One entry of <c>x-kubernetes-validations</c>.</summary>
internal sealed record ValidationRule
{
    public string Rule { get; init; } = "";
    public string Message { get; init; } = "";
    public string MessageExpression { get; init; } = "";
    public string? Reason { get; init; }
    public string FieldPath { get; init; } = "";
    public bool? OptionalOldSelf { get; init; }

    /// <summary>The rule as messages quote it: the message where there is one, else the expression.</summary>
    public string DisplayText => Message.Length > 0 ? Message.Trim() : Rule.Trim();

    /// <summary>The entry as the API server prints it as the value at fault.</summary>
    public string ToBadValue() => "{" + string.Join(',', ((IEnumerable<(string Name, JsonNode? Value)>)
    [
        (nameof(Rule), Rule),
        (nameof(Message), Message),
        (nameof(MessageExpression), MessageExpression),
        (nameof(Reason), Reason),
        (nameof(FieldPath), FieldPath),
        (nameof(OptionalOldSelf), OptionalOldSelf),
    ]).Select(member => $"\"{member.Name}\":{GoText.Json(member.Value)}")) + "}";
}
