using System.Text.RegularExpressions;

namespace KafkaLogstash.Tests.Monitoring;

/// <summary>Reads Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/) as far as these programs write it.</summary>
internal static partial class Exposition
{
    /// <summary>Reads a page of metrics.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static IReadOnlyList<MetricFamily> Read(string text)
    {
        var families = new Dictionary<string, MetricFamily>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(' ', 4) is ["#", "HELP" or "TYPE", var described, var said])
            {
                var known = families.GetValueOrDefault(described, new MetricFamily(described));
                families[described] = line.StartsWith("# HELP", StringComparison.Ordinal) ? known with { Help = said } : known with { Type = said };
                continue;
            }

            var sample = Sample().Match(line);
            if (!sample.Success)
            {
                throw new FormatException($"This is no sample: {line}");
            }

            var name = sample.Groups["name"].Value;
            var family = families.GetValueOrDefault(name) ?? families.GetValueOrDefault(Suffix().Replace(name, "")) ?? throw new FormatException($"{name} has no HELP.");
            family.Samples.Add(new MetricSample(
                name, Label().Matches(sample.Groups["labels"].Value).ToDictionary(label => label.Groups["name"].Value, label => label.Groups["value"].Value, StringComparer.Ordinal)));
        }

        return [.. families.Values.OrderBy(family => family.Name, StringComparer.Ordinal)];
    }

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})? (NaN|[+-]Inf|[-+0-9.eE]+)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sample();

    [GeneratedRegex("_(bucket|sum|count)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Suffix();

    [GeneratedRegex("""(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>(\\.|[^"\\])*)"(,|$)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Label();
}

/// <summary>A metric.</summary>
internal sealed record MetricFamily(string Name)
{
    public string Help { get; init; } = "";

    public string Type { get; init; } = "";

    public List<MetricSample> Samples { get; } = [];

    /// <summary>The names of its labels, but for a histogram's own.</summary>
    public IReadOnlyList<string> Labels => [.. Samples.SelectMany(sample => sample.Labels.Keys).Where(label => label != "le").Distinct(StringComparer.Ordinal)];

    /// <summary>The names that can be asked for.</summary>
    public IEnumerable<string> SeriesNames => Type == "histogram" ? [$"{Name}_bucket", $"{Name}_sum", $"{Name}_count"] : [Name];
}

/// <summary>One value of a metric.</summary>
internal sealed record MetricSample(string Name, IReadOnlyDictionary<string, string> Labels);
