namespace KafkaLogstash.Logstash.Syntax;

/// <summary>
/// Recursive descent over Logstash's parsing expression grammar. The grammar's ordered choices are decided by looking ahead over one name
/// or one condition, so nothing is parsed twice and a choice once taken is final: where the grammar would fall back to another
/// alternative, that one fails as well. After an error parsing goes on where the next piece seems to start.
/// </summary>
internal sealed partial class ConfigParser
{
    private const int MaxErrors = 20;

    private readonly SourceText _source;
    private readonly string _text;
    private readonly List<ConfigError> _errors = [];
    private SectionKind? _section;
    private int _pos;
    private int _depth;
    private bool _stopped;
    private bool _probing;
    private bool _resumed;

    public ConfigParser(string text, SectionKind? section)
    {
        _source = new SourceText(text);
        _text = text;
        _section = section;
    }

    public ParseResult ParseDocument()
    {
        var sections = new List<SectionSyntax>();
        while (!_stopped)
        {
            _pos = SkipFiller(_pos);
            if (_pos == _text.Length)
            {
                break;
            }

            if (SectionAt(_pos) is { } kind)
            {
                if (ParseSection(kind) is { } section)
                {
                    sections.Add(section);
                }
            }
            else
            {
                NotASection();
            }
        }

        return new ParseResult(new ConfigDocument([.. sections]) { Span = _source.Span(0, _text.Length) }, SortedErrors());
    }

    public ParseResult ParseBody(SectionKind kind)
    {
        var items = ParseItems(openBrace: -1);
        var span = _source.Span(0, _text.Length);
        return new ParseResult(new ConfigDocument([new SectionSyntax(kind, items) { Span = span }]) { Span = span }, SortedErrors());
    }

    public FragmentResult<ConditionSyntax> ParseConditionAlone() => ParseAlone(ParseCondition);

    public FragmentResult<ValueSyntax> ParseValueAlone() => ParseAlone(ParseValue);

    public static ParseResult NotUtf8(string decoded)
    {
        var parser = new ConfigParser(decoded, section: null);
        var at = Math.Max(0, decoded.IndexOf('\uFFFD', StringComparison.Ordinal));
        parser.Error(at, 1, "The text is not UTF-8 from here on; save the file as UTF-8.", "bytes that are not UTF-8", "UTF-8 text");
        return new ParseResult(new ConfigDocument([]), parser._errors);
    }

    private FragmentResult<T> ParseAlone<T>(Func<T?> parse)
        where T : SyntaxNode
    {
        _pos = SkipFiller(0);
        var node = parse();
        if (node is not null)
        {
            _pos = SkipFiller(_pos);
            if (_pos < _text.Length)
            {
                NotTheEnd();
            }
        }

        return new FragmentResult<T>(_errors.Count == 0 ? node : null, SortedErrors());
    }

    private ConfigError[] SortedErrors() => _errors.Count == 0 ? [] : [.. _errors.OrderBy(error => error.Span.Offset)];

    private SectionSyntax? ParseSection(SectionKind kind)
    {
        var start = _pos;
        _section = kind;
        _pos = SkipFiller(_pos + kind.Keyword().Length);
        SectionSyntax? section = null;
        if (At('{'))
        {
            var items = ParseItems(_pos++);
            section = new SectionSyntax(kind, items) { Span = _source.Span(start, _pos) };
        }
        else
        {
            NoBraceAfterSection(kind);
        }

        _section = null;
        return section;
    }

    /// <summary>Plugins and branches up to and with the closing brace; to the end of the text where no brace was opened.</summary>
    private SyntaxList<ItemSyntax> ParseItems(int openBrace)
    {
        var items = new List<ItemSyntax>();
        var depth = _depth;
        while (!_stopped)
        {
            _pos = SkipFiller(_pos);
            if (_pos == _text.Length)
            {
                if (openBrace >= 0)
                {
                    NeverClosed(openBrace);
                }

                break;
            }

            if (At('}'))
            {
                if (openBrace < 0)
                {
                    NothingToClose();
                }

                _pos++;
                if (openBrace >= 0)
                {
                    break;
                }

                continue;
            }

            var start = _pos;
            if (ParseItem() is { } item)
            {
                items.Add(item);
            }
            else if (!_resumed)
            {
                RecoverToItem(start);
            }

            _resumed = false;
            _depth = depth;
        }

        return [.. items];
    }

