using System.Globalization;
using System.Text.Json;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Logstash.Writing;

/// <summary>A value for a generated attribute. It becomes exactly this value in Logstash, or it is refused when the text is built.</summary>
public abstract record ConfigValue
{
    private ConfigValue()
    {
    }

    /// <summary>A string, quoted as its content needs it.</summary>
    /// <param name="value">The value that the plugin is to get.</param>
    /// <param name="allowPlaceholders">Whether <c>${NAME}</c> in it is meant to be replaced; otherwise it is refused.</param>
    /// <returns>The value.</returns>
    public static ConfigValue Text(string value, bool allowPlaceholders = false) => new TextValue(value, allowPlaceholders);

    /// <summary>A whole number.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The value.</returns>
    public static ConfigValue Number(long value) => new SyntaxValue(new NumberSyntax(value.ToString(CultureInfo.InvariantCulture)));

    /// <summary><c>true</c> or <c>false</c>.</summary>
    /// <param name="value">Which.</param>
    /// <returns>The value.</returns>
    public static ConfigValue Boolean(bool value) => new SyntaxValue(new BarewordSyntax(value ? "true" : "false"));

    /// <summary>A value that is exactly one placeholder, which Logstash replaces verbatim from its environment or keystore.</summary>
    /// <param name="name">The variable's name: letters, digits, <c>_</c> and <c>.</c>, not starting with a digit.</param>
    /// <returns>The value.</returns>
    public static ConfigValue Placeholder(string name) => new PlaceholderValue(name);

    /// <summary>An array.</summary>
    /// <param name="items">Its elements.</param>
    /// <returns>The value.</returns>
    public static ConfigValue Array(IEnumerable<ConfigValue> items) => new ArrayValue([.. items]);

    /// <summary>A hash; keys are quoted, and may not repeat.</summary>
    /// <param name="entries">Its entries.</param>
    /// <returns>The value.</returns>
    public static ConfigValue Hash(IEnumerable<KeyValuePair<string, ConfigValue>> entries) => new HashValue([.. entries]);

    /// <summary>A value that was read from text, for example a codec with its options.</summary>
    /// <param name="value">The tree.</param>
    /// <returns>The value.</returns>
    public static ConfigValue Syntax(ValueSyntax value) => new SyntaxValue(value);

    /// <summary>A value from JSON, as the free options of a resource have it. Strings may hold placeholders.</summary>
    /// <param name="element">The JSON value; null is refused.</param>
    /// <returns>The value.</returns>
    public static ConfigValue FromJson(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Text(element.GetString()!, allowPlaceholders: true),
        JsonValueKind.Number => new JsonNumber(element.GetRawText()),
        JsonValueKind.True => Boolean(true),
        JsonValueKind.False => Boolean(false),
        JsonValueKind.Array => Array(element.EnumerateArray().Select(FromJson)),
        JsonValueKind.Object => Hash(element.EnumerateObject().Select(entry => KeyValuePair.Create(entry.Name, FromJson(entry.Value)))),
        _ => new NullValue(),
    };

    internal abstract ValueSyntax? ToSyntax(SyntaxEmitter refusals, bool supportEscapes);

    private static StringSyntax? Quote(string value, SyntaxEmitter refusals, bool supportEscapes)
    {
        if (Quoting.TryQuote(value, supportEscapes, out var literal, out var reason))
        {
            return literal;
        }

        refusals.Refuse(reason, reason == RefusalReason.TrailingBackslash
            ? "A quoted value can't end in a backslash; put it into an environment variable and write a placeholder."
            : "A value can't hold both kinds of quotation marks; set `config.support_escapes: true`, or put it into an environment variable and write a placeholder.");
        return null;
    }

    private sealed record TextValue(string Value, bool AllowPlaceholders) : ConfigValue
    {
        internal override ValueSyntax? ToSyntax(SyntaxEmitter refusals, bool supportEscapes)
        {
            if (AllowPlaceholders || !Quoting.HasPlaceholder(Value))
            {
                return Quote(Value, refusals, supportEscapes);
            }

            refusals.Refuse(
                RefusalReason.Placeholder,
                "The value holds `${…}`, which Logstash would replace and for which it has no escape; put the value into an environment variable.");
            return null;
        }
    }

    private sealed record PlaceholderValue(string Name) : ConfigValue
    {
        internal override ValueSyntax? ToSyntax(SyntaxEmitter refusals, bool supportEscapes)
        {
            if (Tokens.IsPlaceholderName(Name))
            {
                return new StringSyntax($"${{{Name}}}");
            }

            refusals.Refuse(RefusalReason.InvalidToken, "The name of a placeholder is letters, digits, `_` and `.`, and does not start with a digit.");
            return null;
        }
    }

    private sealed record JsonNumber(string Raw) : ConfigValue
    {
        internal override ValueSyntax? ToSyntax(SyntaxEmitter refusals, bool supportEscapes)
        {
            var text = Raw;
            if (!Tokens.IsNumber(text) && decimal.TryParse(Raw, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            {
                text = number.ToString(CultureInfo.InvariantCulture);
            }

            if (Tokens.IsNumber(text))
            {
                return new NumberSyntax(text);
            }

            refusals.Refuse(RefusalReason.InvalidToken, "The number has an exponent that can't be written out; write it in plain digits.");
            return null;
        }
    }

    private sealed record NullValue : ConfigValue
    {
        internal override ValueSyntax? ToSyntax(SyntaxEmitter refusals, bool supportEscapes)
        {
            refusals.Refuse(RefusalReason.WrongPlace, "Logstash configs have no null; leave the option out.");
            return null;
        }
    }

    private sealed record SyntaxValue(ValueSyntax Value) : ConfigValue
    {
        internal override ValueSyntax? ToSyntax(SyntaxEmitter refusals, bool supportEscapes) => Value;
    }

    private sealed record ArrayValue(SyntaxList<ConfigValue> Items) : ConfigValue
    {
        internal override ValueSyntax? ToSyntax(SyntaxEmitter refusals, bool supportEscapes)
        {
            var items = new List<ValueSyntax>(Items.Count);
            for (var i = 0; i < Items.Count; i++)
            {
                refusals.Enter(i);
                if (Items[i].ToSyntax(refusals, supportEscapes) is { } item)
                {
                    items.Add(item);
                }

                refusals.Leave();
            }

            return new ArraySyntax([.. items]);
        }
    }

    private sealed record HashValue(SyntaxList<KeyValuePair<string, ConfigValue>> Entries) : ConfigValue
    {
        internal override ValueSyntax? ToSyntax(SyntaxEmitter refusals, bool supportEscapes)
        {
            var entries = new List<HashEntrySyntax>(Entries.Count);
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (key, value) in Entries)
            {
                refusals.Enter(key);
                if (!seen.Add(key))
                {
                    refusals.Refuse(RefusalReason.DuplicateKey, "The key stands twice in this hash.");
                }
                else if (Quote(key, refusals, supportEscapes) is { } name && value.ToSyntax(refusals, supportEscapes) is { } node)
                {
                    entries.Add(new HashEntrySyntax(name, node));
                }

                refusals.Leave();
            }

            return new HashSyntax([.. entries]);
        }
    }
}
