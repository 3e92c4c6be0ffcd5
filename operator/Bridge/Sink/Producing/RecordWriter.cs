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
    /// <summary>How many records are written one by one at a time: each is copied, and the queue of the client that writes them has an end.</summary>
    private const int MostAtOnce = 1000;

    /// <summary>Batches that wait to be used again.</summary>
    private const int MostKept = 64;

    private readonly SinkSettings _settings;
    private readonly RoleContext _context;
    private readonly SinkStatus _status;
    private readonly SinkMetrics _metrics;
    private readonly ILogger _logger;
    private readonly SingleRecordWriter _singles;
    private readonly Stack<RecordBatch> _batches = [];
    private readonly Lock _batchesGate = new();
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
    public RecordBatch Rent()
    {
        lock (_batchesGate)
        {
            return _batches.TryPop(out var batch) ? batch : new(Buffers);
        }
    }

    /// <summary>Takes a batch back that is not under way.</summary>
    public void Return(RecordBatch batch)
    {
        batch.Dispose();
        lock (_batchesGate)
        {
            if (_batches.Count < MostKept)
            {
                _batches.Push(batch);
            }
        }
    }

    /// <summary>Asks the brokers for a sign of life.</summary>
    public async Task LookAsync(TimeSpan timeout)
    {
        if (await _producer.LookAsync(timeout) == ErrorCode.NoError)
        {
            _status.Reached();
        }
    }

    /// <summary>
    /// Writes what is to be written of a batch, and waits until each of its records is answered. Whoever sent it may be gone by then: what was begun is finished. What was in trouble lately goes first
    /// and alone: who has to send a whole batch again would have all the rest of it written with each try.
    /// </summary>
    /// <param name="batch">The batch; sealed. What could not be written, but may be later, is what it holds afterwards.</param>
    public async Task<WriteResult> WriteAsync(RecordBatch batch)
    {
        if (_settings.DeadLetterTopic.Length == 0 && batch.Refused.Find(refused => refused.Reason == RefusalReason.TopicNotAllowed) is { Topic: { } unlisted } first)
        {
            // It may well be the list that is wrong.
            _status.TopicFailed(unlisted, first.Message);
            LogLater(_logger, batch.Count, batch.Count, first.Message);
            return Later(0, first.Message);
        }

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

        var (letters, trouble) = batch.Refused.Count > 0 && _status.IsInTrouble(_settings.DeadLetterTopic) ? await WriteLettersAsync(batch) : (0, null);
        if (trouble is not null)
        {
            return Later(0, trouble);
        }

        (var written, trouble) = await WriteAsync(producer, batch);
        if (trouble is not null)
        {
            return Later(written, trouble);
        }

        // All else is written by now: a batch that has to be sent again leaves no letters.
        (var more, trouble) = await WriteLettersAsync(batch);
        if (trouble is not null)
        {
            return Later(written, trouble);
        }

        foreach (var refused in batch.Refused)
        {
            _metrics.Refused(refused.Reason);
        }

        return new(written, letters + more, [.. batch.Refused], Trouble: null);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _producer.DisposeAsync();
        await Task.WhenAll(_ending);
        await Task.Run(_singles.Dispose);
    }

    private static long Bytes(RecordBatch batch, IReadOnlyList<TopicRun> part, FailedRecord[] failed)
    {
        var bytes = 0L;
        foreach (var run in part)
        {
            foreach (ref readonly var message in batch.Messages(run.First, run.Count))
            {
                bytes += (long)message.Length;
            }
        }

        return bytes - failed.Sum(record => (long)batch.Value(record.Index).Length);
    }

    private static WriteResult Later(int written, string trouble) => new(written, 0, [], trouble);

    /// <summary>Writes records to their topics.</summary>
    /// <returns>How many were written, and why not all of the others were, that can be.</returns>
    private async Task<(int Written, string? Trouble)> WriteAsync(BatchProducer producer, RecordBatch batch)
    {
        var started = _context.Time.GetTimestamp();
        var (written, bytes, trouble) = (0, 0L, (string?)null);
        while (batch.Runs.Count > 0 && trouble is null)
        {
            if (!producer.TryEnter(batch))
            {
                trouble = DeliveryErrors.Explain(ErrorCode.Local_PurgeQueue, "");
                break;
            }

            var part = _status.InTrouble(batch.Runs);
            FailedRecord[] failed;
            try
            {
                await producer.WriteAsync(batch, part);
                failed = batch.Failed();
            }
            finally
            {
                producer.Leave(batch);
            }

            var (later, alone) = failed.Length > 0 ? await SortOutAsync(batch, failed) : ([], 0);
            var taken = part.Sum(run => run.Count) - failed.Length + alone;
            written += taken;
            bytes += Bytes(batch, part, failed);
            if (taken > 0)
            {
                _status.Written(part, later.Count == 0 ? FrozenSet<string>.Empty : later.Select(record => batch.Topic(record.Index)).ToHashSet(StringComparer.Ordinal));
            }

            trouble = later.Count > 0 ? Blame(batch, later) : null;
            batch.Retain(part, later);
        }

        _metrics.Written(written, bytes, _context.Time.GetElapsedTime(started));
        return (written, trouble);
    }

    /// <summary>Says of topics that they don't take records now.</summary>
    /// <returns>Why not, of the first.</returns>
    private string Blame(RecordBatch batch, List<FailedRecord> later)
    {
        foreach (var topic in later.DistinctBy(record => batch.Topic(record.Index)))
        {
            _status.TopicFailed(batch.Topic(topic.Index), DeliveryErrors.Explain(topic.Error, batch.Topic(topic.Index)));
        }

        foreach (var error in later.CountBy(record => record.Error))
        {
            _metrics.DeliveryFailed(error.Key, error.Value);
        }

        var trouble = DeliveryErrors.Explain(later[0].Error, batch.Topic(later[0].Index));
        LogLater(_logger, later.Count, batch.Count, trouble);
        return trouble;
    }

    /// <summary>What no topic takes goes to the dead-letter topic, if there is one. Of what is refused, that is left which not even there can be written.</summary>
    /// <returns>How many letters were written, and why not all of the others were, that can be.</returns>
    private async Task<(int Letters, string? Trouble)> WriteLettersAsync(RecordBatch batch)
    {
        var (letters, trouble) = (0, (string?)null);
        foreach (var some in _settings.DeadLetterTopic.Length == 0 ? [] : batch.Refused.Chunk(MostAtOnce).ToArray())
        {
            var errors = await Task.WhenAll(some.Select(refused => _singles.WriteDeadLetterAsync(batch, refused)));
            var written = some.Where((_, i) => errors[i] == ErrorCode.NoError).Select(refused => refused.Index).ToHashSet();
            foreach (var refused in some.Where(refused => written.Contains(refused.Index)))
            {
                _metrics.DeadLettered(refused.Reason);
            }

            letters += written.Count;
            batch.Refused.RemoveAll(refused => written.Contains(refused.Index));
            foreach (var error in errors.Where(error => error != ErrorCode.NoError && DeliveryErrors.Judge(new(0, error, IsLocal: false), wasAlone: true) != DeliveryVerdict.Never))
            {
                trouble = DeliveryErrors.Explain(error, _settings.DeadLetterTopic);
                _metrics.DeliveryFailed(error, 1);
            }

            if (trouble is not null)
            {
                _status.TopicFailed(_settings.DeadLetterTopic, trouble);
                break;
            }
        }

        if (letters > 0)
        {
            LogLetters(_logger, letters, _settings.DeadLetterTopic);
        }

        if (letters > 0 && trouble is null)
        {
            _status.TopicWritten(_settings.DeadLetterTopic);
        }

        return (letters, trouble);
    }

    /// <summary>Sorts out what was not written, and writes records one by one whose batch was refused.</summary>
    /// <returns>What may be written later, and how many were written one by one.</returns>
    private async Task<(List<FailedRecord> Later, int Written)> SortOutAsync(RecordBatch batch, FailedRecord[] failed)
    {
        var written = 0;
        var later = new List<FailedRecord>();
        var suspects = new List<int>();
        var isLimited = _context.KafkaProperties.ContainsKey("message.max.bytes");
        foreach (var record in failed)
        {
            switch (DeliveryErrors.Judge(record, wasAlone: false, isLimited))
            {
                case DeliveryVerdict.Suspect:
                    suspects.Add(record.Index);
                    break;
                case DeliveryVerdict.Never:
                    Refuse(batch, record);
                    break;
                default:
                    later.Add(record);
                    break;
            }
        }

        foreach (var some in suspects.Chunk(MostAtOnce))
        {
            var errors = await Task.WhenAll(some.Select(index => _singles.WriteAsync(batch, index)));
            foreach (var record in some.Zip(errors, (index, error) => new FailedRecord(index, error, IsLocal: false)))
            {
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
