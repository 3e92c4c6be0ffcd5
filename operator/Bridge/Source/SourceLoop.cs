using System.Runtime.ExceptionServices;
using Confluent.Kafka;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Bridge.Source.Consuming;
using KafkaLogstash.Bridge.Source.Delivery;
using KafkaLogstash.Bridge.Source.Events;
using KafkaLogstash.Bridging;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Source;

/// <summary>
/// The thread that consumes: it takes records from librdkafka, makes events of them, hands them to the delivery, and stores the offsets of what was acknowledged. All state is
/// this thread's alone; rebalances come to it while it polls.
/// </summary>
/// <remarks>
/// Back-pressure has two steps. As long as a stall is short, nothing is polled: what librdkafka has read ahead stays there. Then the partitions are paused, which throws that away,
/// and polling goes on: the bridge stays in its group however long Logstash takes nothing.
/// </remarks>
internal sealed partial class SourceLoop : IDeliveryOwner, IDisposable
{
    private const int RecordsBetweenLooks = 256;

    private static readonly TimeSpan ShortStall = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IdlePoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BusyPoll = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan CommitBackoff = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan HousekeepingInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeavingTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How often Kafka is asked for the ends of partitions that are paused: for the lag, which nothing else tells then.</summary>
    private static readonly TimeSpan EndsInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan EndsTimeout = TimeSpan.FromSeconds(1);

    /// <summary>How long a commit is tried again while partitions are taken back: the whole group waits meanwhile.</summary>
    private static readonly TimeSpan RevocationCommitTimeout = TimeSpan.FromSeconds(3);

    private readonly SourceSettings _settings;
    private readonly IConsumer<Ignore, Ignore> _consumer;
    private readonly RecordQueue _queue;
    private readonly WindowDelivery _delivery;
    private readonly DeadLetterWriter _deadLetters;
    private readonly KafkaTrouble _trouble;
    private readonly SourceStatus _status;
    private readonly SourceMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EventEncoder _encoder;

    /// <summary>Null where partitions without a committed offset begin at their beginning, or not at all.</summary>
    private readonly PartitionStarts? _starts;
    private readonly Dictionary<TopicPartition, PartitionProgress> _partitions = [];
    private readonly List<PartitionProgress> _advanced = [];
    private PartitionProgress? _last;
    private long? _stalledSince;
    private long _housekeptAt;
    private long _markersPassedAt;
    private long _endsAskedAt;
    private bool _awaitsLogstash;
    private long _turnedAt;
    private int _paused;
    private long _records;
    private long _bytes;
    private string? _held;
    private bool _leaves;
    private ExceptionDispatchInfo? _failedCallback;

    /// <summary>A loop that has not begun.</summary>
    public SourceLoop(SourceSettings settings, SourceLoopParts parts)
    {
        _settings = settings;
        _delivery = parts.Delivery(this);
        _deadLetters = parts.DeadLetters;
        _trouble = parts.Trouble;
        _status = parts.Status;
        _metrics = parts.Metrics;
        _time = parts.Time;
        _logger = parts.Logger;
        _encoder = new EventEncoder(settings.Codec, settings.Decoration, settings.GroupId);
        _turnedAt = _time.GetTimestamp();
        _consumer = parts.Consumer(this);
        _queue = new RecordQueue(_consumer.Handle, ConsumerProperties.NeedsHeaders(settings));
        _starts = settings.AutoOffsetReset == "latest" ? new(_consumer, _logger) : null;
    }

    /// <summary>How long ago the loop last turned.</summary>
    public TimeSpan SinceTurn => _time.GetElapsedTime(Volatile.Read(ref _turnedAt));

    /// <summary>Brings the windows to Logstash.</summary>
    public WindowDelivery Delivery => _delivery;

    /// <summary>Consumes until it is stopped, then drains, commits and leaves the group.</summary>
    /// <param name="stopping">Stops it.</param>
    /// <exception cref="RoleException">It can't go on; the message says why.</exception>
    public void Run(CancellationToken stopping)
    {
        _delivery.Start();
        _consumer.Subscribe(_settings.Topics);
        _housekeptAt = _time.GetTimestamp();
        while (!stopping.IsCancellationRequested)
        {
            Turn();
        }

        Drain();
        Leave();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _metrics.Partitions(0, 0, 0);
        _queue.Dispose();
        _consumer.Dispose();
        _deadLetters.Dispose();
        _encoder.Dispose();
    }

