using System.Collections.Concurrent;
using System.Collections.Frozen;
using Confluent.Kafka;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Bridging;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Sink.Producing;

/// <summary>
/// Writes batches of events to Kafka, and sorts out what was not written: what Kafka may take later is left in the batch, what it never will goes to the dead-letter topic or is refused.
/// </summary>
internal sealed partial class RecordWriter : IAsyncDisposable
{
    private readonly SinkSettings _settings;
    private readonly RoleContext _context;
    private readonly SinkStatus _status;
    private readonly SinkMetrics _metrics;
    private readonly ILogger _logger;
    private readonly SingleRecordWriter _singles;
    private readonly ConcurrentBag<RecordBatch> _batches = [];
    private readonly ConcurrentBag<Task> _ending = [];
    private readonly Lock _makeGate = new();
    private volatile BatchProducer _producer;

    /// <summary>Makes the producer.</summary>
    /// <exception cref="RoleException">Kafka's client refuses its properties.</exception>
    public RecordWriter(SinkSettings settings, RoleContext context, SinkStatus status, SinkMetrics metrics, ILogger logger)
    {
        (_settings, _context, _status, _metrics, _logger) = (settings, context, status, metrics, logger);
        _singles = new(settings, context);
        Buffers = new(settings.MaxPendingBytes / 2);
        try
        {
            _producer = Make();
        }
        catch (InvalidOperationException failure)
        {
            throw new RoleException($"Kafka's client refuses its properties: {failure.Message}", failure);
        }
    }

    /// <summary>Where buffers for events come from.</summary>
    public PinnedBuffers Buffers { get; }

    /// <summary>An empty batch.</summary>
    public RecordBatch Rent() => _batches.TryTake(out var batch) ? batch : new(Buffers);

    /// <summary>Takes a batch back that is not under way.</summary>
    public void Return(RecordBatch batch)
    {
        batch.Dispose();
        _batches.Add(batch);
    }

    /// <summary>Asks the brokers for a sign of life.</summary>
    public async Task LookAsync(TimeSpan timeout)
    {
        if (await _producer.LookAsync(timeout) == ErrorCode.NoError)
        {
            _status.Reached();
        }
    }

    /// <summary>Writes what is to be written of a batch, and waits until each of its records is answered. Whoever sent it may be gone by then: what was begun is finished.</summary>
    /// <param name="batch">The batch; sealed. What could not be written, but may be later, is what it holds afterwards.</param>
    public async Task<WriteResult> WriteAsync(RecordBatch batch)
    {
        var started = _context.Time.GetTimestamp();
        BatchProducer producer;
        try
        {
            producer = Current();
        }
        catch (InvalidOperationException failure)
        {
            // A certificate that is being replaced, for instance: what the next batch finds may be good again.
            return Later(0, $"Kafka's client has to be made anew, and can't be: {failure.Message}");
        }

        if (!producer.TryEnter(batch))
        {
            return Later(0, DeliveryErrors.Explain(ErrorCode.Local_PurgeQueue, ""));
        }

        FailedRecord[] failed;
        try
        {
            await producer.WriteAsync(batch);
            failed = batch.Failed();
        }
        finally
        {
            producer.Leave(batch);
        }

        var (written, bytes) = Count(batch, failed);
        List<FailedRecord> later = [];
        if (failed.Length > 0)
        {
            (later, var alone) = await SortOutAsync(batch, failed);
            written += alone;
        }

        _metrics.Written(written, bytes, _context.Time.GetElapsedTime(started));
        if (written > 0)
        {
            _status.Written(batch.Runs, later.Count == 0 ? FrozenSet<string>.Empty : later.Select(record => batch.Topic(record.Index)).ToHashSet(StringComparer.Ordinal));
        }

        if (later.Count > 0)
        {
            var (error, topic) = (later[0].Error, batch.Topic(later[0].Index));
            var trouble = DeliveryErrors.Explain(error, topic);
            _status.TopicFailed(topic, trouble);
            _metrics.DeliveryFailed(error, later.Count);
            LogLater(_logger, later.Count, batch.Count, trouble);
            batch.Retain(later);
            return Later(written, trouble);
        }

        batch.Retain([]);
        return await FinishAsync(batch, written);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _producer.DisposeAsync();
        await Task.WhenAll(_ending);
        await Task.Run(_singles.Dispose);
    }

    private static (int Written, long Bytes) Count(RecordBatch batch, FailedRecord[] failed)
    {
        var (written, bytes) = (-failed.Length, 0L);
        foreach (var run in batch.Runs)
        {
            written += run.Count;
            foreach (ref readonly var message in batch.Messages(run.First, run.Count))
            {
                bytes += (long)message.Length;
            }
        }

        foreach (var record in failed)
        {
            bytes -= batch.Value(record.Index).Length;
        }

        return (written, bytes);
    }

