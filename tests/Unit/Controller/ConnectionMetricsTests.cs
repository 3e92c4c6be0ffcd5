using System.Globalization;
using System.Text;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Metering;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.Runtime;
using Prometheus;

namespace KafkaLogstash.Tests.Unit.Controller;

public sealed class ConnectionMetricsTests
{
    private const string TopicLag = "kafka_logstash_operator_connection_topic_lag_records{";

    private static readonly NamespacedName Key = new("shop", "orders");

    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();

    [Fact]
    public async Task Topics_beyond_the_bound_are_summed_up()
    {
        var metrics = new ConnectionMetrics(_registry);

        metrics.Show(Key, new ConnectionStatus(), Facts(30));

        var lines = await LinesAsync();
        Assert.Equal(ConnectionMetrics.MostTopics + 1, lines.Count(line => line.StartsWith(TopicLag, StringComparison.Ordinal)));

        // The twenty with the most lag are 11 to 30: the rest is 1 + … + 10.
        Assert.Contains($"{TopicLag}namespace=\"shop\",name=\"orders\",topic=\"(other)\"}} 55", lines);
        Assert.Contains($"{TopicLag}namespace=\"shop\",name=\"orders\",topic=\"topic-30\"}} 30", lines);
    }

    [Fact]
    public async Task What_is_gone_has_no_series()
    {
        var metrics = new ConnectionMetrics(_registry);
        metrics.Show(Key, new ConnectionStatus(), Facts(3));

        metrics.Show(Key, new ConnectionStatus(), Facts(1));
        Assert.Single(await LinesAsync(), line => line.StartsWith(TopicLag, StringComparison.Ordinal));

        metrics.Forget(Key);
        Assert.DoesNotContain(await LinesAsync(), line => line.Contains("shop", StringComparison.Ordinal));
    }

    private static KafkaFacts Facts(int topics) => new()
    {
        Reachable = new KafkaFinding(true, "Reachable", ""),
        TopicsAvailable = new KafkaFinding(true, "Available", ""),
        Topics = [.. Enumerable.Range(1, topics).Select(i => new TopicFacts(string.Create(CultureInfo.InvariantCulture, $"topic-{i}"), 1, i))],
        Lag = 1,
        At = DateTimeOffset.UnixEpoch,
    };

    private async Task<string[]> LinesAsync()
    {
        using var text = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(text, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(text.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
