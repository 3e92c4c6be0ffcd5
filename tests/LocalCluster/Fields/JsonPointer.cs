using System.Globalization;
using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>A JSON pointer (RFC 6901): the way to a value inside a document.</summary>
/// <param name="Text">The pointer as written, such as <c>/spec/ports/0</c>.</param>
/// <param name="Steps">The names and positions, unescaped; empty for the whole document.</param>
internal sealed record JsonPointer(string Text, IReadOnlyList<string> Steps)
{
    private const string PastTheEnd = "-";

    /// <summary>Reads a pointer.</summary>
    /// <exception cref="FormatException">The text does not start with a slash.</exception>
    public static JsonPointer Parse(string text)
    {
        if (text.Length > 0 && text[0] != '/')
        {
            throw new FormatException($"JSON pointer \"{text}\" does not start with a slash");
        }

        var steps = text.Split('/').Skip(1)
            .Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));
        return new JsonPointer(text, [.. steps]);
    }

    /// <summary>True when the pointer leads into the value that the other points to.</summary>
    public bool IsBelow(JsonPointer other) => Steps.Count > other.Steps.Count && Steps.Take(other.Steps.Count).SequenceEqual(other.Steps);

    /// <summary>The value; absent when there is none.</summary>
    public FieldValue Find(JsonNode? document)
    {
        var value = FieldValue.Of(document);
        foreach (var step in Steps)
        {
            value = Step(value, step);
        }

        return value;
    }

    /// <summary>Adds a value: sets an object's member, or inserts before an item. False when its place does not exist.</summary>
    public bool TryAdd(JsonNode? document, JsonNode? value)
    {
        switch (Container(document))
        {
            case JsonObject fields:
                fields[Steps[^1]] = value;
                return true;
            case JsonArray items when Steps[^1] == PastTheEnd:
                items.Add(value);
                return true;
            case JsonArray items when Index(Steps[^1], items.Count + 1) is { } index:
                items.Insert(index, value);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Removes a value. False when there is none.</summary>
    public bool TryRemove(JsonNode? document)
    {
        switch (Container(document))
        {
            case JsonObject fields:
                return fields.Remove(Steps[^1]);
            case JsonArray items when Index(Steps[^1], items.Count) is { } index:
                items.RemoveAt(index);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Replaces a value in its place, or sets an object's member. False when there is no such place.</summary>
    public bool TryReplace(JsonNode? document, JsonNode? value)
    {
        switch (Container(document))
        {
            case JsonObject fields:
                fields[Steps[^1]] = value;
                return true;
            case JsonArray items when Index(Steps[^1], items.Count) is { } index:
                items[index] = value;
                return true;
            default:
                return false;
        }
    }

    private JsonNode? Container(JsonNode? document) => (this with { Steps = [.. Steps.SkipLast(1)] }).Find(document).Node;

    private static FieldValue Step(FieldValue value, string step) => value.Node switch
    {
        JsonArray items => Index(step, items.Count) is { } index ? FieldValue.Of(items[index]) : FieldValue.Absent,
        _ => value.Field(step),
    };

    private static int? Index(string step, int count) =>
        int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < count ? index : null;
}
