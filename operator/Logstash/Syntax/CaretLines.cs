using System.Globalization;
using System.Text;

namespace KafkaLogstash.Logstash.Syntax;

/// <summary>Draws a line of text with a caret line under it.</summary>
public static class CaretLines
{
    private const int Before = 70;
    private const int After = 50;

    internal static string Draw(SourceText source, int start, int end)
    {
        var line = source.LineAt(start, out var lineStart);
        return Draw(source.Span(start, start).Line, line, start - lineStart, end - start);
    }

    /// <summary>Draws.</summary>
    /// <param name="lineNumber">The number to write before the line.</param>
    /// <param name="line">The line, without its end. A long one is cut around the place.</param>
    /// <param name="at">The place: an offset in the line, in UTF-16 units; one behind the line stands for its end.</param>
    /// <param name="length">How much of the line to mark; at least one character is marked.</param>
    /// <returns>Two lines, without a line break at the end.</returns>
    public static string Draw(int lineNumber, ReadOnlySpan<char> line, int at, int length)
    {
        at = Math.Min(at, line.Length);
        var from = Math.Max(0, at - Before);
        var to = Math.Min(line.Length, at + After);
        from += from > 0 && char.IsLowSurrogate(line[from]) ? 1 : 0;
        to -= to < line.Length && to > at && char.IsLowSurrogate(line[to]) ? 1 : 0;
        var number = lineNumber.ToString(CultureInfo.InvariantCulture);
        var drawn = new StringBuilder();
        drawn.Append("  ").Append(number).Append(" | ");
        Shown(drawn, from > 0, line[from..to], to < line.Length);
        drawn.Append('\n').Append(' ', number.Length + 2).Append(" | ");
        drawn.Append(' ', from > 0 ? 1 : 0);
        Blanks(drawn, line[from..at]);
        var marked = line[at..Math.Max(at, Math.Min(at + length, to))];
        return drawn.Append('^').Append('~', Math.Max(0, Width(marked) - 1)).ToString();
    }

    private static void Shown(StringBuilder drawn, bool cutBefore, ReadOnlySpan<char> part, bool cutAfter)
    {
        drawn.Append(cutBefore ? "…" : "");
        foreach (var c in part)
        {
            drawn.Append(c != '\t' && char.IsControl(c) ? '·' : c);
        }

        drawn.Append(cutAfter ? "…" : "");
    }

    /// <summary>Tabs stay, so that the caret stands right whatever a tab's width is.</summary>
    private static void Blanks(StringBuilder drawn, ReadOnlySpan<char> part)
    {
        foreach (var c in part)
        {
            if (!char.IsLowSurrogate(c))
            {
                drawn.Append(c == '\t' ? '\t' : ' ');
            }
        }
    }

    private static int Width(ReadOnlySpan<char> part)
    {
        var width = 0;
        foreach (var c in part)
        {
            width += char.IsLowSurrogate(c) ? 0 : 1;
        }

        return width;
    }
}
