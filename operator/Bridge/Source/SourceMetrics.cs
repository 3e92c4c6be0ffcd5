using Prometheus;

namespace KafkaLogstash.Bridge.Source;

/// <summary>What a source bridge counts, for Prometheus. Made once a process; counted by window, not by record.</summary>
internal sealed class SourceMetrics
{
    private const string Prefix = "kafka_logstash_bridge_source_";

    private readonly Counter _records;
    private readonly Counter _recordBytes;
    private readonly Counter _events;
    private readonly Counter _eventBytes;
    private readonly Counter _windows;
    private readonly Counter _windowsSentAgain;
    private readonly Counter _keepAlives;
    private readonly Counter _disconnects;
    private readonly Counter _connectFailures;
    private readonly Counter _rebalances;
    private readonly Counter _deadLetters;
    private readonly Counter _kafkaErrors;
    private readonly Gauge _connections;
    private readonly Gauge _windowsInFlight;
    private readonly Gauge _bytesInFlight;
    private readonly Gauge _partitions;
    private readonly Gauge _pausedPartitions;
    private readonly Gauge _lag;
    private readonly Histogram _latency;

    /// <summary>Registers the metrics.</summary>
    public SourceMetrics(CollectorRegistry registry)
    {
        var metrics = Metrics.WithCustomRegistry(registry);
        _records = metrics.CreateCounter(Prefix + "records_total", "Records read from Kafka.");
        _recordBytes = metrics.CreateCounter(Prefix + "record_bytes_total", "Bytes of the keys and values of records read from Kafka.");
        _events = metrics.CreateCounter(Prefix + "events_total", "Events that Logstash acknowledged.");
        _eventBytes = metrics.CreateCounter(Prefix + "event_bytes_total", "Bytes of the events that Logstash acknowledged, uncompressed.");
        _windows = metrics.CreateCounter(Prefix + "windows_acknowledged_total", "Windows of events that Logstash acknowledged.");
        _windowsSentAgain = metrics.CreateCounter(Prefix + "windows_resent_total", "Windows that had to be sent again, because a connection ended before their acknowledgement.");
        _keepAlives = metrics.CreateCounter(Prefix + "keepalives_total", "Signs of life from a Logstash that was too busy to acknowledge a whole window.");
        _disconnects = metrics.CreateCounter(Prefix + "disconnects_total", "Connections to Logstash that ended unexpectedly; each is made again.");
        _connectFailures = metrics.CreateCounter(Prefix + "connect_failures_total", "Connections to Logstash that could not be made.");
        _rebalances = metrics.CreateCounter(Prefix + "rebalances_total", "Changes of the partitions that the consumer group gave this bridge.");
        _deadLetters = metrics.CreateCounter(Prefix + "dead_letters_total", "Records that went to the dead-letter topic, by reason.", "reason");
        _kafkaErrors = metrics.CreateCounter(Prefix + "kafka_errors_total", "Errors of the Kafka consumer.");
        _connections = metrics.CreateGauge(Prefix + "connections", "Connections to Logstash.");
        _windowsInFlight = metrics.CreateGauge(Prefix + "in_flight_windows", "Windows that wait for their acknowledgement.");
        _bytesInFlight = metrics.CreateGauge(Prefix + "in_flight_bytes", "Bytes of events that wait for their acknowledgement.");
        _partitions = metrics.CreateGauge(Prefix + "partitions", "Partitions that this bridge reads.");
        _pausedPartitions = metrics.CreateGauge(Prefix + "paused_partitions", "Partitions that are paused, because Logstash takes nothing or one of their records can't be delivered.");
        _lag = metrics.CreateGauge(Prefix + "lag_records", "Records of this bridge's partitions that Logstash has not acknowledged yet.");
        _latency = metrics.CreateHistogram(
            Prefix + "latency_seconds",
            "Time from a record's timestamp to Logstash's acknowledgement, for the last record of each window.",
            new HistogramConfiguration { Buckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800] });
        foreach (var reason in Enum.GetValues<DeadLetterReason>())
        {
            _deadLetters.WithLabels(DeadLetter.Word(reason));
        }
    }

    /// <summary>Records were read.</summary>
    public void Read(long records, long bytes)
    {
        _records.Inc(records);
        _recordBytes.Inc(bytes);
    }

    /// <summary>A window was acknowledged.</summary>
    /// <param name="events">Its events.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="milliseconds">The age of its last record; null where the record has no timestamp.</param>
    public void Acknowledged(int events, long bytes, long? milliseconds)
    {
        _windows.Inc();
        _events.Inc(events);
        _eventBytes.Inc(bytes);
        if (milliseconds is { } age)
        {
            // Clocks of producers can be ahead.
            _latency.Observe(Math.Max(age, 0) / 1000.0);
        }
    }

    /// <summary>Windows have to be sent again.</summary>
    public void SentAgain(int windows) => _windowsSentAgain.Inc(windows);

    /// <summary>Logstash said that it is alive.</summary>
    public void KeptAlive() => _keepAlives.Inc();

    /// <summary>A connection has ended, or could not be made.</summary>
    public void Disconnected(bool wasConnected) => (wasConnected ? _disconnects : _connectFailures).Inc();

    /// <summary>What is under way now.</summary>
    public void Delivering(int connections, int windows, long bytes)
    {
        _connections.Set(connections);
        _windowsInFlight.Set(windows);
        _bytesInFlight.Set(bytes);
    }

    /// <summary>The consumer group gave other partitions.</summary>
    public void Rebalanced() => _rebalances.Inc();

    /// <summary>The partitions now.</summary>
    /// <param name="all">How many there are.</param>
    /// <param name="paused">How many of them are paused.</param>
    /// <param name="lag">Records that are not acknowledged.</param>
    public void Partitions(int all, int paused, long lag)
    {
        _partitions.Set(all);
        _pausedPartitions.Set(paused);
        _lag.Set(lag);
    }

    /// <summary>A record went to the dead-letter topic.</summary>
    public void DeadLettered(DeadLetterReason reason) => _deadLetters.WithLabels(DeadLetter.Word(reason)).Inc();

    /// <summary>The consumer reported an error.</summary>
    public void KafkaFailed() => _kafkaErrors.Inc();
}