    private ItemSyntax? ParseItem()
    {
        if (StartsBranch(_pos))
        {
            return ParseBranch();
        }

        if (!StartsName(_pos))
        {
            NotAnItem();
            return null;
        }

        var start = _pos;
        if (ParseName() is not { } name)
        {
            return null;
        }

        _pos = SkipFiller(_pos);
        if (!At('{'))
        {
            NoBraceAfterPlugin(name);
            return null;
        }

        return ParsePlugin(start, name);
    }

    /// <summary>The rest of a plugin, from its opening brace.</summary>
    private PluginSyntax? ParsePlugin(int start, NameSyntax name)
    {
        if (!Enter())
        {
            return null;
        }

        var depth = _depth;
        var open = _pos++;
        var attributes = new List<AttributeSyntax>();
        // The first attribute, or the first one after an error, needs no blank before it.
        var first = true;
        while (!_stopped)
        {
            var separated = first || (_pos < _text.Length && IsBlank(_text[_pos]));
            _pos = SkipFiller(_pos);
            if (_pos == _text.Length)
            {
                NeverClosed(open);
                break;
            }

            if (At('}'))
            {
                _pos++;
                _depth--;
                return new PluginSyntax(name, [.. attributes]) { Span = _source.Span(start, _pos) };
            }

            var attributeStart = _pos;
            first = true;
            if (!StartsName(_pos))
            {
                NotAnAttribute(attributeStart, name, open);
            }
            else if (!separated)
            {
                NotSeparated();
            }
            else if (ParseAttribute(name, open) is { } attribute)
            {
                attributes.Add(attribute);
                first = false;
            }
            else if (_resumed)
            {
                _resumed = false;
                _depth--;
                return new PluginSyntax(name, [.. attributes]) { Span = _source.Span(start, _pos) };
            }
            else
            {
                RecoverToAttribute(attributeStart);
                _depth = depth;
            }
        }

        return null;
    }

    private AttributeSyntax? ParseAttribute(NameSyntax plugin, int pluginBrace)
    {
        var start = _pos;
        if (ParseName() is not { } name)
        {
            return null;
        }

        _pos = SkipFiller(_pos);
        if (!Matches(_pos, "=>"))
        {
            NoArrow(name, plugin, pluginBrace);
            return null;
        }

        _pos = SkipFiller(_pos + 2);
        return ParseValue() is { } value ? new AttributeSyntax(name, value) { Span = _source.Span(start, _pos) } : null;
    }

    private NameSyntax? ParseName()
    {
        var start = _pos;
        if (IsQuote(_text[start]))
        {
            return ParseString() is { } quoted ? new NameSyntax(quoted.Text, quoted.Quote) { Span = quoted.Span } : null;
        }

        _pos = EndOfName(start);
        return new NameSyntax(_text[start.._pos]) { Span = _source.Span(start, _pos) };
    }

    private BranchSyntax? ParseBranch()
    {
        var start = _pos;
        var arms = new List<BranchArmSyntax>();
        BlockSyntax? otherwise = null;
        _pos += 2;
        if (!TryParseArm(start, arms))
        {
            return null;
        }

        var end = _pos;
        while (!_stopped && otherwise is null)
        {
            var next = SkipFiller(end);
            var follows = WhatFollows(next, out var after);
            if (follows == Continuation.None)
            {
                break;
            }

            _pos = after;
            if (follows == Continuation.ElseIf)
            {
                if (!TryParseArm(next, arms))
                {
                    return null;
                }
            }
            else
            {
                otherwise = ParseBlock();
            }

            end = _pos;
        }

        _pos = end;
        if (arms.Count == 0)
        {
            _resumed = true;
            return null;
        }

        return new BranchSyntax([.. arms], otherwise) { Span = _source.Span(start, end) };
    }

