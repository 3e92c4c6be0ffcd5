using System.Collections.Immutable;
using System.Text;

namespace KafkaLogstash.Controller.References;


/// <summary>What a reference points to.</summary>
internal enum ReferenceKind
{
    /// <summary>A Secret.</summary>
    Secret,

    /// <summary>A ConfigMap.</summary>
    ConfigMap,
}

/// <summary>
/// The contents of every Secret and ConfigMap that a connection names, read for one reconcile and dropped after it.
/// <see cref="ToString"/> shows nothing of them.
/// </summary>
internal sealed class ResolvedReferences(ImmutableDictionary<(ReferenceKind Kind, string Name), ImmutableDictionary<string, byte[]>> objects)
{
    /// <summary>No references.</summary>
    public static ResolvedReferences None { get; } = new(ImmutableDictionary<(ReferenceKind, string), ImmutableDictionary<string, byte[]>>.Empty);

    /// <summary>Whether there is anything secret among them.</summary>
    public bool HasSecrets => objects.Keys.Any(key => key.Kind == ReferenceKind.Secret);

    /// <summary>The bytes of a key; null where the object or the key is missing.</summary>
    public byte[]? Bytes(ReferenceKind kind, string name, string key) =>
        objects.TryGetValue((kind, name), out var data) && data.TryGetValue(key, out var value) ? value : null;

    /// <summary>The text of a key, as UTF-8, what is none replaced; null where the object or the key is missing.</summary>
    public string? Text(ReferenceKind kind, string name, string key) =>
        Bytes(kind, name, key) is { } value ? Encoding.UTF8.GetString(value) : null;

    /// <summary>The values that some references point to, in a stable order, each with what names it: what a hash over them is made of.</summary>
    public IEnumerable<(string Name, byte[] Value)> Select(IReadOnlyCollection<Reference> references) =>
        from entry in objects
        from item in entry.Value
        where references.Any(reference => (reference.Kind, reference.Name) == entry.Key && (reference.Key is null || reference.Key == item.Key))
        let name = $"{entry.Key.Kind}/{entry.Key.Name}/{item.Key}"
        orderby name
        select (name, item.Value);

    /// <summary>The keys of an object; null where it is missing.</summary>
    public IEnumerable<string>? Keys(ReferenceKind kind, string name) => objects.TryGetValue((kind, name), out var data) ? data.Keys : null;

    /// <summary>A fixed text: secrets never reach a log by accident.</summary>
    public override string ToString() => nameof(ResolvedReferences);
}
