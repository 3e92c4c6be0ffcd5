using System.Diagnostics.CodeAnalysis;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Events;

/// <summary>Where a value is in an event: <c>message</c>, <c>[host][ip]</c>, <c>[@metadata][kafka][topic]</c>.</summary>
/// <param name="Parts">The keys from the outside in; below <c>@metadata</c> where <paramref name="InMetadata"/> says so.</param>
/// <param name="InMetadata">Whether the path leads into the metadata, which outputs don't send.</param>
internal sealed record FieldPath(IReadOnlyList<string> Parts, bool InMetadata)
{
    private const string MetadataKey = "@metadata";

    /// <summary>Reads a reference: a bare name of a top-level field, or bracketed parts without a gap.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out FieldPath? path)
    {
        path = null;
        if (text.Length == 0)
        {
            return false;
        }

        if (text[0] != '[')
        {
            path = text.AsSpan().IndexOfAny('[', ']') < 0 ? Of([text]) : null;
            return path is not null;
        }

        if (text[^1] != ']')
        {
            return false;
        }

        var parts = text[1..^1].Split("][");
        path = parts.All(part => part.Length > 0 && part.AsSpan().IndexOfAny('[', ']') < 0) ? Of(parts) : null;
        return path is not null;
    }

    /// <summary>The path that a condition's field reference names.</summary>
    public static FieldPath Of(FieldReferenceSyntax reference) => Of([.. reference.Parts]);

    private static FieldPath Of(string[] parts) => parts[0] == MetadataKey ? new(parts[1..], InMetadata: true) : new(parts, InMetadata: false);
}
