using System.Text;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Logstash;

/// <summary>
/// Reads the Logstash config language. It accepts exactly what the grammar inside Logstash (8.x and 9.x) accepts, takes linear time,
/// and answers every text with a tree or with errors: it never throws for what a text says.
/// </summary>
public static class LogstashConfig
{
    /// <summary>How deep brackets, braces and parentheses may nest. Logstash itself runs out of stack at some such depth.</summary>
    public const int MaxDepth = 1000;

    /// <summary>Reads a whole config: sections with their plugins.</summary>
    /// <param name="text">The text. A byte order mark is an error, as it is to Logstash.</param>
    /// <returns>The tree and the errors.</returns>
    public static ParseResult Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ConfigParser(text, section: null).ParseDocument();
    }

    /// <summary>Reads a whole config from a file's bytes, which must be UTF-8.</summary>
    /// <param name="utf8">The bytes.</param>
    /// <returns>The tree and the errors; for bytes that are not UTF-8, one error that names the first such place.</returns>
    public static ParseResult Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return Parse(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(utf8));
        }
        catch (DecoderFallbackException)
        {
            return ConfigParser.NotUtf8(Encoding.UTF8.GetString(utf8));
        }
    }

    /// <summary>Reads the body of a section: what stands between its braces.</summary>
    /// <param name="section">The section it belongs to.</param>
    /// <param name="text">The text. A closing brace that nothing opened is an error: a body can't leave its section.</param>
    /// <returns>A document with that one section, and the errors with places in <paramref name="text"/>.</returns>
    public static ParseResult ParseBody(SectionKind section, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ConfigParser(text, section).ParseBody(section);
    }

    /// <summary>Reads a condition, the text between <c>if</c> and <c>{</c>.</summary>
    /// <param name="text">For example <c>[type] == "order"</c>. Blanks and comments around it are skipped.</param>
    /// <returns>The condition or the errors.</returns>
    public static FragmentResult<ConditionSyntax> ParseCondition(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ConfigParser(text, section: null).ParseConditionAlone();
    }

    /// <summary>Reads the value of an attribute, for example a codec with its options.</summary>
    /// <param name="text">For example <c>json { charset =&gt; "UTF-8" }</c>.</param>
    /// <returns>The value or the errors.</returns>
    public static FragmentResult<ValueSyntax> ParseValue(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ConfigParser(text, section: null).ParseValueAlone();
    }
}
