using System.Text.RegularExpressions;

namespace KafkaLogstash.Tests.Monitoring;

/// <summary>Looks into expressions as far as names go; whether they are right, promtool says.</summary>
internal static partial class PromQl
{
    /// <summary>What an expression asks of our metrics that they have not: metrics, and labels in their selectors.</summary>
    public static IEnumerable<string> Unknown(string expression, IEnumerable<MetricFamily> known)
    {
        var families = known.SelectMany(family => family.SeriesNames.Select(name => (name, family))).ToDictionary(pair => pair.name, pair => pair.family, StringComparer.Ordinal);
        var selectors = Selector().Matches(expression);
        if (selectors.Count == 0)
        {
            yield return $"'{expression}' asks for nothing of ours";
        }

        foreach (Match selector in selectors)
        {
            if (!families.TryGetValue(selector.Groups["name"].Value, out var family))
            {
                yield return $"no metric {selector.Groups["name"].Value}";
                continue;
            }

            foreach (Match label in Matcher().Matches(selector.Groups["matchers"].Value))
            {
                var name = label.Groups["label"].Value;
                if (name is not ("namespace" or "name" or "pod" or "job" or "instance" or "le") && !family.Labels.Contains(name, StringComparer.Ordinal))
                {
                    yield return $"no label {name} of {family.Name}";
                }
            }
        }
    }

    [GeneratedRegex("""(?<name>\b(kafka_logstash|process|dotnet)_[a-z0-9_]+)(\{(?<matchers>[^}]*)\})?""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Selector();

    [GeneratedRegex("""(?<label>[a-z_]+)\s*(=~|!~|!=|=)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Matcher();
}
