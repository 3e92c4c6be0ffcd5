namespace KafkaLogstash.Logstash.Syntax;

/// <summary>The errors in plain words, with the slip that most likely caused each.</summary>
internal sealed partial class ConfigParser
{
    private const string ItemExpected = "a plugin (name and `{`), `if`, or `}`";

    private void Error(int start, int length, string message, string found, string expected)
    {
        if (_probing || _stopped || (_errors.Count > 0 && _errors[^1].Span.Offset == start))
        {
            return;
        }

        var end = Math.Clamp(start + length, start, _text.Length);
        _errors.Add(new ConfigError
        {
            Section = _section,
            Span = _source.Span(start, end),
            Message = message,
            Found = found,
            Expected = expected,
            CaretText = CaretLines.Draw(_source, start, end),
        });
        _stopped |= _errors.Count == MaxErrors;
    }

    private void Error(int start, int length, string message, string expected) => Error(start, length, message, Describe(start), expected);

    private void FatalError(int start, int length, string message, string found, string expected)
    {
        Error(start, length, message, found, expected);
        _stopped |= !_probing;
    }

    private void NotASection()
    {
        var word = _text[_pos..EndOfName(_pos)];
        var message = _text[_pos] switch
        {
            '\uFEFF' => "The text starts with a byte order mark, which Logstash does not skip; save the file as UTF-8 without it.",
            '}' => "This `}` closes nothing; remove it, or look for a `{` that is missing above.",
            _ when CommonSlip(_pos) is { } slip => slip,
            _ when SectionAt(LowerCased(word)) is { } kind => $"Section names are lower case; write `{kind.Keyword()}`.",
            _ when word.Length > 0 && Is(SkipFiller(_pos + word.Length), '{') =>
                $"`{word}` is not a section; plugins stand inside `input {{ … }}`, `filter {{ … }}` or `output {{ … }}`.",
            _ => $"Expected a section but found {Describe(_pos)}; a config is made of `input {{ … }}`, `filter {{ … }}` and `output {{ … }}`.",
        };
        Error(_pos, Math.Max(1, word.Length), message, "`input`, `filter` or `output`");
        if (Is(_pos, '\uFEFF'))
        {
            _pos++;
        }
        else
        {
            RecoverToSection();
        }
    }

    private static SectionKind? SectionAt(string word) => word switch
    {
        "input" or "inputs" => SectionKind.Input,
        "filter" or "filters" => SectionKind.Filter,
        "output" or "outputs" => SectionKind.Output,
        _ => null,
    };

    private static string LowerCased(string word) => new([.. word.Select(char.ToLowerInvariant)]);

    private void NoBraceAfterSection(SectionKind kind)
    {
        var keyword = kind.Keyword();
        var message = _text.AsSpan(_pos).StartsWith("s") && Is(_pos - 1, keyword[^1])
            ? $"`{keyword}s` is not a section; write `{keyword}`."
            : $"Expected `{{` after `{keyword}` but found {Describe(_pos)}.";
        Error(_pos, 1, message, "`{`");
        RecoverToSection();
    }

    private void NotAnItem()
    {
        var message = CommonSlip(_pos) ?? (_text[_pos] == ','
            ? "Plugins are not separated by commas; remove the comma."
            : $"Expected a plugin or `if` but found {Describe(_pos)}.");
        Error(_pos, 1, message, ItemExpected);
    }

    private void NothingToClose() =>
        Error(_pos, 1, "This `}` closes nothing: the text is the body of a section, whose braces are not written here.", ItemExpected);

    private void NoBraceAfterPlugin(NameSyntax name)
    {
        var at = name.Span.Offset;
        var message = name.Text switch
        {
            "elsif" or "elif" or "else-if" => $"`{name.Text}` does not exist here; write `else if`.",
            "else" => "Expected `{` or `if` after `else`.",
            _ when Matches(_pos, "=>") =>
                $"The option `{name.Text}` stands outside of a plugin; options go between the braces of a plugin, for example `kafka {{ {name.Text} => … }}`.",
            _ => $"Expected `{{` after the plugin name `{Shortened(name.Text)}` but found {Describe(_pos)}.",
        };
        Error(at, name.Span.Length, message, Describe(_pos), "`{`");
    }

    private void NotAnAttribute(int start, NameSyntax plugin, int pluginBrace)
    {
        if (At(','))
        {
            Error(_pos, 1, "Options are not separated by commas; remove the comma.", "a blank and the next option, or `}`");
            _pos++;
            return;
        }

        if (IsQuoteSlip("an option (name and `=>`) or `}`"))
        {
            return;
        }

        var glued = _pos == _scalarEnd ? UnquotedMessage(_scalarStart) : null;
        var message = glued ?? CommonSlip(_pos)
            ?? $"Expected an option of `{Shortened(plugin.Text)}` or `}}` (it was opened in {Place(pluginBrace)}) but found {Describe(_pos)}.";
        Error(glued is null ? _pos : _scalarStart, glued is null ? 1 : EndOfLooseWord(_scalarStart) - _scalarStart, message, Describe(_pos), "an option (name and `=>`) or `}`");
        RecoverToAttribute(start);
    }

