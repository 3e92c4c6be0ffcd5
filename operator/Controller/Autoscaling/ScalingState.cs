using System.Collections.Immutable;

namespace KafkaLogstash.Controller.Autoscaling;

/// <summary>What the autoscaler remembers of a connection from decision to decision. It is kept in memory: an operator that starts anew is careful for one window.</summary>
internal sealed record ScalingState
{
    /// <summary>When the watching began, UTC; it begins anew after a time in which nobody decided.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>When it was last decided, UTC; null before the first decision.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>Numbers of pods that were right at some time within the stabilization window, the oldest first.</summary>
    public ImmutableQueue<(DateTimeOffset At, int Replicas)> Recommendations { get; init; } = [];

    /// <summary>When pods were added last, UTC.</summary>
    public DateTimeOffset? SteppedUpAt { get; init; }

    /// <summary>When pods were taken away last, UTC.</summary>
    public DateTimeOffset? SteppedDownAt { get; init; }

    /// <summary>The last measurement with this number of pods; null where none can be compared with.</summary>
    public Measurement? Last { get; init; }

    /// <summary>Records a second that one pod takes when it is busy; null until one was seen busy.</summary>
    public double? PodThroughput { get; init; }

    /// <summary>Records a second that are written to the topics.</summary>
    public double Written { get; init; }

    /// <summary>Since when nothing has been taken of what is written, UTC; null while something is. Consumers that commit their offsets seldom look so between two commits.</summary>
    public DateTimeOffset? IdleSince { get; init; }

    /// <summary>Whether that has been so for too long, and with too much lag, for seldom commits: consumers that rebalance, or hang.</summary>
    public bool IsStalled { get; init; }

    /// <summary>The pods that take what is written, with some to spare; 0 while a pod's throughput is unknown.</summary>
    public int NeededForThroughput => PodThroughput is { } each ? (int)Math.Min(int.MaxValue, Math.Ceiling(Written * ScalingRules.Headroom / each)) : 0;

    /// <summary>Since when more pods are wanted than there may be, UTC; null while they are not.</summary>
    public DateTimeOffset? ShortSince { get; init; }

    /// <summary>Begins to watch a connection.</summary>
    public static ScalingState Begin(DateTimeOffset now) => new() { Since = now };

    /// <summary>
    /// What still holds at a decision. After a time without any (the connection was paused, or a Secret missing), and after the clock was set, nothing is known of the window
    /// before, and the watching begins anew; what pods take was learned for good.
    /// </summary>
    /// <param name="now">The time, UTC.</param>
    public ScalingState At(DateTimeOffset now) =>
        ((now - DecidedAt)?.Duration() > ScalingRules.LongestGap
            ? Begin(now) with { PodThroughput = PodThroughput, Written = Written, ShortSince = ShortSince <= now ? ShortSince : null }
            : this) with { DecidedAt = now };

    /// <summary>What was measured with a number of ready pods.</summary>
    /// <param name="At">When, UTC.</param>
    /// <param name="Replicas">The pods.</param>
    /// <param name="Lag">Records not yet read.</param>
    /// <param name="EndOffsets">Records ever written.</param>
    internal sealed record Measurement(DateTimeOffset At, int Replicas, long Lag, long EndOffsets);
}
