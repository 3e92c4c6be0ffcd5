namespace KafkaLogstash.Logstash.Syntax;

/// <summary>Characters and the smallest pieces of text.</summary>
internal sealed partial class ConfigParser
{
    private int _fillerStart = -1;
    private int _fillerEnd;

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\n' or '\r';

    private static bool IsQuote(char c) => c is '"' or '\'';

    private static bool IsWordChar(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private static bool IsNameChar(char c) => IsWordChar(c) || c == '-';

    private static bool IsBarewordStart(char c) => char.IsAsciiLetter(c) || c == '_';

    private bool At(char c) => Is(_pos, c);

    private bool Is(int at, char c) => at < _text.Length && _text[at] == c;

    private bool Matches(int at, string what) => at <= _text.Length && _text.AsSpan(at).StartsWith(what, StringComparison.Ordinal);

    private bool StartsName(int at) => at < _text.Length && (IsNameChar(_text[at]) || IsQuote(_text[at]));

    /// <summary>
    /// Skips blanks and comments. A comment ends at a line feed or the end of the text; a carriage return alone does not end it, and makes it none.
    /// </summary>
    private int SkipFiller(int start)
    {
        if (start == _fillerStart)
        {
            return _fillerEnd;
        }

        var at = start;
        while (at < _text.Length)
        {
            if (IsBlank(_text[at]))
            {
                at++;
            }
            else if (_text[at] == '#' && EndOfComment(at) is { } end)
            {
                at = end;
            }
            else
            {
                break;
            }
        }

        _fillerStart = start;
        _fillerEnd = at;
        return at;
    }

    private int? EndOfComment(int start)
    {
        var length = _text.AsSpan(start).IndexOfAny('\r', '\n');
        if (length < 0)
        {
            return _text.Length;
        }

        var end = start + length;
        if (_text[end] == '\n')
        {
            return end + 1;
        }

        return Is(end + 1, '\n') ? end + 2 : null;
    }

    private int EndOfName(int start)
    {
        var at = start;
        while (at < _text.Length && IsNameChar(_text[at]))
        {
            at++;
        }

        return at;
    }

    private int EndOfWord(int start)
    {
        var at = start;
        while (at < _text.Length && IsWordChar(_text[at]))
        {
            at++;
        }

        return at;
    }

    private int EndOfDigits(int start)
    {
        var at = start;
        while (at < _text.Length && char.IsAsciiDigit(_text[at]))
        {
            at++;
        }

        return at;
    }

    /// <summary>End of the name or closed string at a place; the place itself where there is neither.</summary>
    private int EndOfNameOrString(int start) =>
        start < _text.Length && IsQuote(_text[start]) ? EndOfQuoted(start) ?? start : EndOfName(start);

    /// <summary>
    /// End of a string or regular expression: after the first delimiter without a backslash right before it. Two backslashes do not help,
    /// as the grammar always takes a backslash and a delimiter together.
    /// </summary>
    private int? EndOfQuoted(int start)
    {
        var mark = _text[start];
        for (var at = start + 1; at < _text.Length; at++)
        {
            var length = _text.AsSpan(at).IndexOf(mark);
            if (length < 0)
            {
                return null;
            }

            at += length;
            if (at == start + 1 || _text[at - 1] != '\\')
            {
                return at + 1;
            }
        }

        return null;
    }

    /// <summary>End of a number, or the place itself where there is none.</summary>
    private int EndOfNumber(int start)
    {
        var digits = Is(start, '-') ? start + 1 : start;
        var end = EndOfDigits(digits);
        if (end == digits)
        {
            return start;
        }

        return Is(end, '.') ? EndOfDigits(end + 1) : end;
    }
}