    private void NotSeparated()
    {
        if (_pos == _scalarEnd)
        {
            var end = EndOfLooseWord(_scalarStart);
            Error(_scalarStart, end - _scalarStart, UnquotedMessage(_scalarStart), Describe(_pos), "a quoted value");
            _pos = EndOfLooseWord(_pos);
            return;
        }

        if (!IsQuoteSlip("a blank"))
        {
            Error(_pos, 1, "A blank or a new line must stand between two options, directly after the first one's value.", "a blank");
        }
    }

    private void NoArrow(NameSyntax name, NameSyntax plugin, int pluginBrace)
    {
        var shown = Shortened(name.Text);
        if (At('{'))
        {
            Error(
                name.Span.Offset,
                name.Span.Length,
                $"`{shown} {{` begins a plugin inside the plugin `{Shortened(plugin.Text)}`: a `}}` for the `{{` in {Place(pluginBrace)} is missing before it, or `codec =>` in front of it.",
                $"`{shown} {{`",
                "an option (name and `=>`) or `}`");
            var ownLine = LineStart(name.Span.Offset) > pluginBrace;
            if (!_probing && ownLine && Indentation(name.Span.Offset) <= Indentation(pluginBrace))
            {
                _pos = name.Span.Offset;
                _resumed = true;
            }

            return;
        }

        if (name.Text is "if" or "else" && name.Quote == QuoteKind.Bare)
        {
            Error(
                name.Span.Offset,
                name.Span.Length,
                $"`{name.Text}` can't stand between the options of `{Shortened(plugin.Text)}`; close the plugin first, and put the whole plugin inside the branch.",
                "an option (name and `=>`) or `}`");
            return;
        }

        Error(_pos, 1, ArrowMessage($"the option `{shown}`"), "`=>`");
    }

    private void NoArrowInHash(int keyStart, int keyEnd)
    {
        if (_pos == keyEnd && keyEnd == _scalarEnd && _pos < _text.Length && IsLoose(_text[_pos]))
        {
            var end = EndOfLooseWord(keyStart);
            Error(keyStart, end - keyStart, $"The key `{Shortened(_text[keyStart..end])}` must be in quotes: \"{Shortened(_text[keyStart..end])}\".", Describe(_pos), "a quoted key");
            return;
        }

        Error(_pos, 1, ArrowMessage($"the key {Shortened(_text[keyStart..keyEnd])}"), "`=>`");
    }

    private string ArrowMessage(string what)
    {
        if (At('='))
        {
            return $"Write `=>` after {what}, not `=`.";
        }

        return At(':') || Matches(_pos, "->")
            ? $"Write `=>` after {what}, not `{(At(':') ? ":" : "->")}`."
            : CommonSlip(_pos) ?? $"Expected `=>` after {what} but found {Describe(_pos)}.";
    }

    private void NoValue()
    {
        if (_pos == _text.Length)
        {
            Error(_pos, 0, "The value is missing: the text ends after `=>`.", "a value");
            return;
        }

        var end = EndOfLooseWord(_pos);
        var word = Shortened(_text[_pos..end]);
        var message = _text[_pos] switch
        {
            '}' => "The value is missing in front of this `}`.",
            ']' or ',' => "A value is missing here.",
            '$' when Is(_pos + 1, '{') => $"A placeholder must be in quotes: \"{Shortened(_text[_pos..EndOfPlaceholder(_pos)])}\".",
            '=' => "The value is missing after `=>`.",
            '(' => "Values can't be grouped with parentheses.",
            _ => CommonSlip(_pos) ?? (end > _pos ? $"The value `{word}` must be in quotes: \"{word}\"." : $"Expected a value but found {Describe(_pos)}."),
        };
        Error(_pos, Math.Max(1, end - _pos), message, "a string, number, bareword, array, hash or codec");
    }

    /// <summary>For what starts like a bareword or a number but is neither.</summary>
    private void NeedsQuotes(int start)
    {
        var end = Math.Max(EndOfLooseWord(start), start + 1);
        Error(start, end - start, UnquotedMessage(start), "a quoted value");
    }

    private string UnquotedMessage(int start)
    {
        var word = Shortened(_text[start..Math.Max(EndOfLooseWord(start), start + 1)]);
        var why = word.Length == 1 && char.IsAsciiLetter(word[0])
            ? "an unquoted value needs two characters at least"
            : "an unquoted value is a plain number, or letters, digits and `_`";
        return $"The value `{word}` must be in quotes: \"{word}\" ({why}).";
    }

