using System.Text.RegularExpressions;

namespace KafkaLogstash.Tests.Monitoring;

/// <summary>The conventions of https://prometheus.io/docs/practices/naming/ and https://prometheus.io/docs/instrumenting/writing_exporters/, as far as a program can tell.</summary>
internal static partial class MetricConventions
{
    private static readonly string[] Units = ["seconds", "bytes", "ratio"];

    private static readonly string[] OtherUnits =
        ["ms", "milliseconds", "microseconds", "nanoseconds", "minutes", "hours", "days", "kb", "mb", "kilobytes", "megabytes", "kib", "mib", "bits", "percent", "celsius"];

    // Prometheus gives these to every series of a target.
    private static readonly string[] TargetLabels = ["job", "instance", "pod", "container", "endpoint", "service", "node"];

    /// <summary>What is against them, as sentences.</summary>
    public static IEnumerable<string> Violations(MetricFamily family)
    {
        var words = family.Name.Split('_');
        if (!SnakeCase().IsMatch(family.Name))
        {
            yield return $"{family.Name}: the name is not in snake_case.";
        }

        if ((family.Type == "counter") != (words[^1] == "total"))
        {
            yield return $"{family.Name} is a {family.Type}: counters, and they alone, end in _total.";
        }

        if (family.Type == "histogram" && !Units.Contains(words[^1], StringComparer.Ordinal))
        {
            yield return $"{family.Name} is a histogram of no unit.";
        }

        if (words[^1] is "bucket" or "sum" or "count" || words.Contains(family.Type, StringComparer.Ordinal))
        {
            yield return $"{family.Name}: what a name ends in, or its type, is taken by histograms and types.";
        }

        foreach (var unit in words.Intersect(OtherUnits, StringComparer.Ordinal))
        {
            yield return $"{family.Name}: '{unit}' is no base unit.";
        }

        if (family.Help.Length < 5 || !family.Help.EndsWith('.') || char.IsLower(family.Help[0]) || family.Help.Contains('|', StringComparison.Ordinal))
        {
            yield return $"{family.Name}: its help '{family.Help}' is no sentence.";
        }

        foreach (var label in family.Labels)
        {
            if (!SnakeCase().IsMatch(label) || TargetLabels.Contains(label, StringComparer.Ordinal))
            {
                yield return $"{family.Name}: the label '{label}' is not in snake_case, or Prometheus' own.";
            }
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SnakeCase();
}
