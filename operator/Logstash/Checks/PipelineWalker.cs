using System.Text.RegularExpressions;
using KafkaLogstash.Logstash.Catalogue;
using KafkaLogstash.Logstash.Syntax;
using KafkaLogstash.Logstash.Writing;

namespace KafkaLogstash.Logstash.Checks;

/// <summary>The checks of plugins, values and conditions.</summary>
internal sealed partial class PipelineWalker(PipelineContext context, HashSet<string> ids) : SyntaxWalker
{
    private const string KafkaMetadata = "[@metadata][kafka]";
    private const string KafkaHeaders = "[@metadata][kafka][headers]";

    private readonly PluginPolicy _policy = new(context.DeniedPlugins);
    private readonly PluginNames? _names = context.Version is { } version ? PluginNames.For(version) : null;

    private bool _keysAreWritten;

    public List<Finding> Findings { get; } = [];

    protected override void VisitSection(SectionSyntax section)
    {
        if (section.Kind == SectionKind.Filter && Dropping.Find(section.Items) is { } drop)
        {
            Warn("drops-everything", drop.Span, "Every event is dropped here; put `drop` into a branch, or give it a `percentage`.");
        }

        base.VisitSection(section);
    }

    protected override void VisitItemPlugin(PluginSyntax plugin)
    {
        var name = plugin.Name.Text;
        if (plugin.Name.Quote != QuoteKind.Bare)
        {
            Fail("quoted-plugin-name", plugin.Name.Span, $"Logstash does not find a plugin whose name is in quotes; write {Shown(name)} without them.");
        }
        else if (_policy.Denial(Section.Keyword(), name) is { } denied)
        {
            Deny(plugin.Name.Span, Section.Keyword(), name, denied);
        }
        else if (_names is not null && !_names.In(Section).Contains(name))
        {
            UnknownPlugin(plugin.Name);
        }

        foreach (var (code, message) in PodFitness.Of(Section, plugin, context))
        {
            Warn(code, plugin.Name.Span, message);
        }

        CheckRepeats(plugin);
        VisitPlugin(plugin);
    }

    protected override void VisitAttribute(AttributeSyntax attribute)
    {
        if (attribute.Name.Text == "codec")
        {
            CheckCodec(attribute.Value);
        }

        // In these the keys name fields that are written, elsewhere (rename, copy, match) fields that are read.
        _keysAreWritten = attribute.Name.Text is "add_field" or "replace" or "update";
        base.VisitAttribute(attribute);
    }

    protected override void VisitKey(ValueSyntax key)
    {
        if (!_keysAreWritten && TextOf(key) is { } text)
        {
            CheckMetadata(text, key.Span);
        }
    }

    protected override void VisitCondition(ConditionSyntax condition)
    {
        if (condition.Rest.Count > 1 && condition.Rest.FirstOrDefault(operand => operand.Operator is BooleanOperator.Xor or BooleanOperator.Nand) is { } lone)
        {
            Fail("mixed-operators", lone.Span, $"`{lone.Operator.Keyword()}` has no precedence, so it works only alone: put parentheses around it and its two sides.");
        }

        base.VisitCondition(condition);
    }

    protected override void VisitExpression(ExpressionSyntax expression)
    {
        switch (expression)
        {
            case MembershipSyntax { Right: FieldReferenceSyntax field }:
                CheckArrayTrap(field, "compare with `==` instead of `in`");
                break;
            case ComparisonSyntax { Left: ArraySyntax } or ComparisonSyntax { Right: ArraySyntax }:
                Warn("array-comparison", expression.Span, "Only the first element of the array is compared; use `in`, or compare one by one.");
                break;
            case ComparisonSyntax { Right: FieldReferenceSyntax field }:
                CheckArrayTrap(field, "leave the brackets out");
                break;
            case MatchSyntax { Left: NumberSyntax }:
                Fail("number-match", expression.Span, "A number can't be matched against a pattern; Logstash refuses it.");
                break;
            default:
                break;
        }

        base.VisitExpression(expression);
    }