    private void NoComma(int open)
    {
        if (_pos == _scalarEnd && _pos < _text.Length && IsLoose(_text[_pos]))
        {
            NeedsQuotes(_scalarStart);
            return;
        }

        if (_pos == _text.Length)
        {
            NeverClosed(open);
            return;
        }

        if (!IsQuoteSlip("`,` or `]`"))
        {
            Error(_pos, 1, CommonSlip(_pos) ?? $"Expected `,` or `]` in the array opened in {Place(open)} but found {Describe(_pos)}.", "`,` or `]`");
        }
    }

    private void TrailingComma() => Error(_pos, 1, "An array can't end in a comma; remove it.", "a value");

    private void CommaInHash() => Error(_pos, 1, "The entries of a hash are not separated by commas; remove the comma.", "the next entry, or `}`");

    private ValueSyntax? NotAKey()
    {
        if (_pos == _scalarEnd && IsLoose(_text[_pos]))
        {
            NeedsQuotes(_scalarStart);
            return null;
        }

        if (IsQuoteSlip("a key (string, bareword or number) or `}`"))
        {
            return null;
        }

        var end = EndOfLooseWord(_pos);
        var word = Shortened(_text[_pos..end]);
        var message = CommonSlip(_pos) ?? (end > _pos ? $"The key `{word}` must be in quotes: \"{word}\"." : $"Expected a key or `}}` but found {Describe(_pos)}.");
        Error(_pos, Math.Max(1, end - _pos), message, "a key (string, bareword or number) or `}`");
        return null;
    }

    private void StringNeverClosed(int start)
    {
        var mark = _text[start];
        var lineEnd = _text.IndexOf('\n', start);
        var lastOnLine = (lineEnd < 0 ? _text.Length : lineEnd) - 1;
        var escaped = _text.LastIndexOf($"\\{mark}", _text.Length - 1, _text.Length - start, StringComparison.Ordinal);
        var message = escaped > start
            ? $"The string that `{mark}` opens is never closed: `\\{mark}` does not close it, so a string can't end in a backslash."
            : $"The string that `{mark}` opens is never closed.";
        FatalError(start, Math.Max(1, lastOnLine - start + 1), message, "the end of the text", $"`{mark}`");
    }

    private void RegexNeverClosed(int start) =>
        FatalError(start, 1, "The regular expression that `/` opens is never closed; a slash inside of it is written `\\/`.", "the end of the text", "`/`");

    private void NeverClosed(int open) =>
        FatalError(
            open,
            1,
            $"The `{_text[open]}` in {Place(open)} is never closed: the text ends in {Place(_text.Length)}.",
            "the end of the text",
            _text[open] == '[' ? "`]`" : "`}`");

    private void TooDeep() =>
        FatalError(_pos, 1, $"Brackets, braces and parentheses nest deeper than {LogstashConfig.MaxDepth} levels.", Describe(_pos), "fewer levels");

    private void NotTheEnd() => Error(_pos, 1, CommonSlip(_pos) ?? OperatorSlip(_pos) ?? $"Expected nothing more but found {Describe(_pos)}.", "the end of the text");

    private void NoCondition() => Error(_pos, 1, "The condition is missing between `if` and `{`.", "a condition");

    private void NoBraceAfterCondition()
    {
        var message = OperatorSlip(_pos) ?? CommonSlip(_pos) ?? $"Expected `{{`, `and` or `or` after the condition but found {Describe(_pos)}.";
        Error(_pos, Math.Max(1, EndOfLooseWord(_pos) - _pos), message, "an operator or `{`");
    }

    private void NoParenthesis(int open)
    {
        var message = OperatorSlip(_pos) ?? CommonSlip(_pos) ?? $"Expected `)` for the `(` in {Place(open)} but found {Describe(_pos)}.";
        Error(_pos, 1, message, "an operator or `)`");
    }

    private void NotNegatable(int start) =>
        Error(
            start,
            1,
            "`!` negates a field or a condition in parentheses only: write `![field]` or `!(…)`; for membership, `not in`.",
            Describe(_pos),
            "`[field]` or `(`");

    private void NotAPattern() =>
        Error(_pos, 1, $"Expected a pattern after the match operator, as `/…/` or as a string, but found {Describe(_pos)}.", "`/…/` or a string");

    private void NotAnOperand()
    {
        var message = CommonSlip(_pos) ?? OperatorSlip(_pos) ?? (Is(_pos, '{')
            ? "The condition breaks off in front of `{`."
            : $"Expected a field, string, number or array but found {Describe(_pos)}.");
        Error(_pos, 1, message, "a field reference, string, number, array or regular expression");
    }

