namespace KafkaLogstash.Logstash.Syntax;

/// <summary>
/// Where parsing goes on after an error. Brackets are balanced from the start of the broken piece, so that the rest of it is not mistaken
/// for something new. Where no good place is found parsing stops: one error less is better than one that is none.
/// </summary>
internal sealed partial class ConfigParser
{
    /// <summary>To the brace that closes the plugin, or to the next attribute.</summary>
    private void RecoverToAttribute(int start) =>
        Recover(start, at => IsBlank(_text[at - 1]) && IsNameChar(_text[at]) && Matches(SkipFiller(EndOfName(at)), "=>"), inArraysToo: true);

    /// <summary>To the brace that closes the block, or to the next line that starts a plugin or a branch.</summary>
    private void RecoverToItem(int start) => Recover(start, StartsItemLine, inArraysToo: false);

    /// <summary>To the block after a wrong condition, if one starts on the same line.</summary>
    private bool RecoverToBlock()
    {
        if (_stopped || _probing)
        {
            return false;
        }

        var length = _text.AsSpan(_pos).IndexOfAny('{', '\n');
        if (length < 0 || _text[_pos + length] != '{')
        {
            return false;
        }

        _pos += length;
        return true;
    }

    /// <summary>To the next line that starts a section.</summary>
    private void RecoverToSection()
    {
        for (var at = _pos + 1; at < _text.Length; at++)
        {
            if (_text[at - 1] == '\n' && SectionAt(at) is { } kind && Is(SkipFiller(at + kind.Keyword().Length), '{'))
            {
                _pos = at;
                return;
            }
        }

        _stopped = true;
    }

    private bool StartsItemLine(int at)
    {
        if (!IsNameChar(_text[at]) || !IsFirstOfLine(at))
        {
            return false;
        }

        var end = EndOfName(at);
        var name = _text.AsSpan(at, end - at);
        return name is "if" || (name is not "else" && Is(SkipFiller(end), '{'));
    }

    private bool IsFirstOfLine(int at)
    {
        var before = at - 1;
        while (before >= 0 && _text[before] is ' ' or '\t')
        {
            before--;
        }

        return before < 0 || _text[before] == '\n';
    }

    private int LineStart(int at) => at == 0 ? 0 : _text.LastIndexOf('\n', at - 1) + 1;

    private void Recover(int start, Func<int, bool> startsNext, bool inArraysToo)
    {
        var failure = Math.Max(_pos, start + 1);
        var open = new Stack<char>();
        var at = start;
        while (at < _text.Length && !_stopped)
        {
            var c = _text[at];
            if (at >= failure && ((open.Count == 0 && c == '}')
                || ((open.Count == 0 || (inArraysToo && open.Peek() == '[')) && startsNext(at))))
            {
                _pos = at;
                return;
            }

            if (c is '{' or '[')
            {
                open.Push(c);
            }
            else if (c is '}' or ']' && open.Count > 0)
            {
                open.Pop();
            }

            at = NextPiece(at);
        }

        _stopped = true;
        _pos = _text.Length;
    }

    private int NextPiece(int at)
    {
        var c = _text[at];
        if (IsQuote(c))
        {
            return EndOfQuoted(at) ?? _text.Length;
        }

        if (c == '#')
        {
            return EndOfComment(at) ?? at + 1;
        }

        return IsNameChar(c) ? EndOfName(at) : at + 1;
    }
}
