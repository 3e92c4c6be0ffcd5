using Confluent.Kafka;
using KafkaLogstash.Bridge.Sink.Producing;
using Prometheus;

namespace KafkaLogstash.Bridge.Sink;

/// <summary>What a sink bridge counts, for Prometheus. Made once a process; counted by request and window, not by event.</summary>
internal sealed class SinkMetrics
{
    private const string Prefix = "kafka_logstash_bridge_sink_";

    private readonly Counter _requests;
    private readonly Counter _receivedBytes;
    private readonly Counter _events;
    private readonly Counter _eventBytes;
    private readonly Counter _batches;
    private readonly Counter _turnedAway;
    private readonly Counter _deliveryFailures;
    private readonly Counter _deadLetters;
    private readonly Counter _refused;
    private readonly Counter _kafkaErrors;
    private readonly Counter _producersMade;
    private readonly Counter _connections;
    private readonly Counter _connectionErrors;
    private readonly Counter _windows;
    private readonly Counter _acknowledgements;
    private readonly Counter _keepAlives;
    private readonly Gauge _openConnections;
    private readonly Gauge _windowsInFlight;
    private readonly Gauge _requestsInFlight;
    private readonly Gauge _pendingBytes;
    private readonly Histogram _latency;

    /// <summary>Registers the metrics.</summary>
    public SinkMetrics(CollectorRegistry registry)
    {
        var metrics = Metrics.WithCustomRegistry(registry);
        _requests = metrics.CreateCounter(Prefix + "requests_total", "HTTP requests, by the status of their answer; 0 where the client did not wait for it.", "status");
        _receivedBytes = metrics.CreateCounter(Prefix + "received_bytes_total", "Bytes of bodies and windows, after decompression.");
        _events = metrics.CreateCounter(Prefix + "events_total", "Events that Kafka acknowledged.");
        _eventBytes = metrics.CreateCounter(Prefix + "event_bytes_total", "Bytes of the events that Kafka acknowledged.");
        _batches = metrics.CreateCounter(Prefix + "batches_total", "Batches of events that were handed to Kafka's client: requests and windows, each time they were tried.");
        _turnedAway = metrics.CreateCounter(Prefix + "turned_away_total", "Requests that are to come again, by reason.", "reason");
        _deliveryFailures = metrics.CreateCounter(Prefix + "delivery_failures_total", "Events that Kafka did not take and may take later, by reason.", "reason");
        _deadLetters = metrics.CreateCounter(Prefix + "dead_letters_total", "Events that went to the dead-letter topic, by reason.", "reason");
        _refused = metrics.CreateCounter(Prefix + "refused_events_total", "Events that can't be written and are in no dead-letter topic, by reason. Their senders lose them.", "reason");
        _kafkaErrors = metrics.CreateCounter(Prefix + "kafka_errors_total", "Errors of the Kafka producer.");
        _producersMade = metrics.CreateCounter(Prefix + "producers_replaced_total", "Kafka producers that gave up and were made anew.");
        _connections = metrics.CreateCounter(Prefix + "lumberjack_connections_total", "Lumberjack connections that were accepted.");
        _connectionErrors = metrics.CreateCounter(Prefix + "lumberjack_connection_errors_total", "Lumberjack connections that were closed for what their peer sent or did not send, by reason.", "reason");
        _windows = metrics.CreateCounter(Prefix + "lumberjack_windows_total", "Lumberjack windows that were received.");
        _acknowledgements = metrics.CreateCounter(Prefix + "lumberjack_acknowledgements_total", "Lumberjack windows that were acknowledged.");
        _keepAlives = metrics.CreateCounter(Prefix + "lumberjack_keepalives_total", "Signs of life to Lumberjack senders whose windows were not yet written.");
        _openConnections = metrics.CreateGauge(Prefix + "lumberjack_open_connections", "Lumberjack connections.");
        _windowsInFlight = metrics.CreateGauge(Prefix + "lumberjack_in_flight_windows", "Lumberjack windows that wait for Kafka.");
        _requestsInFlight = metrics.CreateGauge(Prefix + "in_flight_requests", "HTTP requests under way.");
        _pendingBytes = metrics.CreateGauge(Prefix + "pending_bytes", "Bytes of events that wait for Kafka, with what their records take in memory.");
        _latency = metrics.CreateHistogram(
            Prefix + "delivery_seconds",
            "Time from handing a batch to Kafka's client to its last acknowledgement.",
            new HistogramConfiguration { Buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] });
        foreach (var word in Enum.GetValues<RefusalReason>().Select(Word))
        {
            _deadLetters.WithLabels(word);
            _refused.WithLabels(word);
        }
    }

    /// <summary>A reason in one word, for headers, answers and labels.</summary>
    public static string Word(RefusalReason reason) => reason switch
    {
        RefusalReason.Malformed => "malformed",
        RefusalReason.NoTopic => "no-topic",
        RefusalReason.TopicNotAllowed => "topic-not-allowed",
        RefusalReason.TooLarge => "too-large",
        _ => "invalid",
    };

    /// <summary>A request has come.</summary>
    public void RequestBegan() => _requestsInFlight.Inc();

    /// <summary>A request was answered, or given up by its client.</summary>
    public void RequestEnded(int status)
    {
        _requestsInFlight.Dec();
        _requests.WithLabels(status.ToString()).Inc();
    }

    /// <summary>A request is to come again.</summary>
    public void TurnedAway(string reason) => _turnedAway.WithLabels(reason).Inc();

    /// <summary>A body or window was received.</summary>
    public void Received(long bytes) => _receivedBytes.Inc(bytes);

    /// <summary>A batch was answered by Kafka.</summary>
    public void Written(int events, long bytes, TimeSpan elapsed)
    {
        _batches.Inc();
        _events.Inc(events);
        _eventBytes.Inc(bytes);
        _latency.Observe(elapsed.TotalSeconds);
    }

    /// <summary>Events were not taken, and may be later.</summary>
    public void DeliveryFailed(ErrorCode error, int events) => _deliveryFailures.WithLabels(error.ToString()).Inc(events);

    /// <summary>An event went to the dead-letter topic.</summary>
    public void DeadLettered(RefusalReason reason) => _deadLetters.WithLabels(Word(reason)).Inc();

    /// <summary>An event can't be written anywhere.</summary>
    public void Refused(RefusalReason reason) => _refused.WithLabels(Word(reason)).Inc();

    /// <summary>The producer reported an error.</summary>
    public void KafkaFailed() => _kafkaErrors.Inc();

    /// <summary>The producer gave up.</summary>
    public void ProducerMadeAnew() => _producersMade.Inc();

    /// <summary>What waits now.</summary>
    public void Pending(long bytes) => _pendingBytes.Set(bytes);

    /// <summary>A Lumberjack connection was accepted.</summary>
    public void Connected()
    {
        _connections.Inc();
        _openConnections.Inc();
    }

    /// <summary>A Lumberjack connection has ended.</summary>
    /// <param name="reason">What was wrong with its peer, in one word; null for nothing.</param>
    public void Disconnected(string? reason)
    {
        _openConnections.Dec();
        if (reason is not null)
        {
            _connectionErrors.WithLabels(reason).Inc();
        }
    }

    /// <summary>A window has come.</summary>
    public void WindowReceived()
    {
        _windows.Inc();
        _windowsInFlight.Inc();
    }

    /// <summary>A window is no longer under way.</summary>
    public void WindowEnded(bool acknowledged)
    {
        _windowsInFlight.Dec();
        _acknowledgements.Inc(acknowledged ? 1 : 0);
    }

    /// <summary>A sender was told that the bridge is alive.</summary>
    public void KeptAlive() => _keepAlives.Inc();
}
