using System.Text.Json.Nodes;
using YamlDotNet.Core;

namespace KafkaLogstash.Api.Yaml;

/// <summary>One document of a YAML stream.</summary>
/// <param name="Root">Its content as JSON; null for an empty document.</param>
/// <param name="Places">Where each field stands, by its path from the root.</param>
internal sealed record YamlDocument(JsonNode? Root, IReadOnlyDictionary<string, YamlPlace> Places)
{
    /// <summary>Where a field stands; for one that is not there, where the nearest field around it does.</summary>
    public TextRange RangeOf(string path)
    {
        while (path.Length > 0 && !Places.ContainsKey(path))
        {
            path = FieldPaths.Parent(path);
        }

        return Places.TryGetValue(path, out var place) ? place.Name : default;
    }

    /// <summary>The text value of a field, as it is written; null if it has none.</summary>
    public YamlScalar? ScalarAt(string path) => Places.TryGetValue(path, out var place) ? place.Value : null;
}

/// <summary>Where a field stands.</summary>
/// <param name="Name">Its name, or, for an item of a list, its beginning.</param>
/// <param name="Value">Its value, where that is a text.</param>
internal sealed record YamlPlace(TextRange Name, YamlScalar? Value);

/// <summary>A text as it is written in YAML.</summary>
/// <param name="Start">The offset of its first character: a quote, a <c>|</c> or <c>&gt;</c>, or of the text itself.</param>
/// <param name="Style">How it is written.</param>
/// <param name="Value">What it means.</param>
internal sealed record YamlScalar(int Start, ScalarStyle Style, string Value);
