using System.Collections.Concurrent;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Autoscaling;
using KafkaLogstash.Controller.Certificates;
using KafkaLogstash.Controller.Rendering;
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
    private readonly Gauge _info;
    private readonly Gauge _lag;
    private readonly Gauge _topicLag;
    private readonly Gauge _ready;
    private readonly Gauge _condition;
    private readonly Gauge _conditions;
    private readonly Gauge _desired;
    private readonly Gauge _readyPods;
    private readonly Gauge _observed;
    private readonly Gauge _certificateEnds;
    private readonly Gauge _wished;
    private readonly Gauge _fewest;
    private readonly Gauge _most;
    private readonly Gauge _limit;
    private readonly Counter _steps;

    public ConnectionMetrics(CollectorRegistry registry)
    {
        var factory = Metrics.WithCustomRegistry(registry);
        string[] connection = ["namespace", "name"];
        _info = factory.CreateGauge($"{Prefix}_info", "1, with the connection's transport and the version of its Logstash, empty where that is not the operator's.", [.. connection, "transport", "version"]);
        _lag = factory.CreateGauge($"{Prefix}_lag_records", "Records that the connection's consumer group has not yet read; no series while that is unknown.", connection);
        _topicLag = factory.CreateGauge(
            $"{Prefix}_topic_lag_records", $"Records of a topic that the consumer group has not yet read, for the {MostTopics} topics with the most; the rest is summed up as {OtherTopics}.", [.. connection, "topic"]);
        _ready = factory.CreateGauge($"{Prefix}_ready", "1 while the connection is Ready, else 0.", connection);
        _condition = factory.CreateGauge($"{Prefix}_condition", "1 for the status and the reason that a condition of the connection has; no series for those that it has not.", [.. connection, "type", "status", "reason"]);
        _conditions = factory.CreateGauge("kafka_logstash_operator_connections", "Connections by condition and its status.", ["type", "status"]);
        _desired = factory.CreateGauge($"{Prefix}_desired_replicas", "Pods that the connection's Deployment should have.", [.. connection, "workload"]);
        _readyPods = factory.CreateGauge($"{Prefix}_ready_replicas", "Pods of the connection's Deployment that are ready.", [.. connection, "workload"]);
        _observed = factory.CreateGauge(
            $"{Prefix}_observed_pods",
            "Pods by what they told the operator. Logstash: running (the wished pipeline), other_pipeline, no_pipeline; bridge: ready, not_ready; both: unreachable, unasked.",
            [.. connection, "workload", "state"]);
        _certificateEnds = factory.CreateGauge(
            $"{Prefix}_certificate_expiry_timestamp_seconds", "When a certificate that the connection uses ends, in seconds since 1970; of several for one use, the first that does.", [.. connection, "use"]);
        _wished = factory.CreateGauge($"{Prefix}_wished_replicas", "Pods that the autoscaler wishes.", connection);
        _fewest = factory.CreateGauge($"{Prefix}_scaling_min_replicas", "The fewest pods that the autoscaler may wish.", connection);
        _most = factory.CreateGauge($"{Prefix}_scaling_max_replicas", "The most pods that the autoscaler may wish.", connection);
        _limit = factory.CreateGauge($"{Prefix}_scaling_limit", "1 for what keeps the autoscaler from the number of pods that lag asks for: None, MinReplicas, MaxReplicas, Partitions, Step, Stabilization, Throughput, UnknownLag.", [.. connection, "limit"]);
        _steps = factory.CreateCounter($"{Prefix}_scaling_steps_total", "Changes of the number of pods by the autoscaler, up and down.", [.. connection, "direction"]);
        registry.AddBeforeCollectCallback(CountConditions);
    }

    /// <summary>Shows a connection's status.</summary>
    /// <param name="key">The connection.</param>
    /// <param name="status">Its status.</param>
    /// <param name="facts">What Kafka looks like for it; null where nothing is known.</param>
    public void Show(NamespacedName key, ConnectionStatus status, KafkaFacts? facts)
    {
        var shown = ShownOf(key);
        shown.Conditions = [.. status.Conditions.Select(condition => (condition.Type, condition.Status))];
        shown.Status.Show(
        [
            new(_ready, Labels(key), shown.Conditions.Contains((Status.ConditionTypes.Ready, "True")) ? 1 : 0),
            new(_info, Labels(key, status.Transport?.ToString() ?? "", status.Version ?? ""), 1),
            .. status.Conditions.Select(condition => new Series(_condition, Labels(key, condition.Type, condition.Status, condition.Reason), 1)),
            .. facts?.Lag is { } lag ? [new Series(_lag, Labels(key), lag)] : Array.Empty<Series>(),
            .. TopicLags(facts).Select(topic => new Series(_topicLag, Labels(key, topic.Name), topic.Lag)),
        ]);
    }

    /// <summary>Shows a connection's pods.</summary>
    public void Show(NamespacedName key, params IReadOnlyCollection<WorkloadPods> workloads) => ShownOf(key).Pods.Show(workloads.SelectMany(pods =>
    {
        var workload = pods.Workload == Workload.Bridge ? "bridge" : "logstash";
        return pods.States
            .Select(state => new Series(_observed, Labels(key, workload, state.Key), state.Value))
            .Append(new(_desired, Labels(key, workload), pods.Desired))
            .Append(new(_readyPods, Labels(key, workload), pods.Ready));
    }));

    /// <summary>Shows when the certificates that a connection uses end.</summary>
    public void Show(NamespacedName key, IReadOnlyCollection<CertificateEnd> certificates) =>
        ShownOf(key).Certificates.Show(certificates.Select(certificate => new Series(_certificateEnds, Labels(key, certificate.Use), certificate.NotAfter.ToUnixTimeSeconds())));

    /// <summary>Shows a decision of the autoscaler.</summary>
    /// <param name="key">The connection.</param>
    /// <param name="step">The decision.</param>
    /// <param name="rules">What it was made by.</param>
    public void Show(NamespacedName key, ScalingStep step, ScalingRules rules)
    {
        var decision = step.Decision;
        ShownOf(key).Scaling.Show(
            new(_wished, Labels(key), decision.Replicas),
            new(_fewest, Labels(key), rules.MinReplicas),
            new(_most, Labels(key), rules.MaxReplicas),
            new(_limit, Labels(key, decision.Limit.ToString()), 1));

        // From the beginning, so that the first step is a change, too.
        var (up, down) = (_steps.WithLabels(Labels(key, "up")), _steps.WithLabels(Labels(key, "down")));
        if (decision.Replicas != step.From)
        {
            (decision.Replicas > step.From ? up : down).Inc();
        }
    }

    /// <summary>Takes away what was shown of the autoscaler's decisions.</summary>
    public void ForgetScaling(NamespacedName key)
    {
        if (_shown.TryGetValue(key, out var shown))
        {
            shown.Scaling.Show();
            _steps.RemoveLabelled(Labels(key, "up"));
            _steps.RemoveLabelled(Labels(key, "down"));
        }
    }

    /// <summary>Takes away everything that was shown of a connection.</summary>
    public void Forget(NamespacedName key)
    {
        ForgetScaling(key);
        if (_shown.TryRemove(key, out var shown))
        {
            shown.Status.Show();
            shown.Pods.Show();
            shown.Certificates.Show();
        }
    }

    private static string[] Labels(NamespacedName key, params ReadOnlySpan<string> more) => [key.Namespace ?? "", key.Name, .. more];

    private static IEnumerable<(string Name, long Lag)> TopicLags(KafkaFacts? facts)
    {
        var known = (facts?.Topics ?? [])
            .Where(topic => topic.Lag is not null)
            .Select(topic => (topic.Name, Lag: topic.Lag ?? 0))
            .OrderByDescending(topic => topic.Lag)
            .ThenBy(topic => topic.Name, StringComparer.Ordinal)
            .ToList();
        return known.Count > MostTopics ? known.Take(MostTopics).Append((OtherTopics, known.Skip(MostTopics).Sum(topic => topic.Lag))) : known;
    }

    private Shown ShownOf(NamespacedName key) => _shown.GetOrAdd(key, static _ => new Shown());

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

    /// <summary>What is shown of a connection. A connection is reconciled by one worker at a time; only the conditions are read by another thread.</summary>
    private sealed class Shown
    {
        public SeriesSet Status { get; } = new();

        public SeriesSet Pods { get; } = new();

        public SeriesSet Certificates { get; } = new();

        public SeriesSet Scaling { get; } = new();

        public IReadOnlyList<(string Type, string Status)> Conditions { get; set; } = [];
    }
}