    /// <summary>
    /// A condition and its block, after <c>if</c>. A wrong condition in front of a block is left out, and parsing goes on with the block.
    /// </summary>
    /// <returns>False where there is not even a block.</returns>
    private bool TryParseArm(int start, List<BranchArmSyntax> arms)
    {
        _pos = SkipFiller(_pos);
        ConditionSyntax? condition = null;
        if (At('{'))
        {
            NoCondition();
        }
        else
        {
            condition = ParseCondition();
            if (condition is not null)
            {
                _pos = SkipFiller(_pos);
                if (!At('{'))
                {
                    condition = null;
                    NoBraceAfterCondition();
                }
            }
        }

        if (condition is null && !RecoverToBlock())
        {
            return false;
        }

        if (ParseBlock() is not { } block)
        {
            return false;
        }

        if (condition is not null)
        {
            arms.Add(new BranchArmSyntax(condition, block) { Span = _source.Span(start, _pos) });
        }

        return true;
    }

    private BlockSyntax? ParseBlock()
    {
        if (!Enter())
        {
            return null;
        }

        var start = _pos++;
        var items = ParseItems(start);
        _depth--;
        return new BlockSyntax(items) { Span = _source.Span(start, _pos) };
    }

    private enum Continuation
    {
        None,
        ElseIf,
        Else,
    }

    /// <summary>
    /// Keywords are not reserved: <c>if</c> begins a branch only where a condition and a block follow, else it begins a plugin's name.
    /// Both readings are possible only if a name and a brace stand here, and then what follows the brace decides.
    /// </summary>
    private bool StartsBranch(int start)
    {
        if (!Matches(start, "if"))
        {
            return false;
        }

        var nameEnd = EndOfName(start);
        var brace = SkipFiller(nameEnd);
        if (!Is(brace, '{'))
        {
            return true;
        }

        return nameEnd == start + 2
            ? !AttributeOrEndFollows(brace + 1)
            : ConditionEndsAt(start + 2, brace) && !AttributeFollows(brace + 1);
    }

    private Continuation WhatFollows(int start, out int after)
    {
        after = start;
        if (!Matches(start, "else"))
        {
            return Continuation.None;
        }

        var nameEnd = EndOfName(start);
        var next = SkipFiller(nameEnd);
        var brace = Is(next, '{');
        if (nameEnd == start + 4)
        {
            if (brace)
            {
                after = next;
                return AttributeFollows(next + 1) ? Continuation.None : Continuation.Else;
            }

            after = next + 2;
            return Matches(next, "if") ? Continuation.ElseIf : Continuation.None;
        }

        after = start + 6;
        return Matches(start + 4, "if") && (!brace || (ConditionEndsAt(after, next) && !AttributeFollows(next + 1)))
            ? Continuation.ElseIf
            : Continuation.None;
    }

    private bool AttributeFollows(int start)
    {
        var at = SkipFiller(start);
        var end = EndOfNameOrString(at);
        return end > at && Matches(SkipFiller(end), "=>");
    }

    private bool AttributeOrEndFollows(int start) => Is(SkipFiller(start), '}') || AttributeFollows(start);

    /// <summary>Whether a condition can be read from one place up to another.</summary>
    private bool ConditionEndsAt(int start, int end)
    {
        var pos = _pos;
        var depth = _depth;
        _probing = true;
        _pos = SkipFiller(start);
        var found = ParseCondition() is not null && SkipFiller(_pos) == end;
        _probing = false;
        _depth = depth;
        _pos = pos;
        return found;
    }

    private SectionKind? SectionAt(int at)
    {
        if (Matches(at, "input"))
        {
            return SectionKind.Input;
        }

        if (Matches(at, "filter"))
        {
            return SectionKind.Filter;
        }

        return Matches(at, "output") ? SectionKind.Output : null;
    }

    private bool Enter()
    {
        if (++_depth <= LogstashConfig.MaxDepth)
        {
            return true;
        }

        TooDeep();
        return false;
    }
}
