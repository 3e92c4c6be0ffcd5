using System.Runtime.InteropServices;

namespace KafkaLogstash.Api.Yaml;

/// <summary>A text and its lines, which end with a line feed, with or without a carriage return before it.</summary>
public sealed class TextLines
{
    private readonly List<int> _starts = [0];

    // Each is the second half of a character that counts once.
    private readonly List<int> _lowSurrogates = [];

    /// <summary>Finds the lines of a text.</summary>
    /// <param name="text">Any text.</param>
    public TextLines(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Text = text;
        for (var at = text.IndexOf('\n', StringComparison.Ordinal); at >= 0; at = text.IndexOf('\n', at + 1))
        {
            _starts.Add(at + 1);
        }

        for (var at = NextLowSurrogate(0); at >= 0; at = NextLowSurrogate(at + 1))
        {
            _lowSurrogates.Add(at);
        }
    }

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>The line and column of an offset.</summary>
    /// <param name="offset">In UTF-16 units from 0 on; one behind the text stands for its end.</param>
    public TextPosition PositionOf(int offset)
    {
        offset = Math.Clamp(offset, 0, Text.Length);
        var found = _starts.BinarySearch(offset);
        var line = found < 0 ? ~found - 1 : found;
        var surrogates = SurrogatesBefore(offset) - SurrogatesBefore(_starts[line]);
        return new TextPosition(line + 1, offset - _starts[line] - surrogates + 1);
    }

    /// <summary>The offset of a line and column, in UTF-16 units; for a place outside of the text, the nearest one in it.</summary>
    /// <param name="position">A place.</param>
    public int OffsetOf(TextPosition position)
    {
        var line = Math.Clamp(position.Line, 1, _starts.Count);
        var start = _starts[line - 1];
        var end = start + LineAt(line).Length;
        var at = (int)Math.Min(end, start + Math.Max(0, position.Column - 1L));
        for (var next = SurrogatesBefore(start); next < _lowSurrogates.Count && _lowSurrogates[next] <= at && at < end; next++)
        {
            at++;
        }

        return at;
    }

    /// <summary>A line without its end.</summary>
    /// <param name="line">The line, from 1 on; empty for one that is not there.</param>
    public ReadOnlySpan<char> LineAt(int line)
    {
        if (line < 1 || line > _starts.Count)
        {
            return default;
        }

        var end = line < _starts.Count ? _starts[line] : Text.Length;
        return Text.AsSpan(_starts[line - 1], end - _starts[line - 1]).TrimEnd("\r\n");
    }

    private int NextLowSurrogate(int from) =>
        Text.AsSpan(from).IndexOfAnyInRange('\uDC00', '\uDFFF') is >= 0 and var at ? from + at : -1;

    private int SurrogatesBefore(int offset)
    {
        var found = _lowSurrogates.BinarySearch(offset);
        return found < 0 ? ~found : found;
    }
}

/// <summary>A place in a text.</summary>
/// <param name="Line">The line, from 1 on.</param>
/// <param name="Column">The column, from 1 on, in code points: a character outside the basic plane counts once.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TextPosition(int Line, int Column)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Line}:{Column}";
}

/// <summary>A piece of a text, in UTF-16 units from 0 on.</summary>
/// <param name="Start">Its first character.</param>
/// <param name="End">The one after its last.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TextRange(int Start, int End);
