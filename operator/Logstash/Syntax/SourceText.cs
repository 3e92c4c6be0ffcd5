namespace KafkaLogstash.Logstash.Syntax;

/// <summary>A text with the places of its lines, so that an offset becomes line and column quickly.</summary>
internal sealed class SourceText
{
    private readonly int[] _lineStarts;
    private readonly int[] _lowSurrogates;
    private int _line;

    public SourceText(string text)
    {
        Text = text;
        _lineStarts = FindLineStarts(text);
        _lowSurrogates = FindLowSurrogates(text);
    }

    public string Text { get; }

    public SourceSpan Span(int start, int end)
    {
        var line = LineOf(start);
        var column = start - _lineStarts[line] + 1;
        if (_lowSurrogates.Length > 0)
        {
            column -= CountBefore(start) - CountBefore(_lineStarts[line]);
        }

        return new SourceSpan(start, end - start, line + 1, column);
    }

    /// <summary>The line, without its end, that holds an offset; and where it starts.</summary>
    public ReadOnlySpan<char> LineAt(int offset, out int lineStart)
    {
        var line = LineOf(offset);
        lineStart = _lineStarts[line];
        var end = line + 1 < _lineStarts.Length ? _lineStarts[line + 1] : Text.Length;
        return Text.AsSpan(lineStart, end - lineStart).TrimEnd("\r\n");
    }

    /// <summary>Nodes are asked for in the order of the text, give or take a line: walk from the last answer.</summary>
    private int LineOf(int offset)
    {
        while (_line + 1 < _lineStarts.Length && _lineStarts[_line + 1] <= offset)
        {
            _line++;
        }

        while (_lineStarts[_line] > offset)
        {
            _line--;
        }

        return _line;
    }

    private int CountBefore(int offset)
    {
        var index = Array.BinarySearch(_lowSurrogates, offset);
        return index < 0 ? ~index : index;
    }

    private static int[] FindLineStarts(string text)
    {
        var starts = new List<int>(1 + (text.Length / 32)) { 0 };
        for (var at = text.IndexOf('\n', StringComparison.Ordinal); at >= 0; at = text.IndexOf('\n', at + 1))
        {
            starts.Add(at + 1);
        }

        return [.. starts];
    }

    private static int[] FindLowSurrogates(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uDC00', '\uDFFF'))
        {
            return [];
        }

        var found = new List<int>();
        for (var at = 0; at < text.Length; at++)
        {
            if (char.IsLowSurrogate(text[at]))
            {
                found.Add(at);
            }
        }

        return [.. found];
    }
}
