using System.Runtime.InteropServices;
using Confluent.Kafka;
using Prometheus;

namespace KafkaLogstash.Bridge.Metering;

/// <summary>What the program counts about itself, for Prometheus; what the roles do, they count themselves.</summary>
internal sealed class BridgeMetrics
{
    private const string Prefix = "kafka_logstash_bridge_";

    private readonly CollectorRegistry _registry;
    private readonly Gauge _ready;
    private readonly Counter _restarts;
    private readonly Gauge _certificateEnds;

    /// <summary>Registers the metrics, those of the process and the runtime among them.</summary>
    public BridgeMetrics(CollectorRegistry registry)
    {
        _registry = registry;
        var metrics = Prometheus.Metrics.WithCustomRegistry(registry);
        metrics.CreateGauge(Prefix + "build_info", "1, with what this bridge is built from.", "version", "runtime", "librdkafka")
            .WithLabels(BuildInfo.Version, RuntimeInformation.FrameworkDescription, Library.VersionString)
            .Set(1);
        _ready = metrics.CreateGauge(Prefix + "role_ready", "Whether a role does what it is for, 1 or 0.", "role");
        _restarts = metrics.CreateCounter(Prefix + "role_restarts_total", "How often a role was made anew, by reason: file_changed (Kafka's client file), failed, unexpected_error (a fault of the bridge), ended.", "role", "reason");
        _certificateEnds = metrics.CreateGauge(
            Prefix + "certificate_expiry_timestamp_seconds",
            "When a certificate in use ends, in seconds since 1970; of roots, the first that does.",
            "use");
        DotNetStats.Register(registry);
    }

    /// <summary>Counts a restart.</summary>
    public void Restarted(string role, RestartReason reason) => _restarts.WithLabels(role, Word(reason)).Inc();

    /// <summary>Shows a role, from now on, whenever metrics are read.</summary>
    public void Follow(string role, Func<bool> isReady)
    {
        foreach (var reason in Enum.GetValues<RestartReason>())
        {
            _restarts.WithLabels(role, Word(reason));
        }

        var ready = _ready.WithLabels(role);
        _registry.AddBeforeCollectCallback(() => ready.Set(isReady() ? 1 : 0));
    }

    /// <summary>Shows a certificate's end, whenever metrics are read.</summary>
    /// <param name="use">What it is for.</param>
    /// <param name="ends">When it ends; null while there is none.</param>
    public void FollowCertificate(string use, Func<DateTimeOffset?> ends) => _registry.AddBeforeCollectCallback(() =>
    {
        if (ends() is { } end)
        {
            _certificateEnds.WithLabels(use).Set(end.ToUnixTimeSeconds());
        }
    });

    private static string Word(RestartReason reason) => reason switch
    {
        RestartReason.FileChanged => "file_changed",
        RestartReason.Failed => "failed",
        RestartReason.Unexpected => "unexpected_error",
        _ => "ended",
    };
}

/// <summary>Why a role is made anew.</summary>
internal enum RestartReason
{
    /// <summary>Kafka's client file has other content.</summary>
    FileChanged,

    /// <summary>It said that it can't go on, or could not be made.</summary>
    Failed,

    /// <summary>An error that nobody foresaw: a fault of the bridge.</summary>
    Unexpected,

    /// <summary>It ended without being told to.</summary>
    Ended,
}