    protected override void VisitValue(ValueSyntax value, bool inCondition)
    {
        switch (value)
        {
            case StringSyntax text:
                CheckString(text, inCondition);
                break;
            case NumberSyntax number:
                CheckNumber(number);
                break;
            case HashSyntax hash:
                CheckKeys(hash);
                break;
            case CallSyntax call:
                var hint = call.Name == "not" ? "write `!` and a field or parentheses: `![field]`, `!(…)`" : "Logstash has no functions";
                Fail("method-call", call.Span, $"`{Shown(call.Name)}(…)` is read as a function call, which does nothing of what it says: {hint}.");
                break;
            case FieldReferenceSyntax field:
                CheckMetadata(field.ToReference(), field.Span);
                break;
            default:
                break;
        }

        base.VisitValue(value, inCondition);
    }

    private void UnknownPlugin(NameSyntax name)
    {
        var known = _names!.In(Section);
        var message = name.Text switch
        {
            "else" => "`else` does not follow an `if` here, so Logstash takes it for a plugin.",
            "if" or "elsif" or "elif" => $"Logstash takes `{name.Text}` for a plugin here; a branch needs a condition and a block.",
            _ => $"The official image of Logstash {context.Version} has no {Section.Keyword()} `{Shown(name.Text)}`{NearestName.Hint(name.Text, known)}",
        };
        Warn("unknown-plugin", name.Span, message);
    }

    private void CheckRepeats(PluginSyntax plugin)
    {
        var codecs = plugin.Attributes.Where(attribute => attribute.Name.Text == "codec").ToList();
        if (codecs.Count > 1 && codecs.TrueForAll(codec => codec.Value is PluginValueSyntax))
        {
            Fail("two-codecs", codecs[1].Span, "A plugin has one codec; Logstash refuses a second one.");
        }

        foreach (var id in plugin.Attributes.Where(attribute => attribute.Name.Text == "id"))
        {
            if (TextOf(id.Value) is { } text && !ids.Add(text))
            {
                Fail("duplicate-id", id.Value.Span, "Another plugin of this pipeline has this id; Logstash refuses the pipeline.");
            }
        }
    }

    private void CheckCodec(ValueSyntax value)
    {
        var name = value is PluginValueSyntax codec ? codec.Plugin.Name.Text : TextOf(value);
        if (name is null)
        {
            return;
        }

        if (Quoting.HasPlaceholder(name))
        {
            if (_policy.DeniesCodecs)
            {
                Fail("denied-plugin", value.Span, "A codec whose name stands in a variable can't be held against the plugins that this platform denies; write its name.");
            }

            return;
        }

        if (_policy.Denial("codec", name) is { } denied)
        {
            Deny(value.Span, "codec", name, denied);
        }
        else if (_names is not null && !_names.Codecs.Contains(name))
        {
            Warn("unknown-plugin", value.Span, $"The official image of Logstash {context.Version} has no codec `{Shown(name)}`{NearestName.Hint(name, _names.Codecs)}");
        }
    }

    private void CheckKeys(HashSyntax hash)
    {
        var seen = new Dictionary<string, ValueSyntax>(StringComparer.Ordinal);
        foreach (var key in hash.Entries.Select(entry => entry.Key))
        {
            var text = TextOf(key);
            if (text is null || seen.TryAdd(text, key))
            {
                continue;
            }

            if (key.Equals(seen[text]))
            {
                Fail("duplicate-key", key.Span, $"The key `{Shown(text)}` stands twice in this hash; Logstash refuses that.");
            }
            else
            {
                Warn("duplicate-key", key.Span, $"The key `{Shown(text)}` stands twice in this hash, written differently; the later one wins.");
            }
        }
    }

    private void CheckNumber(NumberSyntax number)
    {
        var digits = number.Text.AsSpan().TrimStart('-');
        if (digits.Length < 2 || digits[0] != '0' || digits.Contains('.'))
        {
            return;
        }

        if (digits.ContainsAny('8', '9'))
        {
            Fail("octal-number", number.Span, "A number with a leading zero is octal, and octal numbers have no 8 or 9; leave the zeros out.");
        }
        else
        {
            Warn("octal-number", number.Span, "A number with a leading zero is octal: `010` is 8. Leave the zeros out.");
        }
    }

