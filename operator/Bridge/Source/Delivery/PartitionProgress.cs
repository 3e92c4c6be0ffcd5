using Confluent.Kafka;

namespace KafkaLogstash.Bridge.Source.Delivery;

/// <summary>
/// How far a partition is delivered: the records that are under way, in their order, and the offset before which every record is delivered. Belongs to the thread that consumes.
/// </summary>
/// <param name="partition">The partition.</param>
internal sealed class PartitionProgress(TopicPartition partition)
{
    private readonly Queue<DeliverySegment> _underWay = [];
    private DeliverySegment? _newest;
    private Lane? _lane;

    /// <summary>The partition.</summary>
    public TopicPartition Partition => partition;

    /// <summary>The lane that its records take while any is under way, so that they stay in order; null: the next record chooses.</summary>
    public Lane? Lane
    {
        get => _lane;
        set
        {
            _lane?.Partitions -= 1;
            _lane = value;
            _lane?.Partitions += 1;
        }
    }

    /// <summary>Why Kafka is not asked for its records, at present.</summary>
    public PauseReasons Paused { get; set; }

    /// <summary>Where it ended when that was asked for last; -1: it was not.</summary>
    public long End { get; set; } = -1;

    /// <summary>Its records on their way to the dead-letter topic.</summary>
    public int Letters { get; set; }

    /// <summary>Whether records are under way.</summary>
    public bool IsUnderWay => _underWay.Count > 0;

    /// <summary>The offset to go on from after a restart: every record before it is delivered, or lies before the start. Null until one of them is known.</summary>
    public long? Position { get; private set; }

    /// <summary>The offset behind the last record that was taken, or the position where there is none under way; -1 where neither is known.</summary>
    public long Reached => _newest?.LastOffset + 1 ?? Position ?? -1;

    /// <summary>Nothing before an offset is to be delivered. Only while nothing is under way.</summary>
    public void BeginAt(long offset) => Position = offset;

    /// <summary>A record is under way.</summary>
    /// <param name="window">The window that takes it; null for the dead-letter topic.</param>
    /// <param name="offset">Its offset.</param>
    /// <returns>The segment that it is part of.</returns>
    public DeliverySegment Add(RecordWindow? window, long offset)
    {
        // A record that goes elsewhere in between ends a segment: what follows must not be counted as delivered before it.
        if (window?.LastSegment is { } last && last == _newest)
        {
            last.LastOffset = offset;
            return last;
        }

        var segment = _newest = new DeliverySegment(this, offset);
        _underWay.Enqueue(segment);
        window?.Segments.Add(segment);
        return segment;
    }

    /// <summary>Moves on over what is delivered.</summary>
    /// <returns>Whether the position has changed.</returns>
    public bool Advance()
    {
        var before = Position;
        while (_underWay.TryPeek(out var oldest) && oldest.IsDelivered)
        {
            Position = oldest.LastOffset + 1;
            _underWay.Dequeue();
        }

        if (_underWay.Count == 0)
        {
            Lane = null;
            _newest = null;
        }

        return Position != before;
    }
}

/// <summary>Consecutive records of one partition that are delivered together: those in one window, or one on its way to the dead-letter topic.</summary>
/// <param name="progress">The partition's progress.</param>
/// <param name="offset">The offset of its first record.</param>
internal sealed class DeliverySegment(PartitionProgress progress, long offset)
{
    private int _outstanding = 1;

    /// <summary>The partition's progress.</summary>
    public PartitionProgress Progress => progress;

    /// <summary>The offset of its last record.</summary>
    public long LastOffset { get; set; } = offset;

    /// <summary>Whether all of it is delivered.</summary>
    public bool IsDelivered => _outstanding == 0;

    /// <summary>It is delivered in one more part.</summary>
    public void Split() => _outstanding++;

    /// <summary>A part of it is delivered.</summary>
    public void Delivered() => _outstanding--;
}

/// <summary>Why a partition is paused. There can be several reasons.</summary>
[Flags]
internal enum PauseReasons
{
    /// <summary>It is not.</summary>
    None = 0,

    /// <summary>As much as may be is under way.</summary>
    Full = 1,

    /// <summary>Its lane is full while others are not; it changes to one of them once what is under way is delivered.</summary>
    Moving = 2,

    /// <summary>A record can't be delivered at all, and there is no dead-letter topic.</summary>
    Undeliverable = 4,

    /// <summary>The dead-letter topic does not take its records, or too many wait for it.</summary>
    Letters = 8,
}
