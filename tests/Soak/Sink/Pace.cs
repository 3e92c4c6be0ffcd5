using System.Diagnostics;

namespace KafkaLogstash.Soak.Sink;

/// <summary>Lets senders send as their events are due, and never further ahead of the reader than mock brokers keep.</summary>
/// <param name="ledger">Knows what was sent and read.</param>
/// <param name="eventsEach">How many events each sender has.</param>
/// <param name="length">Over which time they are spread, so that something is under way whenever something fails.</param>
internal sealed class Pace(SinkLedger ledger, int eventsEach, TimeSpan length)
{
    /// <summary>Events that may be begun and not read: of 150 bytes they stay below the 5 MiB that mock brokers keep of a partition, were they all in one.</summary>
    private const int Ahead = 16_000;

    /// <summary>How long to wait where nothing is due.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly long _began = Stopwatch.GetTimestamp();
    private volatile bool _isOver;

    /// <summary>From now on nothing new is begun.</summary>
    public void End() => _isOver = true;

    /// <summary>Whether a sender has no more to begin.</summary>
    public bool IsOver(int sender) => _isOver || ledger.BegunBy(sender) >= eventsEach;

    /// <summary>How many events a sender may begin now.</summary>
    /// <param name="sender">Which one.</param>
    /// <param name="most">How many it takes at once.</param>
    public int Due(int sender, int most)
    {
        if (IsOver(sender) || ledger.Begun - ledger.Distinct > Ahead)
        {
            return 0;
        }

        var begun = ledger.BegunBy(sender);
        return begun > eventsEach * (Stopwatch.GetElapsedTime(_began) / length) ? 0 : Math.Min(most, eventsEach - begun);
    }
}
