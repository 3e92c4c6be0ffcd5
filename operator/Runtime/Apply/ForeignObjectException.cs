namespace KafkaLogstash.Runtime;

/// <summary>An object that was to be written exists already and belongs to somebody else.</summary>
public sealed class ForeignObjectException : Exception
{
    internal ForeignObjectException(ResourceKind kind, NamespacedName name, string belongsTo)
        : base($"{kind} {name} exists already and {belongsTo}; it is not overwritten. Rename or delete it.")
    {
        Kind = kind;
        Name = name;
    }

    /// <summary>The kind of the object.</summary>
    public ResourceKind Kind { get; }

    /// <summary>The name of the object.</summary>
    public NamespacedName Name { get; }
}
