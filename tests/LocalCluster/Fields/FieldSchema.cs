using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>
/// The shape of a type as field ownership and patches see it: which lists have keys, which values are atomic.
/// It follows the merge strategies of
/// <see href="https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy">server-side apply</see>.
/// </summary>
internal abstract class FieldSchema
{
    /// <summary>A string, number, boolean, or a type written as one of them, such as a quantity.</summary>
    public static FieldSchema Scalar { get; } = new ScalarSchema();

    /// <summary>A value without a declared type: objects are owned key by key, lists as a whole.</summary>
    public static FieldSchema Any { get; } = new UntypedSchema();

    /// <summary>
    /// Reads the <c>openAPIV3Schema</c> of a custom resource definition's version, and adds what every object has:
    /// <c>apiVersion</c>, <c>kind</c> and <c>metadata</c>.
    /// </summary>
    /// <param name="crdSchema">A structural schema. Lists without <c>x-kubernetes-list-type</c> are atomic.</param>
    public static FieldSchema FromOpenApi(JsonObject crdSchema) => OpenApiFieldSchema.OfResource(crdSchema);

    /// <summary>The schema for a value that is really there: decides what an untyped value is.</summary>
    /// <param name="value">The value, or null for JSON's null.</param>
    internal virtual FieldSchema Resolve(JsonNode? value) => this;
}

/// <summary>A value that is owned and replaced as a whole and has no inner fields.</summary>
internal sealed class ScalarSchema : FieldSchema;

/// <summary>A value whose shape shows only when it is there.</summary>
internal sealed class UntypedSchema : FieldSchema
{
    private readonly ListSchema _list;
    private readonly ObjectSchema _object;

    public UntypedSchema()
    {
        _list = new ListSchema(this, ListKind.Atomic, []);
        _object = new ObjectSchema(() => new Dictionary<string, FieldDeclaration>(StringComparer.Ordinal), this);
    }

    /// <inheritdoc/>
    internal override FieldSchema Resolve(JsonNode? value) => value switch
    {
        JsonArray => _list,
        JsonValue => Scalar,
        _ => _object,
    };
}

/// <summary>A struct with declared fields, a map with values of one type, or both.</summary>
internal sealed class ObjectSchema : FieldSchema
{
    private readonly Lazy<IReadOnlyDictionary<string, FieldDeclaration>> _fields;

    /// <summary>Creates the schema of an object.</summary>
    /// <param name="fields">Reads the declared fields; called once, when first needed, so that types may contain themselves.</param>
    /// <param name="values">The type of undeclared keys; null when only declared fields may occur.</param>
    /// <param name="isAtomic">True when the object is owned and replaced as a whole.</param>
    public ObjectSchema(Func<IReadOnlyDictionary<string, FieldDeclaration>> fields, FieldSchema? values, bool isAtomic = false)
        : this(new Lazy<IReadOnlyDictionary<string, FieldDeclaration>>(fields), values, isAtomic)
    {
    }

    private ObjectSchema(Lazy<IReadOnlyDictionary<string, FieldDeclaration>> fields, FieldSchema? values, bool isAtomic)
    {
        _fields = fields;
        Values = values;
        IsAtomic = isAtomic;
    }

    /// <summary>The declared fields by their JSON name.</summary>
    public IReadOnlyDictionary<string, FieldDeclaration> Fields => _fields.Value;

    /// <summary>The type of undeclared keys; null when only declared fields may occur.</summary>
    public FieldSchema? Values { get; }

    /// <summary>True when the object is owned and replaced as a whole.</summary>
    public bool IsAtomic { get; }

    /// <summary>The type of a field or key; null when it may not occur.</summary>
    public FieldSchema? TypeOf(string name) => Fields.TryGetValue(name, out var declared) ? declared.Schema : Values;

    /// <summary>The same fields with another granularity, for a field that overrides its type's.</summary>
    public ObjectSchema With(bool isAtomic) => new(_fields, Values, isAtomic);
}

/// <summary>How the items of a list are told apart.</summary>
internal enum ListKind
{
    /// <summary>The list is owned and replaced as a whole.</summary>
    Atomic,

    /// <summary>Scalars, each owned by itself.</summary>
    Set,

    /// <summary>Objects, told apart by the values of some of their fields.</summary>
    Keyed,
}

/// <summary>A field that tells the items of a list apart.</summary>
/// <param name="Name">The field's JSON name.</param>
/// <param name="Default">Its value where an item leaves it out, such as <c>TCP</c> for <c>protocol</c>; null when it has none.</param>
internal sealed record ListKey(string Name, JsonNode? Default = null);

/// <summary>A list.</summary>
/// <param name="element">The type of the items.</param>
/// <param name="kind">How the items are told apart.</param>
/// <param name="keys">The fields that tell items apart; empty unless <paramref name="kind"/> is <see cref="ListKind.Keyed"/>.</param>
internal sealed class ListSchema(FieldSchema element, ListKind kind, IReadOnlyList<ListKey> keys) : FieldSchema
{
    /// <summary>The type of the items.</summary>
    public FieldSchema Element { get; } = element;

    /// <summary>How the items are told apart.</summary>
    public ListKind Kind { get; } = kind;

    /// <summary>The fields that tell items apart, in order of name.</summary>
    public IReadOnlyList<ListKey> Keys { get; } = [.. keys.OrderBy(key => key.Name, StringComparer.Ordinal)];
}
