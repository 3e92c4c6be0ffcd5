using System.Text;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Kafka;

/// <summary>
/// A JAAS line, <c>login.module.Class required key="value" … ;</c>, read as Java's StreamTokenizer reads it: quoted values know the escapes
/// <c>\n \t \r \f \b \a \v</c> and octal numbers of up to three digits; any other escaped character stands for itself.
/// </summary>
/// <param name="LoginModule">The class name.</param>
/// <param name="Options">The options.</param>
internal sealed record JaasLine(string LoginModule, IReadOnlyDictionary<string, string> Options)
{
    /// <summary>Reads a line.</summary>
    /// <exception cref="PipelineException">It is no JAAS line. The message does not repeat it, as it holds a password.</exception>
    public static JaasLine Parse(string text)
    {
        var at = 0;
        var module = Word(text, ref at);
        if (module.Length == 0 || Word(text, ref at) is not ("required" or "requisite" or "sufficient" or "optional"))
        {
            throw Wrong("it must start with a login module's class and the word required");
        }

        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        while (true)
        {
            SkipBlanks(text, ref at);
            if (at >= text.Length)
            {
                throw Wrong("it must end with a semicolon");
            }

            if (text[at] == ';')
            {
                return new JaasLine(module, options);
            }

            var key = Word(text, ref at);
            SkipBlanks(text, ref at);
            if (key.Length == 0 || at >= text.Length || text[at++] != '=')
            {
                throw Wrong("its options must have the form key=\"value\"");
            }

            SkipBlanks(text, ref at);
            options[key] = at < text.Length && text[at] is '"' or '\'' ? Quoted(text, ref at) : Word(text, ref at);
        }
    }

    private static void SkipBlanks(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }
    }

    private static string Word(string text, ref int at)
    {
        SkipBlanks(text, ref at);
        var start = at;
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '.' or '_' or '-' or '$' or '/' or ':'))
        {
            at++;
        }

        return text[start..at];
    }

    private static string Quoted(string text, ref int at)
    {
        var quote = text[at++];
        var value = new StringBuilder();
        while (at < text.Length && text[at] is not ('\n' or '\r'))
        {
            var character = text[at++];
            if (character == quote)
            {
                return value.ToString();
            }

            value.Append(character == '\\' && at < text.Length ? Escaped(text, ref at) : character);
        }

        throw Wrong("a quoted value is not closed");
    }

    private static char Escaped(string text, ref int at)
    {
        var character = text[at++];
        if (character is >= '0' and <= '7')
        {
            // Three digits only below 0400, as the result is one byte.
            var digits = character <= '3' ? 3 : 2;
            var start = at - 1;
            while (at < text.Length && at - start < digits && text[at] is >= '0' and <= '7')
            {
                at++;
            }

            return (char)Convert.ToInt32(text[start..at], 8);
        }

        return character switch
        {
            'a' => '\a',
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\v',
            _ => character,
        };
    }

    private static PipelineException Wrong(string why) => new($"sasl_jaas_config is no JAAS line: {why}.");
}
