namespace KafkaLogstash.LocalCluster.Schemas.Cel;

internal enum TypeKind
{
    Dyn,
    Error,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Duration,
    Timestamp,
    List,
    Map,
    Type,
    Object,
    Opaque,
    Parameter,
}

/// <summary>A type of CEL's type checker. Types are equal when their texts are.</summary>
internal sealed class CelType : IEquatable<CelType>
{
    private readonly string _text;

    private CelType(TypeKind kind, string name, params CelType[] parameters)
    {
        Kind = kind;
        Name = name;
        Parameters = parameters;
        _text = parameters.Length == 0 ? name : $"{name}({string.Join(", ", parameters.Select(parameter => parameter._text))})";
    }

    public static CelType Dyn { get; } = new(TypeKind.Dyn, "dyn");
    public static CelType Error { get; } = new(TypeKind.Error, "!error!");
    public static CelType Null { get; } = new(TypeKind.Null, "null");
    public static CelType Bool { get; } = new(TypeKind.Bool, "bool");
    public static CelType Int { get; } = new(TypeKind.Int, "int");
    public static CelType Uint { get; } = new(TypeKind.Uint, "uint");
    public static CelType Double { get; } = new(TypeKind.Double, "double");
    public static CelType String { get; } = new(TypeKind.String, "string");
    public static CelType Bytes { get; } = new(TypeKind.Bytes, "bytes");
    public static CelType Duration { get; } = new(TypeKind.Duration, "duration");
    public static CelType Timestamp { get; } = new(TypeKind.Timestamp, "timestamp");
    public static CelType Quantity { get; } = new(TypeKind.Object, "kubernetes.Quantity");
    public static CelType Url { get; } = new(TypeKind.Object, "kubernetes.URL");
    public static CelType NamedFormat { get; } = new(TypeKind.Object, "kubernetes.NamedFormat");
    public static CelType Ip { get; } = new(TypeKind.Opaque, "net.IP");
    public static CelType Cidr { get; } = new(TypeKind.Opaque, "net.CIDR");

    public TypeKind Kind { get; }

    public string Name { get; }

    public IReadOnlyList<CelType> Parameters { get; }

    /// <summary>The fields of an object type, by their escaped names.</summary>
    public IReadOnlyDictionary<string, DeclType>? Fields { get; private init; }

    public bool IsDyn => Kind == TypeKind.Dyn;

    public bool IsOptional => Kind == TypeKind.Opaque && Name == "optional_type";

    public static CelType List(CelType element) => new(TypeKind.List, "list", element);

    public static CelType Map(CelType key, CelType value) => new(TypeKind.Map, "map", key, value);

    public static CelType Type(CelType of) => new(TypeKind.Type, "type", of);

    public static CelType Optional(CelType of) => new(TypeKind.Opaque, "optional_type", of);

    public static CelType Parameter(string name) => new(TypeKind.Parameter, name);

    public static CelType Object(string name, IReadOnlyDictionary<string, DeclType> fields) => new(TypeKind.Object, name) { Fields = fields };

    /// <summary>The same type with other parameters.</summary>
    public CelType With(IEnumerable<CelType> parameters) => new(Kind, Name, [.. parameters]) { Fields = Fields };

    /// <summary>The wrapped type of an optional, else the type itself.</summary>
    public CelType Unwrapped => IsOptional ? Parameters[0] : this;

    public bool Equals(CelType? other) => other is not null && Kind == other.Kind && _text == other._text;

    public override bool Equals(object? obj) => Equals(obj as CelType);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_text);

    public override string ToString() => _text;
}
