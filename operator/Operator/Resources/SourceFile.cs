using KafkaLogstash.Api.Yaml;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Operator.Resources;

/// <summary>A file that was read.</summary>
/// <param name="Name">Its path as it was given, or <c>-</c> for standard input.</param>
/// <param name="Lines">Its text.</param>
internal sealed record SourceFile(string Name, TextLines Lines)
{
    /// <summary>Shows a piece of config: its line, and under it a caret line.</summary>
    public string Show(TextRange range)
    {
        var position = Lines.PositionOf(range.Start);
        var start = Lines.OffsetOf(position with { Column = 1 });
        return CaretLines.Draw(position.Line, Lines.LineAt(position.Line), range.Start - start, range.End - range.Start);
    }

    /// <summary>
    /// Shows the name of a field: its line up to there, and under it a caret line. The rest of the line could be a secret, and so could what stands before
    /// the field where several share a line: null then.
    /// </summary>
    public string? ShowName(TextRange range)
    {
        var position = Lines.PositionOf(range.Start);
        var start = Lines.OffsetOf(position with { Column = 1 });
        var line = Lines.LineAt(position.Line);
        var at = range.Start - start;
        var end = Math.Min(range.End - start, line.Length);
        if (end <= at || !line[..at].Trim(" -").IsEmpty)
        {
            return null;
        }

        var rest = line[end..].TrimEnd();
        var shown = rest.StartsWith(':') ? rest.Length > 1 ? ": …" : ":" : "";
        return CaretLines.Draw(position.Line, $"{line[..end]}{shown}", at, end - at);
    }
}
