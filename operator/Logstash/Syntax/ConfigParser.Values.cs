namespace KafkaLogstash.Logstash.Syntax;

/// <summary>Values of attributes.</summary>
internal sealed partial class ConfigParser
{
    private int _scalarStart = -1;
    private int _scalarEnd = -1;
    private int _stringStart = -1;
    private int _stringEnd = -1;

    private ValueSyntax? ParseValue()
    {
        if (_pos == _text.Length)
        {
            NoValue();
            return null;
        }

        switch (_text[_pos])
        {
            case '[':
                return ParseArray();
            case '{':
                return ParseHash();
            case var c when IsNameChar(c) || IsQuote(c):
                return ParsePluginOrScalar();
            default:
                NoValue();
                return null;
        }
    }

    /// <summary>A name or a string with a brace after it is a plugin (a codec), whatever else it could be.</summary>
    private ValueSyntax? ParsePluginOrScalar()
    {
        var start = _pos;
        if (IsQuote(_text[start]))
        {
            if (ParseString() is not { } text)
            {
                return null;
            }

            var afterText = SkipFiller(_pos);
            return Is(afterText, '{') ? ParsePluginValue(start, new NameSyntax(text.Text, text.Quote) { Span = text.Span }, afterText) : text;
        }

        var nameEnd = EndOfName(start);
        var next = SkipFiller(nameEnd);
        if (Is(next, '{'))
        {
            return ParsePluginValue(start, new NameSyntax(_text[start..nameEnd]) { Span = _source.Span(start, nameEnd) }, next);
        }

        return IsBarewordStart(_text[start]) ? ParseBareword() : ParseNumber();
    }

    private PluginValueSyntax? ParsePluginValue(int start, NameSyntax name, int brace)
    {
        _pos = brace;
        return ParsePlugin(start, name) is { } plugin ? new PluginValueSyntax(plugin) { Span = plugin.Span } : null;
    }

    private BarewordSyntax? ParseBareword()
    {
        var start = _pos;
        var end = EndOfWord(start);
        if (end < start + 2)
        {
            NeedsQuotes(start);
            return null;
        }

        _scalarStart = start;
        _scalarEnd = _pos = end;
        return new BarewordSyntax(_text[start..end]) { Span = _source.Span(start, end) };
    }

    private NumberSyntax? ParseNumber()
    {
        var start = _pos;
        var end = EndOfNumber(start);
        if (end == start)
        {
            NeedsQuotes(start);
            return null;
        }

        _scalarStart = start;
        _scalarEnd = _pos = end;
        return new NumberSyntax(_text[start..end]) { Span = _source.Span(start, end) };
    }

    private StringSyntax? ParseString()
    {
        var start = _pos;
        if (EndOfQuoted(start) is not { } end)
        {
            StringNeverClosed(start);
            return null;
        }

        _stringStart = start;
        _stringEnd = _pos = end;
        var quote = _text[start] == '"' ? QuoteKind.DoubleQuoted : QuoteKind.SingleQuoted;
        return new StringSyntax(_text[(start + 1)..(end - 1)], quote) { Span = _source.Span(start, end) };
    }

    private ArraySyntax? ParseArray()
    {
        if (!Enter())
        {
            return null;
        }

        var start = _pos++;
        var items = new List<ValueSyntax>();
        while (true)
        {
            _pos = SkipFiller(_pos);
            if (_pos == _text.Length)
            {
                NeverClosed(start);
                return null;
            }

            if (At(']') && items.Count == 0)
            {
                break;
            }

            if (At(']'))
            {
                TrailingComma();
                break;
            }

            if (ParseValue() is not { } item)
            {
                return null;
            }

            items.Add(item);
            _pos = SkipFillerUnlessGlued(_pos);
            if (At(']'))
            {
                break;
            }

            if (!At(','))
            {
                NoComma(start);
                return null;
            }

            _pos++;
        }

        _pos++;
        _depth--;
        return new ArraySyntax([.. items]) { Span = _source.Span(start, _pos) };
    }

    private HashSyntax? ParseHash()
    {
        if (!Enter())
        {
            return null;
        }

        var start = _pos++;
        var entries = new List<HashEntrySyntax>();
        while (true)
        {
            _pos = SkipFiller(_pos);
            if (_pos == _text.Length)
            {
                NeverClosed(start);
                return null;
            }

            if (At('}'))
            {
                break;
            }

            if (At(',') && entries.Count > 0)
            {
                CommaInHash();
                _pos++;
                if (_stopped)
                {
                    return null;
                }

                continue;
            }

            if (ParseEntry() is not { } entry)
            {
                return null;
            }

            entries.Add(entry);
        }

        _pos++;
        _depth--;
        return new HashSyntax([.. entries]) { Span = _source.Span(start, _pos) };
    }

    private HashEntrySyntax? ParseEntry()
    {
        var start = _pos;
        ValueSyntax? key = _text[start] switch
        {
            var c when IsQuote(c) => ParseString(),
            var c when char.IsAsciiDigit(c) || c == '-' => ParseKeyNumber(),
            var c when IsBarewordStart(c) => ParseKeyWord(),
            _ => NotAKey(),
        };
        if (key is null)
        {
            return null;
        }

        var keyEnd = _pos;
        _pos = SkipFiller(_pos);
        if (!Matches(_pos, "=>"))
        {
            NoArrowInHash(start, keyEnd);
            return null;
        }

        _pos = SkipFiller(_pos + 2);
        return ParseValue() is { } value ? new HashEntrySyntax(key, value) { Span = _source.Span(start, _pos) } : null;
    }

    private ValueSyntax? ParseKeyNumber() => EndOfNumber(_pos) == _pos ? NotAKey() : ParseNumber();

    private ValueSyntax? ParseKeyWord() => EndOfWord(_pos) < _pos + 2 ? NotAKey() : ParseBareword();

    /// <summary>What is glued to a scalar must be looked at in place, to be told from what merely follows.</summary>
    private int SkipFillerUnlessGlued(int at) => at < _text.Length && (IsBlank(_text[at]) || _text[at] == '#') ? SkipFiller(at) : at;
}
