using KafkaLogstash.Bridge.Hosting;

namespace KafkaLogstash.Bridge.Source;

/// <summary>What is to be said about a source bridge. Written by the thread that consumes and by librdkafka's, read by any.</summary>
internal sealed class SourceStatus
{
    private readonly Lock _gate = new();
    private string? _kafka = "It has not been reached yet.";
    private string? _logstash = "No connection has been made yet.";
    private string? _busy;
    private string? _undeliverable;
    private int _partitions;

    /// <summary>The state.</summary>
    public RoleState State
    {
        get
        {
            lock (_gate)
            {
                return (_undeliverable, _kafka, _logstash) switch
                {
                    ({ } record, _, _) => new(Ready: false, record),
                    (_, { } kafka, _) => new(Ready: false, $"Kafka: {kafka}"),
                    (_, _, { } logstash) => new(Ready: false, $"Logstash: {logstash}"),
                    _ => new(Ready: true, $"Reads {_partitions} partition{(_partitions == 1 ? "" : "s")}. {_busy}".TrimEnd()),
                };
            }
        }
    }

    /// <summary>What is wrong with Kafka; null when nothing is.</summary>
    public void Kafka(string? trouble)
    {
        lock (_gate)
        {
            _kafka = trouble;
        }
    }

    /// <summary>How Logstash is.</summary>
    /// <param name="trouble">What is wrong with it; null when nothing is.</param>
    /// <param name="busy">Which takes nothing just now; null when none. That is pressure and no fault of the bridge's: it stays ready, for a sink in its pod may be what Logstash waits for.</param>
    public void Logstash(string? trouble, string? busy)
    {
        lock (_gate)
        {
            _logstash = trouble;
            _busy = busy;
        }
    }

    /// <summary>What is wrong with a record that can't be delivered; null when there is none.</summary>
    public void Undeliverable(string? trouble)
    {
        lock (_gate)
        {
            _undeliverable = trouble;
        }
    }

    /// <summary>How many partitions are read.</summary>
    public void Partitions(int count)
    {
        lock (_gate)
        {
            _partitions = count;
        }
    }
}