    /// <inheritdoc/>
    public void Advanced(PartitionProgress progress) => _advanced.Add(progress);

    /// <inheritdoc/>
    public void Undeliverable(DeliverySegment segment, long offset, ReadOnlyMemory<byte> text) => Bury(
        new(
            DeadLetterReason.Refused,
            "Logstash ends every connection that its event comes over.",
            new(segment.Progress.Partition, offset),
            Key: null,
            text.ToArray(),
            Headers: null),
        segment);

    /// <summary>The group gave partitions.</summary>
    /// <returns>Where to begin each.</returns>
    public IReadOnlyList<TopicPartitionOffset> Assigned(IReadOnlyCollection<TopicPartition> partitions)
    {
        InCallback(() =>
        {
            _metrics.Rebalanced();
            _queue.Added(partitions);
            var given = partitions.Select(partition => new PartitionProgress(partition)).ToArray();
            foreach (var progress in given)
            {
                _partitions[progress.Partition] = progress;
            }

            _starts?.Given(given);
            _advanced.AddRange(given.Where(progress => progress.Position is not null));
            _trouble.Given(partitions);
            LogAssigned(_logger, partitions.Count, _partitions.Count);
            Housekeep();
        });
        return [.. partitions.Select(partition => new TopicPartitionOffset(partition, _partitions.GetValueOrDefault(partition)?.Position ?? Offset.Unset))];
    }

    /// <summary>The group takes partitions back: what is under way is waited for, unless it was before, and committed.</summary>
    public void Revoked(IReadOnlyCollection<TopicPartition> partitions) => InCallback(() =>
    {
        _metrics.Rebalanced();
        var leaving = partitions.Where(_partitions.ContainsKey).Select(partition => _partitions[partition]).ToArray();
        var began = _time.GetTimestamp();
        while (!_leaves && leaving.Any(progress => progress.IsUnderWay && !progress.Paused.HasFlag(PauseReasons.Undeliverable))
            && _time.GetElapsedTime(began) < _settings.RevocationTimeout)
        {
            TakeIn();
            _delivery.Flush();
            _delivery.Wait(BusyPoll);
        }

        Commit(leaving, RevocationCommitTimeout);
        Forget(partitions);
        LogRevoked(_logger, partitions.Count, _partitions.Count, leaving.Count(progress => progress.IsUnderWay));
    });

    /// <summary>The partitions are another's already: it is too late to commit anything.</summary>
    public void Lost(IReadOnlyCollection<TopicPartition> partitions) => InCallback(() =>
    {
        _metrics.Rebalanced();
        Forget(partitions);
        LogLost(_logger, partitions.Count);
    });

    /// <summary>Confluent.Kafka would keep an exception of a callback for a poll that never comes.</summary>
    private void InCallback(Action callback)
    {
        try
        {
            callback();
        }
        catch (Exception failure)
        {
            _failedCallback = ExceptionDispatchInfo.Capture(failure);
        }
    }

    private bool HasRoom => _delivery.Bytes < _settings.MaxBytesInFlight && !_delivery.IsFull;

    private void Turn()
    {
        _failedCallback?.Throw();
        _trouble.ThrowIfFatal();
        TakeIn();
        if (_time.GetElapsedTime(_housekeptAt) > HousekeepingInterval)
        {
            CheckAssignment();
            FindStarts();
            AskForEnds();
            Housekeep();
        }
        else if (_awaitsLogstash && _delivery.Trouble is null)
        {
            // Ready now, not when the house is kept next.
            TellOfLogstash();
        }

        if (!HasRoom)
        {
            Stall();
            return;
        }

        _stalledSince = null;
        if (_paused > 0)
        {
            Unpause();
        }

        for (var i = 0; i < RecordsBetweenLooks && HasRoom; i++)
        {
            if (!_queue.HasRecord)
            {
                PassMarkers();
                _delivery.Flush();
                _queue.Wait(_delivery.HasUnsent ? BusyPoll : IdlePoll);
                break;
            }

            Take(_queue.Current);
            _queue.Release();
        }

        _delivery.SendOverdue();
    }

