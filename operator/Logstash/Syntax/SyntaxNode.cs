namespace KafkaLogstash.Logstash.Syntax;

/// <summary>
/// A node of the syntax tree. Two nodes are equal when they say the same; where they stand (<see cref="Span"/>) does not count.
/// </summary>
public abstract record SyntaxNode
{
    /// <summary>Where the node was read; the default value for nodes that were not read from text.</summary>
    public SourceSpan Span { get; init; }

    /// <summary>Compares the kinds of two nodes; derived records add their content.</summary>
    /// <param name="other">The other node.</param>
    /// <returns>Whether both are of one kind.</returns>
    public virtual bool Equals(SyntaxNode? other) => other is not null && EqualityContract == other.EqualityContract;

    /// <inheritdoc/>
    public override int GetHashCode() => EqualityContract.GetHashCode();
}
