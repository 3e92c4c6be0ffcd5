using System.Text;

namespace KafkaLogstash.Controller.Rendering.Bridges;

/// <summary>
/// Turns a Java regular expression for names of topics into what librdkafka takes: a POSIX extended one that begins with <c>^</c>. The two agree on what patterns of topics
/// are made of (characters, <c>.</c>, lists in brackets, groups, alternatives, repetition); the rest is refused.
/// </summary>
internal static class SubscriptionPattern
{
    private const string Instead = "Write it with characters, '.', lists in brackets, groups, '|' and repetition.";

    /// <summary>The subscription.</summary>
    /// <exception cref="FormatException">The pattern can't be turned.</exception>
    public static string Of(string pattern) => TryTranslate(pattern, out var translated) is { } problem ? throw new FormatException(problem.Message) : $"^({translated})$";

    /// <summary>Says why a pattern can't be turned; null where it can.</summary>
    public static (int Position, string Message)? Problem(string pattern) => TryTranslate(pattern, out _);

    private static (int Position, string Message)? TryTranslate(string pattern, out string translated)
    {
        var output = new StringBuilder();
        translated = "";
        for (var i = 0; i < pattern.Length; i++)
        {
            var next = i + 1 < pattern.Length ? pattern[i + 1] : '\0';
            switch (pattern[i])
            {
                case '\\':
                    if (Escape(next) is not { } escape)
                    {
                        return (i + 1, $"A bridge's subscription has no '\\{next}'. {Instead}");
                    }

                    output.Append(escape);
                    i++;
                    break;
                case '(' when next == '?':
                    if (i + 2 >= pattern.Length || pattern[i + 2] != ':')
                    {
                        return (i + 1, $"A bridge's subscription has no groups that begin with '(?'. {Instead}");
                    }

                    output.Append('(');
                    i += 2;
                    break;
                case '*' or '+' or '?' or '}' when next is '?' or '+':
                    return (i + 2, $"A bridge's subscription has no lazy or possessive repetition. {Instead}");
                case '[':
                    var end = pattern.IndexOf(']', Math.Min(pattern.Length, i + (next == '^' ? 3 : 2)));
                    var list = end < 0 ? pattern[i..] : pattern[i..(end + 1)];
                    if (end < 0 || list.AsSpan(1).ContainsAny('[', '\\', '&'))
                    {
                        return (i + 1, $"A bridge's subscription has only plain lists in brackets, such as [a-z0-9_], without '[', '\\' and '&' in them. {Instead}");
                    }

                    output.Append(list);
                    i = end;
                    break;
                case var character when char.IsAscii(character):
                    output.Append(character);
                    break;
                default:
                    return (i + 1, "A topic's name is made of letters a-z and A-Z, digits, '.', '_' and '-'.");
            }
        }

        translated = output.ToString();
        return null;
    }

    private static string? Escape(char escaped) => escaped switch
    {
        'd' => "[0-9]",
        'w' => "[a-zA-Z0-9_]",
        '-' or '_' => escaped.ToString(),
        '.' or '\\' or '[' or ']' or '(' or ')' or '{' or '}' or '*' or '+' or '?' or '|' or '^' or '$' => $"\\{escaped}",
        _ => null,
    };
}
