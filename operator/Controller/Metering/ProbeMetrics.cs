using KafkaLogstash.Kafka.Probing;
using Prometheus;

namespace KafkaLogstash.Controller.Metering;

/// <summary>Metrics of the looks at Kafka clusters. No series names a cluster: what a connection's cluster is like, its conditions say.</summary>
internal sealed class ProbeMetrics : IProbeObserver
{
    private const string Prefix = "kafka_logstash_operator_kafka";

    private readonly Counter _probes;
    private readonly Histogram _duration;
    private readonly Gauge _clients;

    public ProbeMetrics(CollectorRegistry registry)
    {
        var factory = Metrics.WithCustomRegistry(registry);
        _probes = factory.CreateCounter($"{Prefix}_probes_total", "Looks at Kafka clusters, by the reason of the condition KafkaReachable that they led to: Reachable, or what was wrong.", ["result"]);
        _duration = factory.CreateHistogram(
            $"{Prefix}_probe_duration_seconds",
            "How long looks at Kafka clusters took.",
            new HistogramConfiguration { Buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
        _clients = factory.CreateGauge($"{Prefix}_clients", "Kafka clients, one for each distinct cluster and credentials.");
    }

    /// <inheritdoc />
    public void Looked(string reason, TimeSpan took)
    {
        _probes.WithLabels(reason).Inc();
        _duration.Observe(took.TotalSeconds);
    }

    /// <inheritdoc />
    public void Holds(int clients) => _clients.Set(clients);
}
