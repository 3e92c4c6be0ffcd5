using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace KafkaLogstash.Api.Yaml;

/// <summary>Reads YAML (and JSON, its subset) as kubectl does: into JSON, with the plain scalars of YAML 1.1, merge keys and anchors.</summary>
internal static class YamlReader
{
    /// <summary>Deeper nesting is refused: reading it would exhaust the stack.</summary>
    private const int MaxDepth = 128;

    /// <summary>More nodes are refused: anchors could multiply a small text into a huge one.</summary>
    private const int MaxNodes = 1_000_000;

    /// <summary>Reads all documents of a stream.</summary>
    /// <exception cref="YamlException">The text is not YAML, or too deep or large; it says where.</exception>
    public static IReadOnlyList<YamlDocument> Read(string text)
    {
        var stream = new YamlStream();
        try
        {
            CheckDepth(text);
            stream.Load(new StringReader(text));
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or NullReferenceException or IndexOutOfRangeException)
        {
            // How the library answers to some texts that it does not expect, for example a block scalar inside of a flow mapping.
            throw new YamlException("It can't be read.", e);
        }

        return [.. stream.Documents.Select(document => new Conversion(text).Convert(document))];
    }

    private static void CheckDepth(string text)
    {
        var depth = 0;
        var parser = new Parser(new StringReader(text));
        while (parser.MoveNext())
        {
            depth += parser.Current is MappingStart or SequenceStart ? 1 : parser.Current is MappingEnd or SequenceEnd ? -1 : 0;
            if (depth > MaxDepth)
            {
                throw new YamlException(parser.Current!.Start, parser.Current.End, $"More than {MaxDepth} levels of nesting.");
            }
        }
    }

    private sealed class Conversion(string text)
    {
        private readonly Dictionary<string, YamlPlace> _places = new(StringComparer.Ordinal);
        private int _nodes;

        public YamlDocument Convert(YamlDotNet.RepresentationModel.YamlDocument document)
        {
            var start = (int)document.RootNode.Start.Index;
            _places[""] = new YamlPlace(new TextRange(start, start), null);
            return new YamlDocument(Convert(document.RootNode, "", 0), _places);
        }

        private JsonNode? Convert(YamlNode node, string path, int depth)
        {
            if (++_nodes > MaxNodes || depth > MaxDepth)
            {
                throw new YamlException(node.Start, node.End, "Anchors make the document too large.");
            }

            return node switch
            {
                YamlMappingNode mapping => Mapping(mapping, path, depth),
                YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select((child, index) => Item(child, FieldPaths.Item(path, index), depth))]),
                YamlScalarNode scalar => Scalar(scalar),
                _ => throw new YamlException(node.Start, node.End, "Unknown anchor."),
            };
        }

        private JsonNode? Item(YamlNode node, string path, int depth)
        {
            var range = Range(node);
            _places.TryAdd(path, new YamlPlace(node is YamlScalarNode ? range : range with { End = range.Start }, Written(node)));
            return Convert(node, path, depth + 1);
        }

        private JsonObject Mapping(YamlMappingNode mapping, string path, int depth)
        {
            var result = new JsonObject();
            foreach (var (key, value) in mapping.Children)
            {
                if (key is not YamlScalarNode { Value: { } name })
                {
                    throw new YamlException(key.Start, key.End, "Only a text can be the name of a field.");
                }

                if (name == "<<" && key is YamlScalarNode { Style: ScalarStyle.Plain })
                {
                    continue;
                }

                var field = FieldPaths.Child(path, name);
                _places.TryAdd(field, new YamlPlace(Range(key), Written(value)));
                result[name] = Convert(value, field, depth + 1);
            }

            foreach (var merged in mapping.Children.Where(child => child.Key is YamlScalarNode { Value: "<<", Style: ScalarStyle.Plain }).SelectMany(child => Merged(child.Value)))
            {
                foreach (var (name, value) in Mapping(merged, path, depth + 1).ToList())
                {
                    result.TryAdd(name, value?.DeepClone());
                }
            }

            return result;
        }

        private static IEnumerable<YamlMappingNode> Merged(YamlNode value) => value switch
        {
            YamlMappingNode mapping => [mapping],
            YamlSequenceNode list when list.Children.All(child => child is YamlMappingNode) => list.Children.Cast<YamlMappingNode>(),
            _ => throw new YamlException(value.Start, value.End, "Only maps can be merged by '<<'."),
        };

        private static TextRange Range(YamlNode node) => new((int)node.Start.Index, (int)node.End.Index);

        private YamlScalar? Written(YamlNode node)
        {
            if (node is not YamlScalarNode { Value: { } value } scalar)
            {
                return null;
            }

            // A tag and an anchor belong to the node, but not to the text.
            var start = (int)node.Start.Index;
            while (text.AsSpan(start) is ['!' or '&', ..])
            {
                start += text.AsSpan(start).IndexOfAny(" \t\r\n") is >= 0 and var length ? length : text.Length - start;
                start += text.AsSpan(start).IndexOfAnyExcept(" \t\r\n") is >= 0 and var blanks ? blanks : text.Length - start;
            }

            return new YamlScalar(start, scalar.Style, value);
        }

        private static JsonNode? Scalar(YamlScalarNode scalar)
        {
            var value = scalar.Value ?? "";
            return scalar.Style == ScalarStyle.Plain && scalar.Tag.IsEmpty ? PlainScalars.Read(value) : JsonValue.Create(value);
        }
    }
}
