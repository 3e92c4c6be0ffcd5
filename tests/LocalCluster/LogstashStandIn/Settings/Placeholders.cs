using System.Text.RegularExpressions;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Settings;

/// <summary>
/// Replaces <c>${NAME}</c> and <c>${NAME:default}</c> from the environment the way Logstash does, its surprises included: a value that came from a
/// placeholder is searched for placeholders once more, and a partly replaced one loses a pair of enclosing quotes or becomes a list.
/// </summary>
internal static partial class Placeholders
{
    /// <summary>Replaces the placeholders of a plugin option's value.</summary>
    /// <returns>A string, or a list of strings where the result looks like <c>[a,b]</c>.</returns>
    /// <exception cref="PipelineException">A variable is neither set nor has a default.</exception>
    public static object ReplaceInOption(string text, Surroundings surroundings)
        => Refine(ReplaceWhole(text, surroundings), surroundings);

    /// <summary>Replaces the placeholders of a value in <c>logstash.yml</c> or <c>pipelines.yml</c>.</summary>
    /// <exception cref="PipelineException">A variable is neither set nor has a default.</exception>
    public static string ReplaceInSetting(string text, Surroundings surroundings)
        => Placeholder().Replace(text, match => Resolve(match, surroundings));

    /// <summary>Replaces a text that is exactly one placeholder and leaves every other text alone, as in conditions.</summary>
    /// <exception cref="PipelineException">The variable is neither set nor has a default.</exception>
    public static string ReplaceWhole(string text, Surroundings surroundings)
        => Placeholder().Match(text) is { Success: true, Index: 0 } match && match.Length == text.Length ? Resolve(match, surroundings) : text;

    private static object Refine(string text, Surroundings surroundings)
    {
        var replaced = ReplaceInSetting(text, surroundings);
        if (!Placeholder().IsMatch(text))
        {
            return text;
        }

        replaced = Unquote(Unquote(replaced, '\''), '"');
        return replaced is ['[', .., ']']
            ? replaced[1..^1].Split(',').Select(part => (object)part.Trim()).ToList()
            : replaced;
    }

    private static string Unquote(string text, char quote) => text.Length > 1 && text[0] == quote && text[^1] == quote ? text[1..^1] : text;

    private static string Resolve(Match match, Surroundings surroundings)
    {
        var name = match.Groups["name"].Value;
        if (surroundings.Value(name) is { } value)
        {
            return value;
        }

        var fallback = match.Groups["default"];
        return fallback.Success
            ? fallback.Value
            : throw new PipelineException(
                $"Cannot evaluate `${{{name}}}`. Replacement variable `{name}` is not defined in a Logstash secret store or an environment entry "
                + "and there is no default value given.");
    }

    [GeneratedRegex(@"\$\{(?<name>[A-Za-z_.][A-Za-z0-9_.]*)(:(?<default>[^}]*))?\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();
}
