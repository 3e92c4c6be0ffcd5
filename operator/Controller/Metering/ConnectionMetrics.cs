using System.Collections.Concurrent;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Autoscaling;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.Runtime;
using Prometheus;

namespace KafkaLogstash.Controller.Metering;

/// <summary>Metrics of connections. The number of series is bounded: a connection has a fixed number of them and at most <see cref="MostTopics"/> for topics.</summary>
internal sealed class ConnectionMetrics
{
    /// <summary>Topics of a connection that have series of their own; the lag of the rest is summed up under <see cref="OtherTopics"/>.</summary>
    public const int MostTopics = 20;

    /// <summary>The label of the topics beyond <see cref="MostTopics"/>; no topic can be called so.</summary>
    public const string OtherTopics = "(other)";

    private const string Prefix = "kafka_logstash_operator_connection";

    private readonly ConcurrentDictionary<NamespacedName, Shown> _shown = new();
    private readonly Gauge _lag;
    private readonly Gauge _topicLag;
    private readonly Gauge _ready;
    private readonly Gauge _conditions;
    private readonly Gauge _wished;
    private readonly Gauge _limit;
    private readonly Counter _steps;

    public ConnectionMetrics(CollectorRegistry registry)
    {
        var factory = Metrics.WithCustomRegistry(registry);
        string[] connection = ["namespace", "name"];
        _lag = factory.CreateGauge($"{Prefix}_lag_records", "Records that the connection's consumer group has not yet read.", connection);
        _topicLag = factory.CreateGauge(
            $"{Prefix}_topic_lag_records", $"The same by topic, for the {MostTopics} topics with the most lag; the rest is summed up as {OtherTopics}.", [.. connection, "topic"]);
        _ready = factory.CreateGauge($"{Prefix}_ready", "1 while the connection is Ready, else 0.", connection);
        _conditions = factory.CreateGauge("kafka_logstash_operator_connections", "Connections by condition and its status.", ["type", "status"]);
        _wished = factory.CreateGauge($"{Prefix}_wished_replicas", "Logstash pods that the autoscaler wishes.", connection);
        _limit = factory.CreateGauge($"{Prefix}_scaling_limit", "1 for what keeps the autoscaler from the number of pods that lag asks for.", [.. connection, "limit"]);
        _steps = factory.CreateCounter($"{Prefix}_scaling_steps_total", "Changes of the number of pods by the autoscaler.", [.. connection, "direction"]);
        registry.AddBeforeCollectCallback(CountConditions);
    }

    /// <summary>Shows a connection's status.</summary>
    public void Show(NamespacedName key, ConnectionStatus status, KafkaFacts? facts)
    {
        var before = _shown.GetValueOrDefault(key, Shown.Nothing);
        string[] connection = [key.Namespace ?? "", key.Name];
        _ready.WithLabels(connection).Set(status.Conditions.Any(condition => condition is { Type: Status.ConditionTypes.Ready, Status: "True" }) ? 1 : 0);
        if (facts?.Lag is { } lag)
        {
            _lag.WithLabels(connection).Set(lag);
        }
        else
        {
            _lag.RemoveLabelled(connection);
        }

        var known = (facts?.Topics ?? []).Where(topic => topic.Lag is not null).OrderByDescending(topic => topic.Lag).ThenBy(topic => topic.Name, StringComparer.Ordinal).ToList();
        var topics = known.Take(MostTopics).ToDictionary(topic => topic.Name, topic => topic.Lag ?? 0, StringComparer.Ordinal);
        if (known.Count > MostTopics)
        {
            topics[OtherTopics] = known.Skip(MostTopics).Sum(topic => topic.Lag ?? 0);
        }

        foreach (var gone in before.Topics.Except(topics.Keys, StringComparer.Ordinal))
        {
            _topicLag.RemoveLabelled([.. connection, gone]);
        }

        foreach (var (topic, records) in topics)
        {
            _topicLag.WithLabels([.. connection, topic]).Set(records);
        }

        _shown[key] = before with { Topics = [.. topics.Keys], Conditions = [.. status.Conditions.Select(condition => (condition.Type, condition.Status))] };
    }

    /// <summary>Shows a decision of the autoscaler.</summary>
    public void Show(NamespacedName key, ScalingStep step)
    {
        var before = _shown.GetValueOrDefault(key, Shown.Nothing);
        string[] connection = [key.Namespace ?? "", key.Name];
        var (decision, limit) = (step.Decision, step.Decision.Limit.ToString());
        _wished.WithLabels(connection).Set(decision.Replicas);
        if (before.Limit is { } old && old != limit)
        {
            _limit.RemoveLabelled([.. connection, old]);
        }

        _limit.WithLabels([.. connection, limit]).Set(1);
        if (decision.Replicas != step.From)
        {
            _steps.WithLabels([.. connection, decision.Replicas > step.From ? "up" : "down"]).Inc();
        }

        _shown[key] = before with { Limit = limit };
    }

    /// <summary>Takes away what was shown of the autoscaler's decisions.</summary>
    public void ForgetScaling(NamespacedName key)
    {
        if (!_shown.TryGetValue(key, out var before) || before.Limit is not { } limit)
        {
            return;
        }

        string[] connection = [key.Namespace ?? "", key.Name];
        _wished.RemoveLabelled(connection);
        _limit.RemoveLabelled([.. connection, limit]);
        _steps.RemoveLabelled([.. connection, "up"]);
        _steps.RemoveLabelled([.. connection, "down"]);
        _shown[key] = before with { Limit = null };
    }

    /// <summary>Takes away everything that was shown of a connection.</summary>
    public void Forget(NamespacedName key)
    {
        ForgetScaling(key);
        if (!_shown.TryRemove(key, out var before))
        {
            return;
        }

        string[] connection = [key.Namespace ?? "", key.Name];
        _ready.RemoveLabelled(connection);
        _lag.RemoveLabelled(connection);
        foreach (var topic in before.Topics)
        {
            _topicLag.RemoveLabelled([.. connection, topic]);
        }
    }

    private void CountConditions()
    {
        var counts = _shown.Values.SelectMany(shown => shown.Conditions).CountBy(condition => condition).ToDictionary(count => count.Key, count => count.Value);
        foreach (var labels in _conditions.GetAllLabelValues().Where(labels => !counts.ContainsKey((labels[0], labels[1]))).ToList())
        {
            _conditions.RemoveLabelled(labels);
        }

        foreach (var ((type, status), count) in counts)
        {
            _conditions.WithLabels(type, status).Set(count);
        }
    }

    private sealed record Shown(IReadOnlyList<string> Topics, IReadOnlyList<(string Type, string Status)> Conditions, string? Limit)
    {
        public static Shown Nothing { get; } = new([], [], null);
    }
}
