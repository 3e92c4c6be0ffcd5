using System.Text;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Logstash.Writing;

/// <summary>Writes nodes one attribute a line, and collects what can't be written.</summary>
internal sealed class SyntaxEmitter
{
    private const int IndentWidth = 2;

    private readonly List<WriteRefusal> _refusals = [];
    private readonly Stack<(string? Name, int Index)> _path = new();
    private int _depth;

    public StringBuilder Text { get; } = new(1024);

    public IReadOnlyList<WriteRefusal> Refusals => _refusals;

    public int Indent { get; set; }

    public void Refuse(RefusalReason reason, string message, IReadOnlyList<ConfigError>? errors = null) =>
        _refusals.Add(new WriteRefusal(string.Concat(_path.Reverse().Select(step => step.Name is null ? $"[{step.Index}]" : $".{step.Name}")).TrimStart('.'), reason, message)
        {
            Errors = errors ?? [],
        });

    /// <summary>Goes one step down, for the paths of refusals; <see cref="Leave"/> comes back.</summary>
    public void Enter(string name) => _path.Push((name, 0));

    public void Enter(int index) => _path.Push((null, index));

    public void Leave() => _path.Pop();

    public void Line(string text)
    {
        StartLine();
        Text.Append(text).Append('\n');
    }

    public void StartLine() => Text.Append(' ', Indent * IndentWidth);

    public void Section(SectionSyntax section)
    {
        Enter(section.Kind.Keyword());
        Line($"{section.Kind.Keyword()} {{");
        Items(section.Items);
        Line("}");
        Leave();
    }

    public void Items(SyntaxList<ItemSyntax> items)
    {
        if (!Deeper())
        {
            return;
        }

        Indent++;
        foreach (var item in items)
        {
            StartLine();
            if (item is PluginSyntax plugin)
            {
                Plugin(plugin);
            }
            else
            {
                Branch((BranchSyntax)item);
            }

            Text.Append('\n');
        }

        Indent--;
        _depth--;
    }

    public void Plugin(PluginSyntax plugin)
    {
        Enter(plugin.Name.Text);
        if (Deeper())
        {
            PluginWithin(plugin);
            _depth--;
        }

        Leave();
    }

    public void Attribute(AttributeSyntax attribute, int width)
    {
        Enter(attribute.Name.Text);
        Name(attribute.Name);
        Text.Append(' ', Math.Max(0, width - Width(attribute.Name))).Append(" => ");
        Value(attribute.Value);
        Leave();
    }

    public static int Width(NameSyntax name) => name.Text.Length + (name.Quote == QuoteKind.Bare ? 0 : 2);

    public void Condition(ConditionSyntax condition)
    {
        Expression(condition.First);
        foreach (var operand in condition.Rest)
        {
            Text.Append(' ').Append(operand.Operator.Keyword()).Append(' ');
            Expression(operand.Expression);
        }
    }

    public void Value(ValueSyntax value)
    {
        switch (value)
        {
            case PluginValueSyntax codec:
                Plugin(codec.Plugin);
                break;
            case BarewordSyntax word:
                Token(word.Text, Tokens.IsBareword(word.Text), "a bareword is two or more letters, digits and `_`, and does not start with a digit");
                break;
            case StringSyntax text:
                Quoted(text.Text, text.Quote);
                break;
            case NumberSyntax number:
                Token(number.Text, Tokens.IsNumber(number.Text), "a number is digits with perhaps a minus and a fraction");
                break;
            case ArraySyntax array:
                Array(array);
                break;
            case HashSyntax hash:
                Hash(hash);
                break;
            default:
                Refuse(RefusalReason.WrongPlace, "Field references, calls and regular expressions can stand in conditions only.");
                break;
        }
    }

    private void PluginWithin(PluginSyntax plugin)
    {
        Name(plugin.Name);
        Text.Append(" {");
        if (plugin.Attributes.Count > 0)
        {
            Text.Append('\n');
            Indent++;
            var width = plugin.Attributes.Max(attribute => Width(attribute.Name));
            foreach (var attribute in plugin.Attributes)
            {
                StartLine();
                Attribute(attribute, width);
                Text.Append('\n');
            }

            Indent--;
            StartLine();
        }
        else
        {
            Text.Append(' ');
        }

        Text.Append('}');
    }

    private void Branch(BranchSyntax branch)
    {
        if (branch.Arms.Count == 0)
        {
            Refuse(RefusalReason.NoArms, "A branch needs at least one condition.");
        }

        for (var i = 0; i < branch.Arms.Count; i++)
        {
            Text.Append(i == 0 ? "if " : " else if ");
            Condition(branch.Arms[i].Condition);
            Block(branch.Arms[i].Block);
        }

        if (branch.Else is { } otherwise)
        {
            Text.Append(" else");
            Block(otherwise);
        }
    }

    private void Block(BlockSyntax block)
    {
        Text.Append(" {\n");
        Items(block.Items);
        StartLine();
        Text.Append('}');
    }

    private void Name(NameSyntax name)
    {
        if (name.Quote == QuoteKind.Bare)
        {
            Token(name.Text, Tokens.IsName(name.Text), "a name is letters, digits, `_` and `-`");
        }
        else
        {
            Quoted(name.Text, name.Quote);
        }
    }

