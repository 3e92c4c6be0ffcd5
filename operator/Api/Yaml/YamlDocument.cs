using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace KafkaLogstash.Api.Yaml;

/// <summary>One document of a YAML stream.</summary>
/// <param name="Root">Its content as JSON; null for an empty document.</param>
/// <param name="Positions">Where each field stands, by its path from the root.</param>
internal sealed record YamlDocument(JsonNode? Root, IReadOnlyDictionary<string, TextPosition> Positions)
{
    /// <summary>Where a field stands; for one that is not there, where the nearest field around it does.</summary>
    public TextPosition PositionOf(string path)
    {
        while (path.Length > 0 && !Positions.ContainsKey(path))
        {
            path = FieldPaths.Parent(path);
        }

        return Positions.GetValueOrDefault(path, TextPosition.Start);
    }
}

/// <summary>A place in a text.</summary>
/// <param name="Line">The line, from 1 on.</param>
/// <param name="Column">The column, from 1 on.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TextPosition(int Line, int Column)
{
    /// <summary>The beginning of a text.</summary>
    public static TextPosition Start { get; } = new(1, 1);

    /// <inheritdoc/>
    public override string ToString() => $"{Line}:{Column}";
}
