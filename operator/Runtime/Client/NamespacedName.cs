namespace KafkaLogstash.Runtime;

/// <summary>The name of an object within its kind; what work queues carry.</summary>
/// <param name="Namespace">The namespace, or null for an object that has none (cluster scope).</param>
/// <param name="Name">The value of <c>metadata.name</c>.</param>
public readonly record struct NamespacedName(string? Namespace, string Name)
{
    /// <summary>Reads <c>namespace/name</c>, or just <c>name</c> for cluster scope.</summary>
    public static NamespacedName Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? new(null, text) : new(text[..slash], text[(slash + 1)..]);
    }

    /// <summary><c>namespace/name</c>, or just <c>name</c> for cluster scope.</summary>
    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";
}
