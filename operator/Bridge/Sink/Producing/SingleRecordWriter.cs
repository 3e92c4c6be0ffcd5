using System.Text;
using Confluent.Kafka;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Bridging;

namespace KafkaLogstash.Bridge.Sink.Producing;

/// <summary>
/// Writes records one by one, with a producer that is made with the first, and made anew when it has failed for good: records whose batch was refused, and dead letters. Neither is the rule, so what
/// Confluent.Kafka allocates for each is no matter here. Thread-safe.
/// </summary>
/// <param name="settings">What the sink takes.</param>
/// <param name="context">What it is made from.</param>
internal sealed class SingleRecordWriter(SinkSettings settings, RoleContext context) : IDisposable
{
    /// <summary>Begins the names of the headers of dead letters.</summary>
    private const string HeaderPrefix = "kafka-logstash-";

    private readonly Lock _gate = new();
    private Client? _client;
    private bool _isDisposed;

    /// <summary>Writes a record of a batch.</summary>
    /// <returns>Why it was not written; <see cref="ErrorCode.NoError"/> when it was.</returns>
    public Task<ErrorCode> WriteAsync(RecordBatch batch, int index) =>
        WriteAsync(batch.Topic(index), new() { Key = batch.Key(index), Value = batch.Value(index).ToArray() });

    /// <summary>Writes an event to the dead-letter topic, with headers that say where it belonged and why it is not there.</summary>
    /// <returns>Why it was not written; <see cref="ErrorCode.NoError"/> when it was.</returns>
    public Task<ErrorCode> WriteDeadLetterAsync(RecordBatch batch, RefusedEvent refused)
    {
        var headers = new Headers
        {
            { HeaderPrefix + "reason", Encoding.UTF8.GetBytes(SinkMetrics.Word(refused.Reason)) },
            { HeaderPrefix + "error", Encoding.UTF8.GetBytes(refused.Message) },
            { HeaderPrefix + "bridge", Encoding.UTF8.GetBytes(context.InstanceId) },
        };
        if (refused.Topic is { } topic)
        {
            headers.Add(HeaderPrefix + "topic", Encoding.UTF8.GetBytes(topic));
        }

        return WriteAsync(settings.DeadLetterTopic, new() { Key = batch.Key(refused.Index), Value = batch.Value(refused.Index).ToArray(), Headers = headers });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Client? idle;
        lock (_gate)
        {
            _isDisposed = true;
            idle = _client is { UnderWay: 0 } ? _client : null;
            _client = null;
        }

        idle?.Producer.Dispose();
    }

    private async Task<ErrorCode> WriteAsync(string topic, Message<byte[]?, byte[]> message)
    {
        if (Enter(out var refused) is not { } client)
        {
            return refused;
        }

        var error = ErrorCode.NoError;
        try
        {
            await client.Producer.ProduceAsync(topic, message);
        }
        catch (ProduceException<byte[]?, byte[]> failure)
        {
            error = failure.Error.Code;
        }

        if (Leave(client))
        {
            await Task.Run(client.Producer.Dispose);
        }

        return error;
    }

    /// <summary>The producer, with one more record under way.</summary>
    private Client? Enter(out ErrorCode refused)
    {
        lock (_gate)
        {
            try
            {
                refused = _isDisposed ? ErrorCode.Local_PurgeQueue : ErrorCode.NoError;
                if (!_isDisposed)
                {
                    _client ??= Make();
                    _client.UnderWay++;
                }

                return _client;
            }
            catch (Exception unfit) when (unfit is InvalidOperationException or ArgumentException or KafkaException)
            {
                // Its text repeats values, which may be secret.
                refused = ErrorCode.Local_InvalidArg;
                return null;
            }
        }
    }

    /// <summary>A record is answered.</summary>
    /// <returns>Whether it was the last one of a producer that is no longer used: those under way would never be answered by one that is disposed.</returns>
    private bool Leave(Client client)
    {
        lock (_gate)
        {
            return --client.UnderWay == 0 && _client != client;
        }
    }

    private Client Make() => new(new ProducerBuilder<byte[]?, byte[]>(ProducerProperties.ForSingleRecords(settings, context.KafkaProperties))
        .SetLogHandler((_, line) => context.KafkaLog.Pass(line))
        .SetErrorHandler((producer, error) =>
        {
            if (error.IsFatal && Retire(producer))
            {
                // It is the producer's own thread that tells it.
                ThreadPool.QueueUserWorkItem(failed => failed.Dispose(), producer, preferLocal: false);
            }
        })
        .Build());

    /// <summary>A producer has failed for good.</summary>
    /// <returns>Whether nothing waits for it any more.</returns>
    private bool Retire(IProducer<byte[]?, byte[]> producer)
    {
        lock (_gate)
        {
            if (_client is not { } client || client.Producer != producer)
            {
                return false;
            }

            _client = null;
            return client.UnderWay == 0;
        }
    }

    /// <summary>A producer, and how many of its records are not answered.</summary>
    private sealed class Client(IProducer<byte[]?, byte[]> producer)
    {
        public IProducer<byte[]?, byte[]> Producer { get; } = producer;

        public int UnderWay { get; set; }
    }
}
