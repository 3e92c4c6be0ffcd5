namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>A field declared by a type.</summary>
/// <param name="Schema">The field's type.</param>
internal sealed record FieldDeclaration(FieldSchema Schema)
{
    /// <summary>What the field is when a request leaves it out.</summary>
    public AbsentField WhenAbsent { get; init; } = AbsentField.Absent;

    /// <summary>What a strategic merge patch does with the field.</summary>
    public PatchStrategy PatchStrategy { get; init; } = PatchStrategy.Default;

    /// <summary>True when clients should say in a strategic merge patch which keys to retain, for the keys exclude each other.</summary>
    public bool RetainsKeys { get; init; }

    /// <summary>The field by which a strategic merge patch tells the items of a list apart; null for lists of scalars.</summary>
    public string? PatchMergeKey { get; init; }
}

/// <summary>
/// What a field is when a request leaves it out. An API server holds built-in types as Go structs, in which a nested struct
/// exists even when nothing in it is set; so nobody ever adds it, and nobody owns it.
/// </summary>
internal enum AbsentField
{
    /// <summary>Nothing.</summary>
    Absent,

    /// <summary>An empty object.</summary>
    EmptyObject,

    /// <summary>A null, for a required list or time.</summary>
    Null,
}

/// <summary>What a strategic merge patch does with a field (the <c>patchStrategy</c> of the API's types).</summary>
internal enum PatchStrategy
{
    /// <summary>Objects are merged, lists are replaced.</summary>
    Default,

    /// <summary>The items of a list are merged.</summary>
    Merge,

    /// <summary>An object is replaced as a whole.</summary>
    Replace,
}
