namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>The way from an object to one of its fields. The root has no last element.</summary>
internal sealed record FieldPath
{
    private FieldPath(FieldPath? parent, PathElement? last)
    {
        Parent = parent;
        Last = last;
    }

    /// <summary>The object itself.</summary>
    public static FieldPath Root { get; } = new(null, null);

    /// <summary>The path without its last element; null for the root.</summary>
    public FieldPath? Parent { get; }

    /// <summary>The last element; null for the root.</summary>
    public PathElement? Last { get; }

    /// <summary>The path of an inner field or item.</summary>
    public FieldPath Append(PathElement element) => new(this, element);

    /// <summary>The path of nested fields.</summary>
    public static FieldPath OfFields(params ReadOnlySpan<string> names)
    {
        var path = Root;
        foreach (var name in names)
        {
            path = path.Append(PathElement.Field(name));
        }

        return path;
    }

    /// <summary>The elements, outermost first.</summary>
    public IReadOnlyList<PathElement> Elements()
    {
        var elements = new Stack<PathElement>();
        for (var path = this; path.Last is { } element; path = path.Parent!)
        {
            elements.Push(element);
        }

        return [.. elements];
    }

    /// <summary>The path as messages write it, such as <c>.spec.ports[port=80,protocol="TCP"].name</c>.</summary>
    public override string ToString() => Parent is null ? "" : Parent.ToString() + Last;
}
