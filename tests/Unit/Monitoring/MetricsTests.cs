using System.Globalization;
using System.Text;
using KafkaLogstash.Tests.Unit.Operator;

namespace KafkaLogstash.Tests.Monitoring;

/// <summary>What both programs show to Prometheus: named as others name theirs, and written down.</summary>
public sealed class MetricsTests
{
    private const string Document = "docs/metrics.md";

    [Fact]
    public async Task Names_types_and_help_are_as_Prometheus_wants_them()
    {
        var own = await OwnAsync();

        Assert.NotEmpty(own);
        Assert.Empty(own.SelectMany(MetricConventions.Violations));
        Assert.All(own, family => Assert.NotEmpty(family.Samples));
    }

    [Fact]
    public async Task Promtool_has_nothing_to_say_about_them()
    {
        foreach (var page in new[] { await EveryMetric.OfOperatorAsync(), await EveryMetric.OfBridgeAsync() })
        {
            Assert.Equal((0, ""), await Promtool.RunAsync(page, "check", "metrics"));
        }
    }

    [Fact]
    public async Task The_documented_tables_are_the_real_ones()
    {
        var (ofOperator, ofBridge) = (Exposition.Read(await EveryMetric.OfOperatorAsync()), Exposition.Read(await EveryMetric.OfBridgeAsync()));
        var text = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, Document), TestContext.Current.CancellationToken);

        text = With(text, "operator", ofOperator.Where(IsOwn));
        text = With(text, "bridge", ofBridge.Where(IsOwn));
        text = With(text, "process", ofOperator.Where(family => !IsOwn(family)));

        GoldenFile.Matches(text, Document);
        Assert.Equal(ofOperator.Where(family => !IsOwn(family)).Select(family => family.Name), ofBridge.Where(family => !IsOwn(family)).Select(family => family.Name));
    }

    /// <summary>All metrics of both programs.</summary>
    internal static async Task<IEnumerable<MetricFamily>> AllAsync() =>
        Exposition.Read(await EveryMetric.OfOperatorAsync()).Concat(Exposition.Read(await EveryMetric.OfBridgeAsync())).DistinctBy(family => family.Name, StringComparer.Ordinal);

    /// <summary>Those of them that only these programs have.</summary>
    internal static async Task<IReadOnlyList<MetricFamily>> OwnAsync() => [.. (await AllAsync()).Where(IsOwn)];

    private static bool IsOwn(MetricFamily family) => family.Name.StartsWith("kafka_logstash_", StringComparison.Ordinal);

    private static string With(string text, string name, IEnumerable<MetricFamily> families)
    {
        var begin = $"<!-- metrics of the {name} -->\n";
        var end = $"<!-- /metrics of the {name} -->";
        var (from, to) = (text.IndexOf(begin, StringComparison.Ordinal), text.IndexOf(end, StringComparison.Ordinal));
        Assert.True(from >= 0 && to > from, $"{Document} has no place for the metrics of the {name}.");
        var table = new StringBuilder("| metric | type | labels | what it is |\n| --- | --- | --- | --- |\n");
        foreach (var family in families)
        {
            table.Append(
                CultureInfo.InvariantCulture,
                $"| `{family.Name}` | {family.Type} | {string.Join(", ", family.Labels.Select(label => $"`{label}`"))} | {family.Help.Replace("<", "&lt;", StringComparison.Ordinal)} |\n");
        }

        return text[..(from + begin.Length)] + table + text[to..];
    }
}