    private void Stall()
    {
        _stalledSince ??= _time.GetTimestamp();
        if (_time.GetElapsedTime(_stalledSince.Value) < ShortStall)
        {
            _delivery.Flush();
            _delivery.Wait(TimeSpan.FromMilliseconds(20));
            return;
        }

        foreach (var progress in _partitions.Values)
        {
            Pause(progress, PauseReasons.Full);
        }

        // A window that nothing is added to any more would stay open otherwise, and keep the room that is waited for.
        _delivery.Flush();
        _queue.Wait(IdlePoll);
    }

    /// <summary>Takes in what happened beside this thread.</summary>
    private void TakeIn()
    {
        Volatile.Write(ref _turnedAt, _time.GetTimestamp());
        _delivery.Process();
        _deadLetters.Process(
            segment =>
            {
                segment.Delivered();
                if (segment.Progress.Advance())
                {
                    Advanced(segment.Progress);
                }
            },
            segment => Pause(segment.Progress, PauseReasons.Letters));
        if (_advanced.Count == 0)
        {
            return;
        }

        foreach (var progress in _advanced)
        {
            if (progress.Position is { } position && IsOurs(progress))
            {
                Store(new TopicPartitionOffset(progress.Partition, position));
            }
        }

        _advanced.Clear();
    }

    private void Store(TopicPartitionOffset position)
    {
        try
        {
            _consumer.StoreOffset(position);
        }
        catch (KafkaException)
        {
            // The partition is just being taken away, and the loop has not heard of it yet. Whoever gets it begins at what was committed.
        }
    }

    private bool IsOurs(PartitionProgress progress) => _partitions.TryGetValue(progress.Partition, out var current) && current == progress;

    private void Take(RecordQueue.QueuedRecord record)
    {
        if (record.Error is { } error)
        {
            _metrics.KafkaFailed();
            _trouble.Failed(error, record.TopicPartition, Reached);
            return;
        }

        if (ProgressOf(record) is not { } progress)
        {
            return;
        }

        ReadOnlySpan<byte> key = record.Key, value = record.Value;
        var offset = record.Offset;
        if (progress.Position is null)
        {
            progress.BeginAt(offset);
            if (_starts is not null)
            {
                Advanced(progress);
            }
        }

        _records++;
        _bytes += key.Length + value.Length;

        var lane = _delivery.LaneFor(progress);
        var window = _delivery.Open(lane);
        var before = window.Bytes;
        var timestamp = record.UnixMilliseconds;
        var metadata = new RecordMetadata(progress.Partition.Topic, progress.Partition.Partition.Value, offset, timestamp, record.Headers);
        var length = _encoder.Encode(value, record.ValueIsNull, key, record.KeyIsNull, metadata, window, _settings.MaxEventBytes);
        if (length < 0)
        {
            Bury(
                new(
                    DeadLetterReason.TooLarge,
                    $"Its event has {-length} bytes, more than the {_settings.MaxEventBytes} that are allowed.",
                    new(progress.Partition, offset),
                    record.KeyIsNull ? null : key.ToArray(),
                    record.ValueIsNull ? null : value.ToArray(),
                    metadata.Headers),
                progress.Add(window: null, offset));
            return;
        }

        progress.Add(window, offset);
        window.Note(offset);
        window.LastTimestamp = timestamp;
        _delivery.Added(lane, window.Bytes - before);
        if (lane.IsFull || lane.IsRetired)
        {
            if (_delivery.ShouldMove(lane))
            {
                Pause(progress, PauseReasons.Moving);
            }
            else if (!_delivery.IsFull)
            {
                Pause(progress, PauseReasons.Full);
            }
        }
    }

