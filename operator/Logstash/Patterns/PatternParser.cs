using System.Diagnostics.CodeAnalysis;

namespace KafkaLogstash.Logstash.Patterns;

/// <summary>Reads patterns (org.logstash.StringInterpolation, org.logstash.FieldReference). What Logstash would leave standing because it is malformed is an error here.</summary>
/// <param name="text">The text.</param>
internal sealed class PatternParser(string text)
{
    private static readonly string[] Timestamp = ["@timestamp"];

    private readonly List<PatternPart> _parts = [];
    private PatternError? _error;

    /// <summary>Reads it.</summary>
    public bool TryParse([NotNullWhen(true)] out EventPattern? pattern, [NotNullWhen(false)] out PatternError? error)
    {
        var position = 0;
        while (_error is null && position < text.Length)
        {
            var open = text.IndexOf("%{", position, StringComparison.Ordinal);
            if (open != position)
            {
                var end = open < 0 ? text.Length : open;
                _parts.Add(new(text[position..end], position + 1, Path: null, Date: null));
                position = end;
                continue;
            }

            position = Reference(open);
        }

        (pattern, error) = (_error is null ? new EventPattern(text, [.. _parts]) : null, _error);
        return error is null;
    }

    /// <summary>Reads a reference and returns where it ends.</summary>
    private int Reference(int open)
    {
        var isJava = text.AsSpan(open).StartsWith("%{{", StringComparison.Ordinal);
        var closing = isJava ? "}}" : "}";
        var close = text.IndexOf(closing, open + 2, StringComparison.Ordinal);
        if (close < 0)
        {
            _error = new(open + 1, $"The reference that begins here has no end: write '{closing}' behind it.");
            return text.Length;
        }

        var end = close + closing.Length;
        var (start, whole) = (open + (isJava ? 3 : 2), text[open..end]);
        var inner = text[start..close];
        if (isJava || inner.StartsWith('+'))
        {
            Date(whole, open, isJava ? inner : inner[1..], isJava ? start : start + 1, isJava);
        }
        else if (Path(inner, start) is { } path)
        {
            _parts.Add(new(whole, open + 1, path, Date: null));
        }

        return end;
    }

    private void Date(string whole, int open, string format, int start, bool isJava)
    {
        if (isJava && format == "TIME_NOW")
        {
            _error = new(open + 1, "The current time is different each time an event is sent, and so no name for it: use the event's own time, %{+YYYY.MM.dd}.");
        }
        else if (DatePattern.TryParse(format, start + 1, isJava, out var date, out _error))
        {
            _parts.Add(new(whole, open + 1, Timestamp, date));
        }
    }

    private string[]? Path(string reference, int start)
    {
        if (reference.Length == 0)
        {
            _error = new(start + 1, "There is no field between the braces: write %{[field]}.");
            return null;
        }

        if (reference.AsSpan().IndexOfAny('[', ']') < 0)
        {
            return [reference];
        }

        var path = new List<string>();
        for (var position = 0; position < reference.Length;)
        {
            var close = reference[position] == '[' ? reference.AsSpan(position + 1).IndexOfAny('[', ']') : -1;
            if (close < 0 || reference[position + 1 + close] != ']')
            {
                _error = new(start + position + 1, "This is no reference to a field: write %{[field]}, or %{[outer][inner]} for a field inside another.");
                return null;
            }

            if (close == 0)
            {
                _error = new(start + position + 1, "There is no name between the brackets: write %{[field]}.");
                return null;
            }

            path.Add(reference.Substring(position + 1, close));
            position += close + 2;
        }

        return [.. path];
    }
}
