using System.Diagnostics;
using KafkaLogstash.Soak.Running;

namespace KafkaLogstash.Soak.Sink;

/// <summary>
/// Remembers which events were sent, when each was acknowledged, and where it was read first. A sender's events are numbered from 0. Senders call it from their own threads, the reader from its one.
/// </summary>
internal sealed class SinkLedger
{
    private const int OffsetBits = 40;

    private readonly Findings _findings;
    private readonly bool _inOrder;
    private readonly int[] _begun;
    private readonly long[][] _acknowledged;
    private readonly long[][] _places;
    private readonly int[] _lastOfKey;
    private long _sentAgain;
    private long _acknowledgements;
    private long _distinct;
    private long _duplicates;

    /// <summary>A ledger without events.</summary>
    /// <param name="senders">How many senders there are.</param>
    /// <param name="eventsEach">How many events each of them has at the most.</param>
    /// <param name="inOrder">Whether events of a key have to come in order and once, as they do while nothing fails.</param>
    /// <param name="findings">Is told what must not be.</param>
    public SinkLedger(int senders, int eventsEach, bool inOrder, Findings findings)
    {
        (_inOrder, _findings) = (inOrder, findings);
        _begun = new int[senders];
        _acknowledged = [.. Enumerable.Range(0, senders).Select(_ => new long[eventsEach])];
        _places = [.. Enumerable.Range(0, senders).Select(_ => new long[eventsEach])];
        _lastOfKey = new int[senders * SinkEvents.KeysEach];
        Array.Fill(_lastOfKey, -1);
    }

    /// <summary>How many events were begun.</summary>
    public long Begun => _begun.Sum(count => (long)Volatile.Read(in count));

    /// <summary>How many events were acknowledged.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledgements);

    /// <summary>How many events were sent again, each time.</summary>
    public long SentAgainEvents => Interlocked.Read(ref _sentAgain);

    /// <summary>How many events were read at least once.</summary>
    public long Distinct => Interlocked.Read(ref _distinct);

    /// <summary>How often an event was read that was read before.</summary>
    public long Duplicates => Interlocked.Read(ref _duplicates);

    /// <summary>How many events a sender has begun.</summary>
    public int BegunBy(int sender) => Volatile.Read(ref _begun[sender]);

    /// <summary>A sender takes its next numbers.</summary>
    /// <returns>The first of them.</returns>
    public int Begin(int sender, int count) => Interlocked.Add(ref _begun[sender], count) - count;

    /// <summary>Events are sent once more, for nobody has said that they were taken.</summary>
    public void SentAgain(int count) => Interlocked.Add(ref _sentAgain, count);

    /// <summary>Events were acknowledged: to be called when the acknowledgement was read.</summary>
    public void Acknowledge(int sender, int first, int count)
    {
        _acknowledged[sender].AsSpan(first, count).Fill(Stopwatch.GetTimestamp());
        Interlocked.Add(ref _acknowledgements, count);
    }

    /// <summary>An event was read.</summary>
    public void Read(int sender, int number, int partition, long offset)
    {
        if (sender < 0 || sender >= _begun.Length || number < 0 || number >= BegunBy(sender))
        {
            _findings.Add("invented event", $"number {number} of sender {sender} in partition {partition} at {offset}");
            return;
        }

        ref var last = ref _lastOfKey[(sender * SinkEvents.KeysEach) + (number % SinkEvents.KeysEach)];
        if (_inOrder && number != (last < 0 ? number % SinkEvents.KeysEach : last + SinkEvents.KeysEach))
        {
            _findings.Add("order broken", $"number {number} of sender {sender} came after {last} of the same key");
        }

        last = number;
        ref var place = ref _places[sender][number];
        if (place != 0)
        {
            Interlocked.Increment(ref _duplicates);
            return;
        }

        place = ((long)partition << OffsetBits) | (offset + 1);
        Interlocked.Increment(ref _distinct);
    }

    /// <summary>Tells which events were acknowledged and not written, or not yet. All must have been read, and no sender may be under way.</summary>
    /// <param name="ends">What was seen of the partitions' ends.</param>
    /// <param name="stubborn">The senders, from the first on, that send an event until it is acknowledged.</param>
    /// <returns>How many events had to arrive, and how many of them did.</returns>
    public (long Due, long Arrived) CheckAll(PartitionEnds ends, int stubborn)
    {
        var (due, arrived) = (0L, 0L);
        for (var sender = 0; sender < _begun.Length; sender++)
        {
            for (var number = 0; number < _begun[sender]; number++)
            {
                var (acknowledged, place) = (_acknowledged[sender][number], _places[sender][number]);
                var isDue = acknowledged != 0 || sender < stubborn;
                due += isDue ? 1 : 0;
                arrived += isDue && place != 0 ? 1 : 0;
                if (acknowledged == 0)
                {
                    if (isDue)
                    {
                        _findings.Add("never acknowledged", $"number {number} of sender {sender}");
                    }
                }
                else if (place == 0)
                {
                    _findings.Add("lost", $"number {number} of sender {sender} was acknowledged and never written");
                }
                else
                {
                    var (partition, offset) = ((int)(place >> OffsetBits), (place & ((1L << OffsetBits) - 1)) - 1);
                    if (ends.SeenAfter(partition, acknowledged) is { } end && offset >= end)
                    {
                        _findings.Add(
                            "acknowledged too early", $"number {number} of sender {sender} is at offset {offset} of partition {partition}, which ended at {end} when it was acknowledged already");
                    }
                }
            }
        }

        return (due, arrived);
    }
}
