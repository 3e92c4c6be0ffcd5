using CsCheck;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Tests.Unit.Logstash;

/// <summary>Random syntax trees that can be written.</summary>
internal static class Trees
{
    private const string TextCharacters = "ab Z09_-.,:;#%{}[]()=>!/$\n\té€😀";

    private static readonly Gen<string> NameText = Gen.String[Gen.Char["abifelsnotu019_-"], 1, 8];

    private static readonly Gen<string> WordText = Gen.Select(Gen.Char["abino_T"], Gen.String[Gen.Char["andxor_09Z"], 1, 6], (first, rest) => first + rest);

    private static readonly Gen<StringSyntax> Text = Gen.Select(
        OneOf([.. TextCharacters.EnumerateRunes().Select(rune => rune.ToString()), "\\\"", "\\'", "\\x", "'", "\""]).Array[0, 8],
        Gen.Bool,
        (parts, single) => single
            ? new StringSyntax(Without(parts, "'"), QuoteKind.SingleQuoted)
            : new StringSyntax(Without(parts, "\""), QuoteKind.DoubleQuoted));

    private static readonly Gen<NumberSyntax> Number = Gen.Select(
        Gen.Bool, Gen.Int[0, 12000], Gen.Int[-1, 99], (minus, whole, part) => new NumberSyntax($"{(minus ? "-" : "")}{whole}{(part < 0 ? "" : part == 0 ? "." : $".{part}")}"));

    private static readonly Gen<NameSyntax> Name = Gen.Frequency(
        (9, NameText.Select(text => new NameSyntax(text))), (1, Text.Select(text => new NameSyntax(text.Text, text.Quote))));

    private static readonly Gen<BarewordSyntax> Word = WordText.Select(text => new BarewordSyntax(text));

    private static readonly Gen<FieldReferenceSyntax> Field =
        Gen.String[Gen.Char["ab@ \"'0.#"], 1, 5].Array[1, 3].Select(parts => new FieldReferenceSyntax([.. parts]));

    private static readonly Gen<RegexSyntax> Regex =
        OneOf("a", "^", ".*", "\\/", "[", "{2}", "\"", "#", "\n").Array[0, 6].Select(parts => new RegexSyntax(string.Concat(parts)));

    private static readonly Gen<ValueSyntax> AnyText = Text.Select(value => (ValueSyntax)value);

    private static readonly Gen<ValueSyntax> AnyNumber = Number.Select(value => (ValueSyntax)value);

    private static readonly Gen<ValueSyntax> AnyWord = Word.Select(value => (ValueSyntax)value);

    private static readonly Gen<ValueSyntax> AnyField = Field.Select(value => (ValueSyntax)value);

    private static readonly Gen<ValueSyntax> AnyRegex = Regex.Select(value => (ValueSyntax)value);

    public static readonly Gen<ConfigDocument> Document =
        Gen.Select(Gen.Enum<SectionKind>(), Items(3)).Select((kind, items) => new SectionSyntax(kind, items)).Array[0, 3].Select(sections => new ConfigDocument([.. sections]));

    public static Gen<ValueSyntax> Value(int depth) => depth == 0
        ? Gen.OneOf(AnyText, AnyNumber, AnyWord)
        : Gen.OneOf(
            AnyText,
            AnyNumber,
            AnyWord,
            Value(depth - 1).Array[0, 3].Select(items => (ValueSyntax)new ArraySyntax([.. items])),
            Entry(depth - 1).Array[0, 3].Select(entries => (ValueSyntax)new HashSyntax([.. entries])),
            Plugin(depth - 1).Select(plugin => (ValueSyntax)new PluginValueSyntax(plugin)));

    public static Gen<ConditionSyntax> Condition(int depth) => Gen.Select(
        Expression(depth),
        Gen.Select(Gen.Enum<BooleanOperator>(), Expression(depth), (op, expression) => new OperandSyntax(op, expression)).Array[0, 2],
        (first, rest) => new ConditionSyntax(first, [.. rest]));

    private static Gen<ExpressionSyntax> Expression(int depth)
    {
        var operand = Operand(1);
        var simple = Gen.OneOf(
            operand.Select(value => (ExpressionSyntax)new TruthSyntax(value)),
            Field.Select(field => (ExpressionSyntax)new NegatedFieldSyntax(field)),
            Gen.Select(operand, operand, Gen.Bool, (left, right, negated) => (ExpressionSyntax)new MembershipSyntax(left, right, negated)),
            Gen.Select(operand, Gen.Enum<ComparisonOperator>(), operand, (left, op, right) => (ExpressionSyntax)new ComparisonSyntax(left, op, right)),
            Gen.Select(
                operand,
                Gen.OneOf(AnyRegex, AnyText),
                Gen.Bool,
                (left, pattern, negated) => (ExpressionSyntax)new MatchSyntax(left, pattern, negated)));
        return depth == 0
            ? simple
            : Gen.OneOf(simple, Gen.Select(Condition(depth - 1), Gen.Bool, (inner, negated) => (ExpressionSyntax)new GroupSyntax(inner, negated)));
    }

    private static Gen<ValueSyntax> Operand(int depth)
    {
        var simple = Gen.OneOf(AnyText, AnyNumber, AnyField, AnyRegex);
        return depth == 0
            ? simple
            : Gen.OneOf(
                simple,
                Value(1).Array[0, 3].Where(items => items.Length != 1).Select(items => (ValueSyntax)new ArraySyntax([.. items])),
                Gen.Select(WordText, Operand(depth - 1).Array[0, 2], (name, arguments) => (ValueSyntax)new CallSyntax(name, [.. arguments])));
    }

    private static Gen<SyntaxList<ItemSyntax>> Items(int depth)
    {
        var plugin = Plugin(depth).Select(plugin => (ItemSyntax)plugin);
        var item = depth == 0 ? plugin : Gen.OneOf(plugin, Branch(depth - 1));
        return item.Array[0, 3].Select(items => (SyntaxList<ItemSyntax>)[.. items]);
    }

    private static Gen<ItemSyntax> Branch(int depth) => Gen.Select(
        Gen.Select(Condition(1), Items(depth), (condition, items) => new BranchArmSyntax(condition, new BlockSyntax(items))).Array[1, 3],
        Gen.Bool,
        Items(depth),
        (arms, hasElse, items) => (ItemSyntax)new BranchSyntax([.. arms], hasElse ? new BlockSyntax(items) : null));

    private static Gen<PluginSyntax> Plugin(int depth) => Gen.Select(
        Name,
        Gen.Select(Name, Value(depth), (name, value) => new AttributeSyntax(name, value)).Array[0, 3],
        (name, attributes) => new PluginSyntax(name, [.. attributes]));

    private static Gen<HashEntrySyntax> Entry(int depth) => Gen.Select(
        Gen.OneOf(AnyText, AnyNumber, AnyWord),
        Value(depth),
        (key, value) => new HashEntrySyntax(key, value));

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(index => texts[index]);

    private static string Without(string[] parts, string mark) => string.Concat(parts.Where(part => part != mark)) is var text && text.EndsWith('\\') ? text + "." : text;
}
