namespace KafkaLogstash.Api.Schema;

/// <summary>How the API server merges a list and which duplicates it refuses (<c>x-kubernetes-list-type</c>). Without it a list is atomic.</summary>
/// <param name="type"><c>set</c> or <c>map</c>.</param>
/// <param name="keys">The fields that make an item of a map unique.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ListTypeAttribute(string type, params string[] keys) : Attribute
{
    /// <summary>Scalars, each at most once.</summary>
    public const string Set = "set";

    /// <summary>Objects, unique by their keys.</summary>
    public const string Map = "map";

    /// <summary>Which of the two.</summary>
    public string Type { get; } = type;

    /// <summary>The fields that make an item of a map unique.</summary>
    public IReadOnlyList<string> Keys { get; } = keys;
}