    private void CheckArrayTrap(FieldReferenceSyntax field, string instead)
    {
        if (field.Parts is not [var part])
        {
            return;
        }

        var text = part.Trim();
        var quoted = text.Length > 1 && text[0] is '"' or '\'' && text[^1] == text[0];
        if (quoted || Tokens.IsNumber(text))
        {
            Warn("one-element-array", field.Span, $"An array of one element in a condition is read as the field of that name; {instead}.");
        }
    }

    private void CheckString(StringSyntax text, bool inCondition)
    {
        CheckMetadata(text.Text, text.Span);
        if (!text.Text.Contains("${", StringComparison.Ordinal))
        {
            return;
        }

        if (Placeholder.HasDashed(text.Text))
        {
            Warn("not-a-placeholder", text.Span, "A name with a dash is never replaced: `${…}` takes letters, digits, `_` and `.` only.");
        }

        var placeholders = Placeholder.Find(text.Text).ToList();
        if (inCondition && placeholders is [var first, ..] && first.End - first.Start < text.Text.Length)
        {
            Warn("not-a-placeholder", text.Span, "In a condition a placeholder is replaced only if the string holds nothing else.");
            return;
        }

        foreach (var name in placeholders.Where(placeholder => !placeholder.HasDefault && context.DefinedEnvironment?.Contains(placeholder.Name) == false).Select(placeholder => placeholder.Name))
        {
            // Only a warning: an image of the user's own may define it.
            Warn("undefined-variable", text.Span, $"Nothing here defines the environment variable `{Shown(name)}`, and without it the pipeline does not start; add it, or give it a default: `${{{Shown(name)}:…}}`.");
        }
    }

    private void CheckMetadata(string text, SourceSpan span)
    {
        if (!text.Contains(KafkaMetadata, StringComparison.Ordinal) && !RubyHash().IsMatch(text))
        {
            return;
        }

        if (context.DecorateEvents == "none")
        {
            Warn("kafka-metadata-missing", span, $"`{KafkaMetadata}` is empty, as the kafka input does not add it; set decorate_events (decorateEvents in a connection) to basic, or to extended for headers too.");
        }
        else if (context.DecorateEvents == "basic" && text.Contains(KafkaHeaders, StringComparison.Ordinal))
        {
            Warn("kafka-metadata-missing", span, $"`{KafkaHeaders}` is empty, as the kafka input does not add it; set decorate_events (decorateEvents in a connection) to extended.");
        }
    }

    private void Deny(SourceSpan span, string kind, string name, string denied)
    {
        var reason = denied == name ? "" : $" does what `{denied}` does, which";
        Fail("denied-plugin", span, $"The {kind} `{name}`{reason} is not allowed on this platform. The operator is told so with --denied-plugins: leave the plugin out, or ask who runs the operator.");
    }

    /// <summary>The same in Ruby code: <c>event.get("[@metadata]")["kafka"]</c>.</summary>
    [GeneratedRegex("""@metadata\]?["']\)\s*\[\s*["']kafka["']""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RubyHash();

    private static string? TextOf(ValueSyntax value) => value switch
    {
        StringSyntax text => text.Text,
        BarewordSyntax word => word.Text,
        NumberSyntax number => number.Text,
        _ => null,
    };

    private static string Shown(string name) => name.Length <= 60 ? name : $"{name[..60]}…";

    private void Warn(string code, SourceSpan span, string message) => Add(Severity.Warning, code, span, message);

    private void Fail(string code, SourceSpan span, string message) => Add(Severity.Error, code, span, message);

    private void Add(Severity severity, string code, SourceSpan span, string message) =>
        Findings.Add(new Finding(severity, code, message) { Section = Section, Span = span.Line == 0 ? null : span });
}