    private static WriteResult Later(int written, string trouble) => new(written, 0, [], trouble);

    /// <summary>What no topic takes goes to the dead-letter topic, or back to who sent it. All else is written by now: a batch that has to be sent again leaves no letters.</summary>
    private async Task<WriteResult> FinishAsync(RecordBatch batch, int written)
    {
        if (batch.Refused.Count == 0)
        {
            return new(written, 0, [], Trouble: null);
        }

        var (letters, refused) = (0, new List<RefusedEvent>());
        foreach (var reason in batch.Refused.ToArray())
        {
            var error = _settings.DeadLetterTopic.Length == 0 ? ErrorCode.MsgSizeTooLarge : await _singles.WriteDeadLetterAsync(batch, reason);
            if (error == ErrorCode.NoError)
            {
                letters++;
                _metrics.DeadLettered(reason.Reason);
                batch.Refused.Remove(reason);
            }
            else if (DeliveryErrors.Judge(new(reason.Index, error, IsLocal: false), wasAlone: true) == DeliveryVerdict.Never)
            {
                // Not even a letter can be made of it.
                refused.Add(reason);
            }
            else
            {
                var trouble = DeliveryErrors.Explain(error, _settings.DeadLetterTopic);
                _status.TopicFailed(_settings.DeadLetterTopic, trouble);
                _metrics.DeliveryFailed(error, 1);
                return Later(written, trouble);
            }
        }

        foreach (var reason in refused)
        {
            _metrics.Refused(reason.Reason);
        }

        if (letters > 0)
        {
            _status.TopicWritten(_settings.DeadLetterTopic);
            LogLetters(_logger, letters, _settings.DeadLetterTopic);
        }

        return new(written, letters, refused, Trouble: null);
    }

    /// <summary>Sorts out what was not written, and writes records one by one whose batch was refused.</summary>
    /// <returns>What may be written later, and how many were written one by one.</returns>
    private async Task<(List<FailedRecord> Later, int Written)> SortOutAsync(RecordBatch batch, FailedRecord[] failed)
    {
        var written = 0;
        var later = new List<FailedRecord>();
        var suspects = new List<(int Index, Task<ErrorCode> Answer)>();
        foreach (var record in failed)
        {
            switch (DeliveryErrors.Judge(record, wasAlone: false))
            {
                case DeliveryVerdict.Suspect:
                    suspects.Add((record.Index, _singles.WriteAsync(batch, record.Index)));
                    break;
                case DeliveryVerdict.Never:
                    Refuse(batch, record);
                    break;
                default:
                    later.Add(record);
                    break;
            }
        }

        foreach (var (index, answer) in suspects)
        {
            var record = new FailedRecord(index, await answer, IsLocal: false);
            if (record.Error == ErrorCode.NoError)
            {
                written++;
            }
            else if (DeliveryErrors.Judge(record, wasAlone: true) == DeliveryVerdict.Never)
            {
                Refuse(batch, record);
            }
            else
            {
                later.Add(record);
            }
        }

        later.Sort((one, other) => one.Index.CompareTo(other.Index));
        return (later, written);
    }

    private static void Refuse(RecordBatch batch, FailedRecord record)
    {
        var topic = batch.Topic(record.Index);
        batch.Refused.Add(new(record.Index, DeliveryErrors.Reason(record.Error), DeliveryErrors.Describe(record, batch.Value(record.Index).Length, topic), topic));
    }

    /// <summary>The producer; a new one when the last has failed for good.</summary>
    private BatchProducer Current()
    {
        var producer = _producer;
        if (producer.Fatal is null)
        {
            return producer;
        }

        lock (_makeGate)
        {
            if (_producer == producer)
            {
                LogMadeAnew(_logger, producer.Fatal);
                _metrics.ProducerMadeAnew();
                _producer = Make();
                _ending.Add(producer.DisposeAsync().AsTask());
            }

            return _producer;
        }
    }

    private BatchProducer Make() => new(
        ProducerProperties.ForBatches(_settings, _context.KafkaProperties),
        (error, reason) =>
        {
            _metrics.KafkaFailed();
            _status.Failed(error, reason);
        },
        _context.KafkaLog.Pass);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} of {All} events could not be written, and their sender is to keep them: {Trouble}")]
    private static partial void LogLater(ILogger logger, int count, int all, string trouble);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} events that can't be written to their topics are in the dead-letter topic {Topic}")]
    private static partial void LogLetters(ILogger logger, int count, string topic);

    [LoggerMessage(Level = LogLevel.Error, Message = "Kafka's client gave up and is made anew: {Reason}")]
    private static partial void LogMadeAnew(ILogger logger, string reason);
}
