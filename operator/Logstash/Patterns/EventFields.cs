using System.Text;
using System.Text.Json;

namespace KafkaLogstash.Logstash.Patterns;

/// <summary>
/// Finds what several patterns need of an event in one pass through its JSON, without a document and without allocating: the pass is the same that tells where the event ends.
/// Thread-safe.
/// </summary>
public sealed class EventFields
{
    /// <summary>Jackson, Logstash's JSON parser, refuses deeper nesting (StreamReadConstraints).</summary>
    private const int DeepestNesting = 1000;

    private readonly Node _root;

    /// <summary>Binds patterns to what is found.</summary>
    /// <param name="patterns">The patterns.</param>
    public EventFields(params ReadOnlySpan<EventPattern> patterns)
    {
        var root = new NodeBuilder();
        var count = 0;
        var bound = new List<BoundPattern>();
        foreach (var pattern in patterns)
        {
            bound.Add(new(pattern, [.. pattern.Parts.Select(part => part.Path is { } path ? root.Slot(path, ref count) : -1)]));
        }

        (Count, Patterns, _root) = (count, bound, root.Build());
    }

    /// <summary>How JSON of events is to be read.</summary>
    public static JsonReaderOptions ReaderOptions => new() { MaxDepth = DeepestNesting };

    /// <summary>How many values <see cref="Read"/> finds at most.</summary>
    public int Count { get; }

    /// <summary>The patterns, in the order in which they were given.</summary>
    public IReadOnlyList<BoundPattern> Patterns { get; }

    /// <summary>Reads an event to its end.</summary>
    /// <param name="reader">Stands at the beginning of an object, and afterwards at its end. It has all of the JSON.</param>
    /// <param name="values">Where the values go; at least <see cref="Count"/> long.</param>
    /// <exception cref="JsonException">The JSON is malformed.</exception>
    public void Read(ref Utf8JsonReader reader, scoped Span<FieldValue> values)
    {
        if (_root.Children.Length == 0)
        {
            reader.Skip();
            return;
        }

        values[..Count].Clear();
        ReadObject(ref reader, _root.Children, values);
    }

    private static void ReadObject(ref Utf8JsonReader reader, Node[] children, scoped Span<FieldValue> values)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            Node? named = null;
            foreach (var child in children)
            {
                if (IsCalled(ref reader, child.Name))
                {
                    named = child;
                    break;
                }
            }

            reader.Read();
            ReadValue(ref reader, named, values);
        }
    }

    /// <summary>Whether the member that the reader stands at has a name.</summary>
    private static bool IsCalled(ref Utf8JsonReader reader, byte[] name)
    {
        try
        {
            return reader.ValueTextEquals(name);
        }
        catch (InvalidOperationException)
        {
            // An escape for half a surrogate pair stands for no character, and so in no reference.
            return false;
        }
    }

    private static void ReadArray(ref Utf8JsonReader reader, Node[] children, scoped Span<FieldValue> values)
    {
        var length = 0;
        if (Array.Exists(children, child => child.Index < 0))
        {
            // Negative numbers count from the end, which a copy of the reader finds.
            for (var ahead = reader; ahead.Read() && ahead.TokenType != JsonTokenType.EndArray; length++)
            {
                ahead.Skip();
            }
        }

        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            // Two references may name the same element in two ways; each finds it with a reader of its own.
            Node? last = null;
            foreach (var child in children)
            {
                if (child.Index is { } wanted && (wanted < 0 ? wanted + length : wanted) == index)
                {
                    if (last is not null)
                    {
                        var ahead = reader;
                        ReadValue(ref ahead, last, values);
                    }

                    last = child;
                }
            }

            ReadValue(ref reader, last, values);
        }
    }

    private static void ReadValue(ref Utf8JsonReader reader, Node? node, scoped Span<FieldValue> values)
    {
        if (node is null)
        {
            reader.Skip();
            return;
        }

        // Of members with the same name the last one counts, with Jackson as here: what was found below an earlier one is void.
        foreach (var slot in node.SlotsBelow)
        {
            values[slot] = default;
        }

        var (start, kind, escaped) = ((int)reader.TokenStartIndex, reader.TokenType, reader.ValueIsEscaped);
        switch (kind)
        {
            case JsonTokenType.StartObject when node.Children.Length > 0:
                ReadObject(ref reader, node.Children, values);
                break;
            case JsonTokenType.StartArray when node.Children.Length > 0:
                ReadArray(ref reader, node.Children, values);
                break;
            default:
                reader.Skip();
                break;
        }

        if (node.Slot >= 0)
        {
            values[node.Slot] = new(start, (int)reader.BytesConsumed - start, kind, escaped);
        }
    }

    /// <summary>A field on the way to what patterns need.</summary>
    private sealed record Node(byte[] Name, int? Index, int Slot, Node[] Children, int[] SlotsBelow);

    private sealed class NodeBuilder
    {
        private readonly Dictionary<string, NodeBuilder> _children = new(StringComparer.Ordinal);
        private int _slot = -1;

        public int Slot(ReadOnlySpan<string> path, ref int count)
        {
            if (path.IsEmpty)
            {
                return _slot < 0 ? _slot = count++ : _slot;
            }

            if (!_children.TryGetValue(path[0], out var child))
            {
                _children[path[0]] = child = new();
            }

            return child.Slot(path[1..], ref count);
        }

        public Node Build(string name = "")
        {
            Node[] children = [.. _children.Select(child => child.Value.Build(child.Key))];
            return new(
                Encoding.UTF8.GetBytes(name),
                int.TryParse(name, System.Globalization.NumberStyles.AllowLeadingSign, provider: null, out var index) ? index : null,
                _slot,
                children,
                [.. children.SelectMany(child => child.Slot < 0 ? child.SlotsBelow : [child.Slot, .. child.SlotsBelow])]);
        }
    }
}