    /// <summary>The progress of a record's partition; null where the partition is not this bridge's, so that somebody else reads it.</summary>
    private PartitionProgress? ProgressOf(RecordQueue.QueuedRecord record)
    {
        var topic = record.Topic;
        if (_last is { } last && last.Partition.Partition.Value == record.Partition && last.Partition.Topic == topic)
        {
            return last;
        }

        return _last = _partitions.GetValueOrDefault(new TopicPartition(topic, record.Partition));
    }

    /// <summary>A record can't be delivered: it goes to the dead-letter topic, or holds its partition.</summary>
    private void Bury(DeadLetter letter, DeliverySegment segment)
    {
        if (_settings.DeadLetterTopic.Length > 0)
        {
            _deadLetters.Write(letter, segment);
            if (_deadLetters.Bytes > _settings.MaxBytesInFlight / 2)
            {
                Pause(segment.Progress, PauseReasons.Letters);
            }

            return;
        }

        _held = $"The record at offset {letter.Record.Offset.Value} of {letter.Record.TopicPartition} can't be delivered: {letter.Message} "
            + "Its partition waits. Set bridge.source.deadLetterTopic, so that such records go there and the others go on.";
        LogHeld(_logger, _held);
        Pause(segment.Progress, PauseReasons.Undeliverable);
        Housekeep();
    }

    private void Pause(PartitionProgress progress, PauseReasons reason)
    {
        if (progress.Paused == PauseReasons.None && IsOurs(progress))
        {
            _consumer.Pause([progress.Partition]);
            _paused++;
        }

        progress.Paused |= reason;
    }

    private void Unpause()
    {
        // What a Logstash holds that takes nothing is not to keep the others from what is left.
        var held = _delivery.HeldBytes;
        var hasRoom = _delivery.Bytes - held <= (_settings.MaxBytesInFlight - held) / 2;
        foreach (var progress in _partitions.Values)
        {
            if (progress.Paused == PauseReasons.None)
            {
                continue;
            }

            if (!progress.IsUnderWay)
            {
                progress.Paused &= ~PauseReasons.Moving;
            }

            if (progress.Letters == 0)
            {
                progress.Paused &= ~PauseReasons.Letters;
            }

            if (hasRoom && progress.Lane is not { IsFull: true })
            {
                progress.Paused &= ~PauseReasons.Full;
            }

            if (progress.Paused == PauseReasons.None)
            {
                Resume(progress);
            }
        }
    }

    /// <summary>Lets Kafka be asked for a partition's records again. Also where it is given up: librdkafka would remember the pause, and never read the partition when it comes back.</summary>
    private void Resume(PartitionProgress progress)
    {
        _paused--;
        try
        {
            _consumer.Resume([progress.Partition]);
        }
        catch (KafkaException)
        {
            // librdkafka does not know the partition any more, nor that it was paused.
        }
    }

    private void Forget(IReadOnlyCollection<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            if (_partitions.Remove(partition, out var progress) && progress.Paused != PauseReasons.None)
            {
                Resume(progress);
            }
        }

