namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>The path of a field, written as Kubernetes writes it: <c>spec.list[0].map[key]</c>.</summary>
/// <param name="Text">The path; null for the root, which is printed as <c>&lt;nil&gt;</c>.</param>
internal readonly record struct FieldPath(string? Text)
{
    public static FieldPath Root { get; }

    public FieldPath Child(string name) => new(Text is null ? name : $"{Text}.{name}");

    public FieldPath Key(string key) => new($"{Text}[{key}]");

    public FieldPath Index(int index) => new($"{Text}[{index}]");

    public override string ToString() => Text ?? "<nil>";
}
