namespace KafkaLogstash.Logstash.Syntax;

/// <summary>Conditions of branches.</summary>
internal sealed partial class ConfigParser
{
    private ConditionSyntax? ParseCondition()
    {
        var start = _pos;
        if (ParseExpression() is not { } first)
        {
            return null;
        }

        var rest = new List<OperandSyntax>();
        while (true)
        {
            var end = _pos;
            var at = SkipFiller(end);
            if (BooleanOperatorAt(at) is not { } op)
            {
                return new ConditionSyntax(first, [.. rest]) { Span = _source.Span(start, end) };
            }

            _pos = SkipFiller(at + op.Keyword().Length);
            if (ParseExpression() is not { } expression)
            {
                return null;
            }

            rest.Add(new OperandSyntax(op, expression) { Span = _source.Span(at, _pos) });
        }
    }

    private BooleanOperator? BooleanOperatorAt(int at)
    {
        if (Matches(at, "and"))
        {
            return BooleanOperator.And;
        }

        if (Matches(at, "or"))
        {
            return BooleanOperator.Or;
        }

        if (Matches(at, "xor"))
        {
            return BooleanOperator.Xor;
        }

        return Matches(at, "nand") ? BooleanOperator.Nand : null;
    }

    private ExpressionSyntax? ParseExpression()
    {
        var start = _pos;
        if (At('('))
        {
            return ParseGroup(start, negated: false);
        }

        if (!At('!'))
        {
            return ParseOperation();
        }

        _pos = SkipFiller(_pos + 1);
        if (At('('))
        {
            return ParseGroup(start, negated: true);
        }

        if (TryParseFieldReference() is { } field)
        {
            return new NegatedFieldSyntax(field) { Span = _source.Span(start, _pos) };
        }

        NotNegatable(start);
        return null;
    }

    private GroupSyntax? ParseGroup(int start, bool negated)
    {
        if (!Enter())
        {
            return null;
        }

        var open = _pos;
        _pos = SkipFiller(_pos + 1);
        if (ParseCondition() is not { } condition)
        {
            return null;
        }

        _pos = SkipFiller(_pos);
        if (!At(')'))
        {
            NoParenthesis(open);
            return null;
        }

        _pos++;
        _depth--;
        return new GroupSyntax(condition, negated) { Span = _source.Span(start, _pos) };
    }

    private ExpressionSyntax? ParseOperation()
    {
        var start = _pos;
        if (ParseOperand() is not { } left)
        {
            return null;
        }

        var end = _pos;
        var at = SkipFiller(end);
        if (Matches(at, "in"))
        {
            return ParseMembership(start, left, at + 2, negated: false);
        }

        if (Matches(at, "not ") && SkipFiller(at + 4) is var afterNot && Matches(afterNot, "in"))
        {
            return ParseMembership(start, left, afterNot + 2, negated: true);
        }

        if (MatchOperatorAt(at) is { } negatedMatch)
        {
            return ParseMatch(start, left, at + 2, negatedMatch);
        }

        if (ComparisonAt(at) is { } op)
        {
            _pos = SkipFiller(at + op.Keyword().Length);
            return ParseOperand() is { } right ? new ComparisonSyntax(left, op, right) { Span = _source.Span(start, _pos) } : null;
        }

        _pos = end;
        return new TruthSyntax(left) { Span = _source.Span(start, end) };
    }

    private MembershipSyntax? ParseMembership(int start, ValueSyntax left, int after, bool negated)
    {
        _pos = SkipFiller(after);
        return ParseOperand() is { } right ? new MembershipSyntax(left, right, negated) { Span = _source.Span(start, _pos) } : null;
    }

    private MatchSyntax? ParseMatch(int start, ValueSyntax left, int after, bool negated)
    {
        _pos = SkipFiller(after);
        ValueSyntax? pattern = null;
        if (_pos < _text.Length && IsQuote(_text[_pos]))
        {
            pattern = ParseString();
        }
        else if (At('/'))
        {
            pattern = ParseRegex();
        }
        else
        {
            NotAPattern();
        }

        return pattern is null ? null : new MatchSyntax(left, pattern, negated) { Span = _source.Span(start, _pos) };
    }

    private ComparisonOperator? ComparisonAt(int at)
    {
        if (at >= _text.Length)
        {
            return null;
        }

        var equals = Is(at + 1, '=');
        return _text[at] switch
        {
            '=' when equals => ComparisonOperator.Equal,
            '!' when equals => ComparisonOperator.NotEqual,
            '<' => equals ? ComparisonOperator.LessOrEqual : ComparisonOperator.Less,
            '>' => equals ? ComparisonOperator.GreaterOrEqual : ComparisonOperator.Greater,
            _ => null,
        };
    }

    private bool? MatchOperatorAt(int at)
    {
        if (Matches(at, "=~"))
        {
            return false;
        }

        return Matches(at, "!~") ? true : null;
    }

    private ValueSyntax? ParseOperand()
    {
        if (_pos == _text.Length)
        {
            NotAnOperand();
            return null;
        }

        switch (_text[_pos])
        {
            case '"' or '\'':
                return ParseString();
            case '[':
                return TryParseFieldReference() ?? (ValueSyntax?)ParseArray();
            case '/':
                return ParseRegex();
            case var c when IsBarewordStart(c):
                return ParseCall();
            default:
                if (EndOfNumber(_pos) > _pos)
                {
                    return ParseNumber();
                }

                NotAnOperand();
                return null;
        }
    }

    /// <summary>Field references are tried before arrays: that is why an array of one plain element never reaches Logstash as one.</summary>
    private FieldReferenceSyntax? TryParseFieldReference()
    {
        var start = _pos;
        var parts = new List<string>();
        while (At('['))
        {
            var length = _text.AsSpan(_pos + 1).IndexOfAny('[', ']', ',');
            if (length < 1 || _text[_pos + 1 + length] != ']')
            {
                break;
            }

            parts.Add(_text.Substring(_pos + 1, length));
            _pos += length + 2;
        }

        return parts.Count == 0 ? null : new FieldReferenceSyntax([.. parts]) { Span = _source.Span(start, _pos) };
    }

    private RegexSyntax? ParseRegex()
    {
        var start = _pos;
        if (EndOfQuoted(start) is not { } end)
        {
            RegexNeverClosed(start);
            return null;
        }

        _pos = end;
        return new RegexSyntax(_text[(start + 1)..(end - 1)]) { Span = _source.Span(start, end) };
    }

    private CallSyntax? ParseCall()
    {
        var start = _pos;
        var end = EndOfWord(start);
        var open = SkipFiller(end);
        if (end < start + 2 || !Is(open, '('))
        {
            BarewordInCondition(start);
            return null;
        }

        if (!Enter())
        {
            return null;
        }

        var arguments = new List<ValueSyntax>();
        _pos = SkipFiller(open + 1);
        while (!At(')') || arguments.Count > 0)
        {
            if (ParseOperand() is not { } argument)
            {
                return null;
            }

            arguments.Add(argument);
            _pos = SkipFiller(_pos);
            if (At(')'))
            {
                break;
            }

            if (!At(','))
            {
                NoParenthesis(open);
                return null;
            }

            _pos = SkipFiller(_pos + 1);
        }

        _pos++;
        _depth--;
        return new CallSyntax(_text[start..end], [.. arguments]) { Span = _source.Span(start, _pos) };
    }
}