        _last = null;
        _queue.Drop(partitions);
        _held = _partitions.Values.Any(progress => progress.Paused.HasFlag(PauseReasons.Undeliverable)) ? _held : null;
        Housekeep();
    }

    /// <summary>Commits how far partitions are delivered, again and again while what is in the way may pass.</summary>
    /// <param name="partitions">The partitions; asked for before each attempt.</param>
    /// <param name="patience">How long.</param>
    /// <param name="serveGroup">Lets the group give and take partitions between two attempts, for a little while; null where it is just being served.</param>
    private void Commit(IEnumerable<PartitionProgress> partitions, TimeSpan patience, Action? serveGroup = null)
    {
        var began = _time.GetTimestamp();
        while (CommitOnce(partitions) is { } failure)
        {
            if (!CommitFailure.MayPass(failure.Code, takesPart: serveGroup is not null) || _time.GetElapsedTime(began) > patience)
            {
                LogNotCommitted(_logger, failure.Reason);
                return;
            }

            if (serveGroup is null)
            {
                _delivery.Wait(CommitBackoff);
            }
            else
            {
                serveGroup();
            }
        }
    }

    private Error? CommitOnce(IEnumerable<PartitionProgress> partitions)
    {
        var positions = partitions
            .Where(progress => progress.Position is not null)
            .Select(progress => new TopicPartitionOffset(progress.Partition, progress.Position!.Value))
            .ToArray();
        try
        {
            if (positions.Length > 0)
            {
                _consumer.Commit(positions);
            }

            return null;
        }
        catch (KafkaException failure)
        {
            return CommitFailure.Of(failure);
        }
    }

    private void Drain()
    {
        var began = _time.GetTimestamp();
        LogDraining(_logger, _delivery.Bytes);
        while ((_delivery.Bytes > 0 || _deadLetters.IsBusy) && _time.GetElapsedTime(began) < _settings.DrainTimeout)
        {
            TakeIn();
            _delivery.Flush();
            _delivery.Wait(BusyPoll);
        }

        TakeIn();
        LogDrained(_logger, _delivery.Bytes);
    }

    /// <summary>Commits and leaves the group.</summary>
    private void Leave()
    {
        _leaves = true;

        // While the group rebalances for another member, it refuses commits until this member has taken part.
        Commit(_partitions.Values, LeavingTimeout, ServeGroup);

        // A static member does not leave when it closes; it does when it unsubscribes before (KIP-345).
        _consumer.Unsubscribe();
        var began = _time.GetTimestamp();
        while (_partitions.Count > 0 && _time.GetElapsedTime(began) < LeavingTimeout)
        {
            ServeGroup();
        }

        _queue.Clear();
        _consumer.Close();
    }

    /// <summary>Lets the group give and take partitions. Records that come with it are left to whoever reads next: nothing is stored for them.</summary>
    private void ServeGroup()
    {
        _queue.Wait(CommitBackoff);
        _queue.Clear();
    }

    /// <summary>Where Confluent.Kafka could not take or give back what the group wanted, nothing but a new client helps.</summary>
    private void CheckAssignment()
    {
        var assigned = _consumer.Assignment;
        if (assigned.Count != _partitions.Count || !assigned.TrueForAll(_partitions.ContainsKey))
        {
            throw new RoleException($"Kafka's client reads {assigned.Count} partitions, and not the {_partitions.Count} that the group gave. It is made anew.");
        }
    }

    /// <summary>Tries again to find out where partitions begin. What was read of those before is dropped: it was not begun at.</summary>
    private void FindStarts()
    {
        if (_starts?.TryAgain(IsOurs) is { Count: > 0 } begun)
        {
            _queue.Drop([.. begun.Select(progress => progress.Partition)]);
            _advanced.AddRange(begun);
        }
    }

    /// <summary>
    /// Moves over what is no record, as the markers that end transactions, for which offsets would stay behind the end for ever. Only while nothing was read that is not taken: librdkafka's
    /// position lies behind that.
    /// </summary>
    private void PassMarkers()
    {
        if (_time.GetElapsedTime(_markersPassedAt) < HousekeepingInterval)
        {
            return;
        }

        _markersPassedAt = _time.GetTimestamp();
        foreach (var progress in _partitions.Values)
        {
            if (!progress.IsUnderWay && progress.Position is { } position && ReadUpTo(progress) is var next && next > position)
            {
                progress.BeginAt(next);
                Advanced(progress);
            }
        }
    }

    /// <summary>The offset behind what librdkafka has given of a partition; negative where it has given nothing.</summary>
    private long ReadUpTo(PartitionProgress progress)
    {
        try
        {
            return _consumer.Position(progress.Partition).Value;
        }
        catch (KafkaException)
        {
            // It is just being taken away, and the loop has not heard of it yet.
            return -1;
        }
    }

    /// <summary>Asks for the ends of partitions that are paused.</summary>
    private void AskForEnds()
    {
        if (_paused == 0 || _time.GetElapsedTime(_endsAskedAt) < EndsInterval)
        {
            return;
        }

        try
        {
            foreach (var end in PartitionEnds.Of(_consumer, [.. _partitions.Values.Where(progress => progress.Paused != PauseReasons.None).Select(progress => progress.Partition)], EndsTimeout))
            {
                if (_partitions.TryGetValue(end.TopicPartition, out var progress))
                {
                    progress.End = end.Offset.Value;
                }
            }
        }
        catch (KafkaException)
        {
            // The lag stays what it was; that Kafka does not answer is said elsewhere.
        }

        _endsAskedAt = _time.GetTimestamp();
    }

    /// <summary>What is to be done once in a while.</summary>
    private void Housekeep()
    {
        _housekeptAt = _time.GetTimestamp();
        if (_records > 0)
        {
            _trouble.Reached();
        }

        _metrics.Read(_records, _bytes);
        (_records, _bytes) = (0, 0);
        _metrics.Partitions(_partitions.Count, _paused, _partitions.Values.Sum(LagOf));
        _status.Partitions(_partitions.Count);
        _delivery.Measure();
        _delivery.Look();
        TellOfLogstash();
        _status.Undeliverable(_held ?? _deadLetters.Trouble);
        _deadLetters.Retry(IsOurs);
        _trouble.Review(Reached);
        _trouble.Look(_queue.AskBroker);
    }

    /// <summary>How far a partition is taken, or those of a topic together; null where none of them is this bridge's.</summary>
    private long? Reached(TopicPartition of)
    {
        if (of.Partition != Partition.Any)
        {
            return _partitions.GetValueOrDefault(of)?.Reached;
        }

        var reached = _partitions.Values.Where(progress => progress.Partition.Topic == of.Topic).Select(progress => progress.Reached).ToArray();
        return reached.Length == 0 ? null : reached.Sum();
    }

    private void TellOfLogstash()
    {
        var trouble = _delivery.Trouble;
        _awaitsLogstash = trouble is not null;
        _status.Logstash(trouble, _delivery.Busy);
    }

    private long LagOf(PartitionProgress progress)
    {
        try
        {
            var high = Math.Max(progress.End, _consumer.GetWatermarkOffsets(progress.Partition).High.Value);
            var position = progress.Position ?? _consumer.Position(progress.Partition).Value;
            return high < 0 || position < 0 ? 0 : Math.Max(0, high - position);
        }
        catch (KafkaException)
        {
            // Nothing is known of the partition yet.
            return 0;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Got {Count} partitions, reads {All} now")]
    private static partial void LogAssigned(ILogger logger, int count, int all);

    [LoggerMessage(Level = LogLevel.Information, Message = "Gave {Count} partitions back, reads {All} now; on {UnderWay} of them events were still under way, which come again")]
    private static partial void LogRevoked(ILogger logger, int count, int all, int underWay);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lost {Count} partitions: the group went on without this bridge. What was under way comes again")]
    private static partial void LogLost(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Reason}")]
    private static partial void LogHeld(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Offsets could not be committed, so some records come again: {Reason}")]
    private static partial void LogNotCommitted(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Ends; {Bytes} bytes of events are under way")]
    private static partial void LogDraining(ILogger logger, long bytes);

    [LoggerMessage(Level = LogLevel.Information, Message = "Drained; {Bytes} bytes of events were not acknowledged in time and come again")]
    private static partial void LogDrained(ILogger logger, long bytes);
}

/// <summary>What a loop is made of.</summary>
/// <param name="Consumer">Makes the consumer, for the loop whose <see cref="SourceLoop.Assigned"/>, <see cref="SourceLoop.Revoked"/> and <see cref="SourceLoop.Lost"/> it calls.</param>
/// <param name="Delivery">Makes the delivery.</param>
/// <param name="DeadLetters">Writes dead letters.</param>
/// <param name="Trouble">Remembers what is wrong with Kafka.</param>
/// <param name="Status">What is to be said.</param>
/// <param name="Metrics">What is counted.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">The log.</param>
internal sealed record SourceLoopParts(
    Func<SourceLoop, IConsumer<Ignore, Ignore>> Consumer,
    Func<IDeliveryOwner, WindowDelivery> Delivery,
    DeadLetterWriter DeadLetters,
    KafkaTrouble Trouble,
    SourceStatus Status,
    SourceMetrics Metrics,
    TimeProvider Time,
    ILogger Logger);
