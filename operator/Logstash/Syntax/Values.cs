using System.Text;

namespace KafkaLogstash.Logstash.Syntax;

/// <summary>
/// A value of an attribute, or an operand of a condition. Attributes take plugins (codecs), barewords, strings, numbers, arrays and hashes;
/// operands are strings, numbers, arrays, field references, calls and regular expressions.
/// </summary>
public abstract record ValueSyntax : SyntaxNode;

/// <summary>A plugin as a value: <c>codec =&gt; json { … }</c>.</summary>
/// <param name="Plugin">The plugin.</param>
public sealed record PluginValueSyntax(PluginSyntax Plugin) : ValueSyntax;

/// <summary>An unquoted word of two or more letters, digits and <c>_</c>, not starting with a digit. To Logstash it is a string.</summary>
/// <param name="Text">The word.</param>
public sealed record BarewordSyntax(string Text) : ValueSyntax;

/// <summary>A quoted string.</summary>
/// <param name="Text">The characters between the quotes as they are written: a backslash stays.</param>
/// <param name="Quote">Double or single.</param>
public sealed record StringSyntax(string Text, QuoteKind Quote = QuoteKind.DoubleQuoted) : ValueSyntax
{
    /// <summary>The value that Logstash gives to the plugin.</summary>
    /// <param name="supportEscapes">Whether <c>config.support_escapes</c> is on; otherwise the text is used as it is.</param>
    /// <returns>The value before placeholders are replaced.</returns>
    public string Value(bool supportEscapes)
    {
        if (!supportEscapes || !Text.Contains('\\', StringComparison.Ordinal))
        {
            return Text;
        }

        var value = new StringBuilder(Text.Length);
        for (var at = 0; at < Text.Length; at++)
        {
            if (Text[at] != '\\' || at + 1 == Text.Length)
            {
                value.Append(Text[at]);
                continue;
            }

            at++;
            _ = Text[at] switch
            {
                'n' => value.Append('\n'),
                'r' => value.Append('\r'),
                't' => value.Append('\t'),
                '0' => value.Append('\0'),
                '\\' or '"' or '\'' => value.Append(Text[at]),
                var other => value.Append('\\').Append(other),
            };
        }

        return value.ToString();
    }
}

/// <summary>A number: digits, perhaps a leading minus, perhaps a dot and more digits. A leading zero makes Logstash read it as octal.</summary>
/// <param name="Text">The number as written.</param>
public sealed record NumberSyntax(string Text) : ValueSyntax;

/// <summary>Values in brackets, separated by commas.</summary>
/// <param name="Items">The elements.</param>
public sealed record ArraySyntax(SyntaxList<ValueSyntax> Items) : ValueSyntax;

/// <summary>Entries in braces, separated by blanks or by nothing.</summary>
/// <param name="Entries">The entries; Logstash refuses a key that repeats.</param>
public sealed record HashSyntax(SyntaxList<HashEntrySyntax> Entries) : ValueSyntax;

/// <summary><c>key =&gt; value</c> inside a hash.</summary>
/// <param name="Key">A number, a bareword or a string.</param>
/// <param name="Value">The value.</param>
public sealed record HashEntrySyntax(ValueSyntax Key, ValueSyntax Value) : SyntaxNode;

/// <summary>A reference to an event's field: <c>[a][b]</c>.</summary>
/// <param name="Parts">The texts between the brackets, blanks and quotes included; none empty, none with a bracket or a comma.</param>
public sealed record FieldReferenceSyntax(SyntaxList<string> Parts) : ValueSyntax
{
    /// <summary>The reference as written.</summary>
    /// <returns>For example <c>[a][b]</c>.</returns>
    public string ToReference() => string.Concat(Parts.Select(part => $"[{part}]"));
}

/// <summary>A call, <c>name(…)</c>. The grammar has it, but Logstash implements no function.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Arguments">Its operands.</param>
public sealed record CallSyntax(string Name, SyntaxList<ValueSyntax> Arguments) : ValueSyntax;

/// <summary>A regular expression between slashes, in Ruby's dialect.</summary>
/// <param name="Text">The characters between the slashes as written.</param>
public sealed record RegexSyntax(string Text) : ValueSyntax;
