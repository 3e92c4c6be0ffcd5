namespace KafkaLogstash.Api.Validation;

/// <summary>
/// Finds the mistakes that people make in Java's regular expressions (java.util.regex.Pattern). What it lets pass may still be refused by Java, which
/// knows more than .NET: possessive quantifiers, <c>\Q…\E</c>, intersections of classes.
/// </summary>
internal static class JavaPattern
{
    /// <summary>What is wrong with a pattern, or null.</summary>
    public static string? Problem(string pattern)
    {
        var groups = 0;
        var classes = 0;
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '\\' when i == pattern.Length - 1:
                    return "must not end in a single backslash";
                case '\\' when pattern[i + 1] == 'Q':
                    var end = pattern.IndexOf(@"\E", i, StringComparison.Ordinal);
                    i = end < 0 ? pattern.Length : end + 1;
                    break;
                case '\\':
                    i++;
                    break;
                case '[':
                    classes++;
                    break;
                case ']' when classes > 0:
                    classes--;
                    break;
                case '(' when classes == 0:
                    groups++;
                    break;
                case ')' when classes == 0 && --groups < 0:
                    return "has a ')' without a '(' before it";
                case '*' or '+' or '?' when classes == 0 && !HasSomethingBefore(pattern, i):
                    return "must be a Java regular expression, where a quantifier follows what it repeats: write orders-.* for all that begins with orders-";
                default:
                    break;
            }
        }

        return (groups, classes) switch
        {
            (_, > 0) => "has a '[' without a ']' after it",
            ( > 0, _) => "has a '(' without a ')' after it",
            _ => null,
        };
    }

    /// <summary>Whether there is something to repeat; <c>(?</c> opens a special group.</summary>
    private static bool HasSomethingBefore(string pattern, int index) => index > 0 && (pattern[index - 1] is not ('(' or '|') || (pattern[index] == '?' && pattern[index - 1] == '('));
}