    private void BarewordInCondition(int start)
    {
        var end = EndOfWord(start);
        var word = Shortened(_text[start..end]);
        var message = word switch
        {
            "not" => "`not` exists only in `not in`; write `!` and a field or parentheses: `![field]`, `!(…)`.",
            "if" => "`if` stands twice here.",
            _ => $"`{word}` must be in quotes in a condition: \"{word}\"; or in brackets where it is a field: [{word}].",
        };
        Error(start, end - start, message, "a field reference, string, number, array or regular expression");
    }

    /// <summary>Operators of other languages.</summary>
    private string? OperatorSlip(int at)
    {
        foreach (var (wrong, right) in (ReadOnlySpan<(string, string)>)
            [("&&", "and"), ("||", "or"), ("===", "=="), ("<>", "!="), ("&", "and"), ("|", "or"), ("AND", "and"), ("OR", "or"), ("NOT", "not in"), ("IN", "in")])
        {
            if (Matches(at, wrong))
            {
                return $"`{wrong}` is not an operator here; write `{right}`.";
            }
        }

        if (Matches(at, "=>") || (Is(at, '=') && !Matches(at, "==") && !Matches(at, "=~")))
        {
            return "Comparing is written `==`.";
        }

        return Matches(at, "not") ? "After a value, `not` must be followed by one space and `in`: `not in`." : null;
    }

    /// <summary>Characters that come from word processors, other encodings and other languages.</summary>
    private string? CommonSlip(int at)
    {
        if (at >= _text.Length)
        {
            return null;
        }

        return _text[at] switch
        {
            '\u201C' or '\u201D' or '\u201E' or '\u00AB' or '\u00BB' => $"`{_text[at]}` is a typographic quotation mark; write `\"`.",
            '\u2018' or '\u2019' or '\u201A' or '`' => $"`{_text[at]}` is not a quotation mark here; write `'` or `\"`.",
            '\u00A0' or '\u202F' or '\u3000' => "A no-break or wide space stands here; replace it by a plain space.",
            '\u200B' or '\u200C' or '\u200D' or '\u2060' or '\uFEFF' => "An invisible character stands here; remove it.",
            '\v' or '\f' => "A vertical tab or form feed stands here; replace it by a plain space.",
            '#' => "This comment holds a carriage return without a line feed; end lines with a line feed.",
            '/' when Is(at + 1, '/') || Is(at + 1, '*') => "Comments start with `#`.",
            ';' => "Nothing ends with a semicolon here; remove it.",
            _ => null,
        };
    }

    /// <summary>
    /// A string over several lines with something glued to its end was most likely meant to end on its first line. What follows is then read
    /// inside out, so nothing more is said about it.
    /// </summary>
    private bool IsQuoteSlip(string expected)
    {
        if (_pos != _stringEnd || !_text.AsSpan(_stringStart, _stringEnd - _stringStart).Contains('\n'))
        {
            return false;
        }

        FatalError(_pos, 1, $"A string that began in {Place(_stringStart)} ends right before this; most likely a quotation mark is missing there.", Describe(_pos), expected);
        return true;
    }

    private static bool IsLoose(char c) => !IsBlank(c) && c is not (',' or '{' or '}' or '[' or ']' or '"' or '\'' or '#' or '(' or ')' or '=');

    /// <summary>End of what a person would take for one word.</summary>
    private int EndOfLooseWord(int start)
    {
        var at = start;
        while (at < _text.Length && IsLoose(_text[at]))
        {
            at++;
        }

        return at;
    }

    private int EndOfPlaceholder(int start)
    {
        var lineEnd = _text.IndexOf('\n', start);
        var end = _text.IndexOf('}', start);
        return end < 0 || (lineEnd >= 0 && lineEnd < end) ? EndOfLooseWord(start) : end + 1;
    }

    private string Place(int at)
    {
        var span = _source.Span(at, at);
        return $"line {span.Line}, column {span.Column}";
    }

    private int Indentation(int at)
    {
        var start = LineStart(at);
        return _text.AsSpan(start).IndexOfAnyExcept(' ', '\t');
    }

    private string Describe(int at)
    {
        if (at >= _text.Length)
        {
            return "the end of the text";
        }

        var c = _text[at];
        if (c is '\n' or '\r')
        {
            return "the end of the line";
        }

        var end = EndOfLooseWord(at);
        if (end > at)
        {
            return $"`{Shortened(_text[at..end])}`";
        }

        return c is ' ' or '\t' ? "a blank" : $"`{c}`";
    }

    private static string Shortened(string word)
    {
        const int Limit = 40;
        if (word.Length > Limit)
        {
            word = string.Concat(word.AsSpan(0, char.IsHighSurrogate(word[Limit - 1]) ? Limit - 1 : Limit), "…");
        }

        return word.Any(char.IsControl) ? new string([.. word.Select(c => char.IsControl(c) ? '·' : c)]) : word;
    }
}
