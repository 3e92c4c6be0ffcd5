using System.Globalization;
using System.Text;
using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Autoscaling;
using KafkaLogstash.Controller.Certificates;
using KafkaLogstash.Controller.Metering;
using KafkaLogstash.Controller.Observation;
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

    [Fact]
    public async Task A_condition_has_the_series_of_its_status_and_reason_and_no_other()
    {
        var metrics = new ConnectionMetrics(_registry);
        metrics.Show(Key, Status("False", "CertificateExpired"), null);
        metrics.Show(Key, Status("True", "Reachable"), null);

        var lines = (await LinesAsync()).Where(line => line.StartsWith("kafka_logstash_operator_connection_condition{", StringComparison.Ordinal));

        Assert.Equal(
            "kafka_logstash_operator_connection_condition{namespace=\"shop\",name=\"orders\",type=\"KafkaReachable\",status=\"True\",reason=\"Reachable\"} 1", Assert.Single(lines));
    }

    [Fact]
    public async Task Nothing_is_left_of_a_connection_that_had_everything()
    {
        var metrics = new ConnectionMetrics(_registry);
        metrics.Show(Key, Status("True", "Reachable"), Facts(30));
        metrics.Show(Key, WorkloadPods.OfLogstash(2, 1, [], new Dictionary<string, PipelineObservation>(), "4f2a"));
        metrics.Show(Key, [new CertificateEnd("kafka_client", DateTimeOffset.UnixEpoch)]);
        metrics.Show(
            Key,
            new ScalingStep(1, new ScalingDecision(2, ScalingLimit.MaxReplicas, "", ScalingState.Begin(DateTimeOffset.UnixEpoch), IsShort: false), null),
            new ScalingRules(1, 2, 1, TimeSpan.Zero));
        Assert.Contains(await LinesAsync(), line => line.Contains("limit=\"MaxReplicas\"", StringComparison.Ordinal));

        metrics.Forget(Key);

        Assert.All(await LinesAsync(), line => Assert.StartsWith("#", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pods_are_counted_by_what_they_said()
    {
        var metrics = new ConnectionMetrics(_registry);
        V1Pod[] pods = [.. Enumerable.Range(0, 4).Select(i => new V1Pod { Metadata = new V1ObjectMeta { Name = $"pod-{i}" } })];
        var answers = new Dictionary<string, PipelineObservation>
        {
            ["pod-0"] = new PipelineObservation.Present("4f2a"),
            ["pod-1"] = new PipelineObservation.Present("0000"),
            ["pod-2"] = new PipelineObservation.Unreachable("it does not listen yet"),
        };

        metrics.Show(Key, WorkloadPods.OfLogstash(4, 2, pods, answers, "4f2a"));

        var lines = await LinesAsync();
        foreach (var (state, count) in new[] { ("running", 1), ("other_pipeline", 1), ("no_pipeline", 0), ("unreachable", 1), ("unasked", 1) })
        {
            Assert.Contains($"kafka_logstash_operator_connection_observed_pods{{namespace=\"shop\",name=\"orders\",workload=\"logstash\",state=\"{state}\"}} {count}", lines);
        }
    }

    private static ConnectionStatus Status(string status, string reason) =>
        new() { Conditions = [new V1Condition { Type = "KafkaReachable", Status = status, Reason = reason }] };

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
