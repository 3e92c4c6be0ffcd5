using System.Text;

namespace KafkaLogstash.Logstash.Syntax;

/// <summary>Draws a line of text with a caret line under it.</summary>
internal static class CaretLines
{
    private const int Before = 70;
    private const int After = 50;

    public static string Draw(SourceText source, int start, int end)
    {
        var line = source.LineAt(start, out var lineStart);
        var at = Math.Min(start - lineStart, line.Length);
        var from = Math.Max(0, at - Before);
        var to = Math.Min(line.Length, at + After);
        from += from > 0 && char.IsLowSurrogate(line[from]) ? 1 : 0;
        to -= to < line.Length && to > at && char.IsLowSurrogate(line[to]) ? 1 : 0;
        var number = source.Span(start, start).Line.ToString();
        var drawn = new StringBuilder();
        drawn.Append("  ").Append(number).Append(" | ");
        Shown(drawn, from > 0, line[from..to], to < line.Length);
        drawn.Append('\n').Append(' ', number.Length + 2).Append(" | ");
        drawn.Append(' ', from > 0 ? 1 : 0);
        Blanks(drawn, line[from..at]);
        var marked = line[at..Math.Max(at, Math.Min(end - lineStart, to))];
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