    private void Expression(ExpressionSyntax expression)
    {
        switch (expression)
        {
            case GroupSyntax group when Deeper():
                Text.Append(group.Negated ? "!(" : "(");
                Condition(group.Condition);
                Text.Append(')');
                _depth--;
                break;
            case NegatedFieldSyntax negated:
                Text.Append('!');
                Operand(negated.Field);
                break;
            case TruthSyntax truth:
                Operand(truth.Operand);
                break;
            case MembershipSyntax membership:
                Operand(membership.Left);
                Text.Append(membership.Negated ? " not in " : " in ");
                Operand(membership.Right);
                break;
            case ComparisonSyntax comparison:
                Operand(comparison.Left);
                Text.Append(' ').Append(comparison.Operator.Keyword()).Append(' ');
                Operand(comparison.Right);
                break;
            case MatchSyntax match:
                Operand(match.Left);
                Text.Append(match.Negated ? " !~ " : " =~ ");
                if (match.Pattern is not (StringSyntax or RegexSyntax))
                {
                    Refuse(RefusalReason.WrongPlace, "The right side of a match is a string or a regular expression.");
                }

                Operand(match.Pattern);
                break;
            default:
                break;
        }
    }

    private void Operand(ValueSyntax operand)
    {
        switch (operand)
        {
            case StringSyntax or NumberSyntax:
                Value(operand);
                break;
            case FieldReferenceSyntax field:
                FieldReference(field);
                break;
            case ArraySyntax array:
                var start = Text.Length;
                Array(array);
                if (ReadsAsFieldReference(Text.ToString(start + 1, Text.Length - start - 1)))
                {
                    Refuse(RefusalReason.OneElementArray, "In a condition an array whose first element is followed or broken by `]` reads as a field reference; compare with `==` instead.");
                }

                break;
            case CallSyntax call when Deeper():
                Token(call.Name, Tokens.IsBareword(call.Name), "a function's name is two or more letters, digits and `_`");
                Text.Append('(');
                Separated(call.Arguments, Operand);
                Text.Append(')');
                _depth--;
                break;
            case RegexSyntax regex:
                Text.Append('/').Append(regex.Text).Append('/');
                CheckDelimited(regex.Text, '/');
                break;
            case CallSyntax:
                break;
            default:
                Refuse(RefusalReason.WrongPlace, "Barewords, hashes and codecs can't stand in conditions.");
                break;
        }
    }

    private static bool ReadsAsFieldReference(string afterBracket) =>
        afterBracket.AsSpan().IndexOfAny("[],") is var end and > 0 && afterBracket[end] == ']';

    private void FieldReference(FieldReferenceSyntax field)
    {
        Text.Append(field.ToReference());
        if (field.Parts.Count == 0 || field.Parts.Any(part => part.Length == 0 || part.AsSpan().IndexOfAny("[],") >= 0))
        {
            Refuse(RefusalReason.InvalidToken, "A field reference is one or more parts, none empty, none with a bracket or comma.");
        }
    }

    private void Array(ArraySyntax array)
    {
        if (!Deeper())
        {
            return;
        }

        Text.Append('[');
        Separated(array.Items, Value);
        Text.Append(']');
        _depth--;
    }

    private void Separated(SyntaxList<ValueSyntax> items, Action<ValueSyntax> write)
    {
        for (var i = 0; i < items.Count; i++)
        {
            Text.Append(i == 0 ? "" : ", ");
            Enter(i);
            write(items[i]);
            Leave();
        }
    }

    private void Hash(HashSyntax hash)
    {
        if (!Deeper())
        {
            return;
        }

        var oneLine = hash.Entries.Count < 2;
        Text.Append('{');
        Indent++;
        foreach (var entry in hash.Entries)
        {
            if (oneLine)
            {
                Text.Append(' ');
            }
            else
            {
                Text.Append('\n');
                StartLine();
            }

            if (entry.Key is NumberSyntax or BarewordSyntax or StringSyntax)
            {
                Value(entry.Key);
            }
            else
            {
                Refuse(RefusalReason.WrongPlace, "The key of a hash is a number, a bareword or a string.");
            }

            Text.Append(" => ");
            Enter("{}");
            Value(entry.Value);
            Leave();
        }

        Indent--;
        Text.Append(oneLine ? " " : "\n");
        if (!oneLine)
        {
            StartLine();
        }

        Text.Append('}');
        _depth--;
    }

    private void Quoted(string text, QuoteKind quote)
    {
        Text.Append(quote.Mark()).Append(text).Append(quote.Mark());
        if (quote == QuoteKind.Bare)
        {
            Refuse(RefusalReason.InvalidToken, "A string is quoted.");
        }

        CheckDelimited(text, quote.Mark());
    }

    private void CheckDelimited(string text, char mark)
    {
        if (text.EndsWith('\\'))
        {
            Refuse(RefusalReason.TrailingBackslash, "A quoted text can't end in a backslash; put the value into an environment variable and write a placeholder.");
        }
        else if (!Quoting.ClosesAtItsEnd(text, mark))
        {
            Refuse(RefusalReason.DelimiterInside, $"A text between `{mark}` marks holds `{mark}` without a backslash before it.");
        }
    }

    private void Token(string text, bool valid, string rule)
    {
        Text.Append(text);
        if (!valid)
        {
            Refuse(RefusalReason.InvalidToken, $"Not writable: {rule}.");
        }
    }

    private bool Deeper()
    {
        if (_depth < LogstashConfig.MaxDepth)
        {
            _depth++;
            return true;
        }

        Refuse(RefusalReason.TooDeep, $"Nested deeper than {LogstashConfig.MaxDepth} levels.");
        return false;
    }
}
