using Confluent.Kafka;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Bridge.Sink.Producing;

namespace KafkaLogstash.Bridge.Sink;

/// <summary>What is to be said about a sink bridge. Thread-safe.</summary>
/// <param name="time">The clock.</param>
internal sealed class SinkStatus(TimeProvider time)
{
    /// <summary>
    /// How long a topic's trouble counts without being seen again. A pod that is not ready gets no new connections, so nothing might come any more that could show that it is over.
    /// </summary>
    private static readonly TimeSpan TroubleLasts = TimeSpan.FromSeconds(30);

    /// <summary>How long it is remembered: senders that were told to come again do so after a minute at the latest.</summary>
    private static readonly TimeSpan TroubleRemembered = TimeSpan.FromMinutes(10);

    /// <summary>Of more topics in trouble nobody wants to hear.</summary>
    private const int MostTopics = 100;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Trouble, long Since)> _topics = new(StringComparer.Ordinal);
    private string? _server = "It does not listen yet.";
    private string? _kafka = "It has not been reached yet.";
    private volatile bool _troubled = true;

    /// <summary>The state.</summary>
    public RoleState State
    {
        get
        {
            lock (_gate)
            {
                if ((_server ?? (_kafka is null ? null : $"Kafka: {_kafka}")) is { } trouble)
                {
                    return new(Ready: false, trouble);
                }

                var lasting = _topics.Values.Where(topic => time.GetElapsedTime(topic.Since) < TroubleLasts).ToArray();
                return lasting.Length == 0 ? new(Ready: true, "Takes events.")
                    : new(Ready: false, lasting[0].Trouble + (lasting.Length == 1 ? "" : $" So it is with {lasting.Length - 1} more topics."));
            }
        }
    }

    /// <summary>Whether the brokers are not known to answer.</summary>
    public bool IsUnreached
    {
        get
        {
            lock (_gate)
            {
                return _kafka is not null;
            }
        }
    }

    /// <summary>Whether records of a topic could not be written lately, nor since.</summary>
    public bool IsInTrouble(string topic)
    {
        lock (_gate)
        {
            return _topics.ContainsKey(topic);
        }
    }

    /// <summary>Of records those whose topics are in trouble; all of them where none is.</summary>
    public IReadOnlyList<TopicRun> InTrouble(IReadOnlyList<TopicRun> runs)
    {
        if (!_troubled)
        {
            return runs;
        }

        lock (_gate)
        {
            TopicRun[] troubled = [.. runs.Where(run => _topics.ContainsKey(run.Topic))];
            return troubled.Length == 0 ? runs : troubled;
        }
    }

    /// <summary>The servers listen, or why they do not.</summary>
    public void Listens(string? trouble)
    {
        lock (_gate)
        {
            _server = trouble;
        }
    }

    /// <summary>The brokers answer.</summary>
    public void Reached()
    {
        lock (_gate)
        {
            _kafka = null;
            _troubled = _topics.Count > 0;
        }
    }

    /// <summary>The client reported an error.</summary>
    public void Failed(ErrorCode error, string text)
    {
        var reason = ClientErrorText.Lasting(text);
        var trouble = error switch
        {
            ErrorCode.Local_AllBrokersDown => $"No broker answers. {reason}",
            ErrorCode.Local_Resolve => $"A broker's name can't be resolved. {reason}",
            ErrorCode.Local_Ssl => $"The TLS handshake fails. {reason}. Do spec.kafka.tls and the port fit?",
            ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed => $"The login fails. {reason}. Are the credentials right?",
            _ => null,
        };
        if (trouble is null)
        {
            return;
        }

        lock (_gate)
        {
            (_kafka, _troubled) = (trouble, true);
        }
    }

    /// <summary>Records of a topic could not be written.</summary>
    public void TopicFailed(string topic, string trouble)
    {
        lock (_gate)
        {
            if (_topics.Count >= MostTopics)
            {
                _topics.Clear();
            }

            _topics[topic] = (trouble, time.GetTimestamp());
            _troubled = true;
        }
    }

    /// <summary>Records of a topic were written.</summary>
    public void TopicWritten(string topic)
    {
        lock (_gate)
        {
            _topics.Remove(topic);
        }
    }

    /// <summary>Records were written, all but those of some topics.</summary>
    public void Written(IReadOnlyList<TopicRun> runs, IReadOnlySet<string> failedTopics)
    {
        // At speed nothing is wrong, and nothing to be done.
        if (!_troubled)
        {
            return;
        }

        lock (_gate)
        {
            _kafka = null;
            foreach (var run in runs.Where(run => !failedTopics.Contains(run.Topic)))
            {
                _topics.Remove(run.Topic);
            }

            foreach (var topic in _topics.Where(topic => time.GetElapsedTime(topic.Value.Since) > TroubleRemembered).Select(topic => topic.Key).ToArray())
            {
                _topics.Remove(topic);
            }

            _troubled = _topics.Count > 0;
        }
    }
}
