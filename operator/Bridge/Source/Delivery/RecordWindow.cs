using System.Buffers;
using KafkaLogstash.Bridge.Lumberjack;

namespace KafkaLogstash.Bridge.Source.Delivery;

/// <summary>A window of events made of records, and which records they are. Belongs to the thread that consumes, but for what <see cref="Window"/> says.</summary>
/// <param name="pool">Where its blocks come from.</param>
internal sealed class RecordWindow(BlockPool pool) : Window(pool)
{
    /// <summary>A window fails this often before it is suspected to hold an event that Logstash can't take.</summary>
    public const int SuspiciousFailures = 3;

    /// <summary>A window of one event that failed this often, while others were acknowledged, is undeliverable.</summary>
    public const int DamningFailures = 5;

    private readonly BlockPool _pool = pool;
    private readonly List<int> _segmentStarts = [];
    private long[] _offsets = [];

    /// <summary>Its records, by partition; a partition can come several times.</summary>
    public List<DeliverySegment> Segments { get; } = [];

    /// <summary>The segment that the last record is part of; null at first.</summary>
    public DeliverySegment? LastSegment => Segments.Count == 0 ? null : Segments[^1];

    /// <summary>The timestamp of its last record, in milliseconds since 1970; negative where there is none.</summary>
    public long LastTimestamp { get; set; } = -1;

    /// <summary>Whether it was filled in part when it was last looked for windows that wait too long.</summary>
    public bool IsOverdue { get; set; }

    /// <summary>How often Logstash has ended a connection over it, in a row.</summary>
    public int Refusals { get; set; }

    /// <summary>How many windows had been acknowledged when Logstash first refused it.</summary>
    public long AcknowledgedAtFirstRefusal { get; set; }

    /// <summary>Whether Logstash refused it over a connection over which it had taken others. Without that it may be that nothing there takes any: a proxy whose Logstash is gone.</summary>
    public bool WasSingledOut { get; set; }

    /// <summary>Notes the offset of the event that was added last, after its segment was.</summary>
    public void Note(long offset)
    {
        if (_offsets.Length < Count)
        {
            var longer = ArrayPool<long>.Shared.Rent(Math.Max(Count, 64));
            _offsets.CopyTo(longer, 0);
            GiveOffsetsBack();
            _offsets = longer;
        }

        _offsets[Count - 1] = offset;
        if (_segmentStarts.Count < Segments.Count)
        {
            _segmentStarts.Add(Count - 1);
        }
    }

    /// <summary>The record that an event was made of.</summary>
    /// <param name="index">Which event, from 0 on.</param>
    public (PartitionProgress Progress, long Offset) RecordOf(int index) => (Segments[SegmentOf(index)].Progress, _offsets[index]);

    /// <summary>Makes two windows of one, which together are delivered when it would be. Only of a sealed one with several events; it must be released then.</summary>
    public (RecordWindow First, RecordWindow Second) Split()
    {
        var first = Half(Count / 2);
        var second = Half(Count - (Count / 2));
        var index = 0;
        foreach (var text in Events())
        {
            var half = index < Count / 2 ? first : second;
            var segment = Segments[SegmentOf(index)];
            if (half.LastSegment != segment)
            {
                if (half == second && first.LastSegment == segment)
                {
                    segment.Split();
                }

                half.Segments.Add(segment);
            }

            text.Span.CopyTo(half.Reserve(text.Length));
            half.Add(text.Length);
            half.Note(_offsets[index]);
            index++;
        }

        first.Seal();
        second.Seal();
        return (first, second);
    }

    /// <summary>Gives its memory back.</summary>
    public new void Release()
    {
        base.Release();
        GiveOffsetsBack();
        _offsets = [];
    }

    /// <summary>A half is as suspect as the whole. But an event is found guilty by itself: the whole may have failed because Logstash ended again and again.</summary>
    private RecordWindow Half(int count) => new(_pool)
    {
        Refusals = count == 1 ? 0 : Refusals,
        AcknowledgedAtFirstRefusal = AcknowledgedAtFirstRefusal,
        LastTimestamp = LastTimestamp,
    };

    private int SegmentOf(int index)
    {
        var found = _segmentStarts.BinarySearch(index);
        return found >= 0 ? found : ~found - 1;
    }

    private void GiveOffsetsBack()
    {
        if (_offsets.Length > 0)
        {
            ArrayPool<long>.Shared.Return(_offsets);
        }
    }
}
