using System.Diagnostics.CodeAnalysis;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Logstash.Writing;

/// <summary>Turns values into quoted strings, or says why that is impossible.</summary>
public static class Quoting
{
    /// <summary>Makes the string literal that gives a plugin exactly this value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="supportEscapes">Whether the pipeline runs with <c>config.support_escapes: true</c>.</param>
    /// <param name="literal">The literal; null if there is none.</param>
    /// <param name="reason">Why there is none.</param>
    /// <returns>Whether there is one. Placeholders in the value are not looked at.</returns>
    public static bool TryQuote(string value, bool supportEscapes, [NotNullWhen(true)] out StringSyntax? literal, out RefusalReason reason)
    {
        ArgumentNullException.ThrowIfNull(value);
        literal = null;
        reason = RefusalReason.TrailingBackslash;
        if (value.EndsWith('\\'))
        {
            return false;
        }

        if (!value.Contains('"', StringComparison.Ordinal))
        {
            literal = new StringSyntax(Escaped(value, supportEscapes));
        }
        else if (!value.Contains('\'', StringComparison.Ordinal))
        {
            literal = new StringSyntax(Escaped(value, supportEscapes), QuoteKind.SingleQuoted);
        }
        else if (supportEscapes)
        {
            literal = new StringSyntax(Escaped(value, supportEscapes).Replace("\"", "\\\"", StringComparison.Ordinal));
        }

        reason = RefusalReason.BothQuotes;
        return literal is not null;
    }

    /// <summary>Whether Logstash would replace a part of the value: <c>${NAME}</c> or <c>${NAME:default}</c>.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Whether a placeholder is in it.</returns>
    public static bool HasPlaceholder(string value) => value.Contains("${", StringComparison.Ordinal) && Placeholder.Find(value).Any();

    /// <summary>Whether the parser finds the end of a quoted text where it is meant to be.</summary>
    internal static bool ClosesAtItsEnd(string text, char mark)
    {
        for (var at = text.IndexOf(mark, StringComparison.Ordinal); at >= 0; at = text.IndexOf(mark, at + 1))
        {
            if (at == 0 || text[at - 1] != '\\')
            {
                return false;
            }
        }

        return !text.EndsWith('\\');
    }

    private static string Escaped(string value, bool supportEscapes) =>
        supportEscapes ? value.Replace("\\", "\\\\", StringComparison.Ordinal) : value;
}
