using System.Collections.Immutable;
using System.Globalization;

namespace KafkaLogstash.Controller.Autoscaling;

/// <summary>
/// Decides how many pods a connection needs: a pure function of its rules, of what is measured and of what is remembered.
/// </summary>
/// <remarks>
/// <para>Lag asks for one pod for each <see cref="ScalingRules.LagPerReplica"/> records, rounded up; a lag within the tolerance of what the pods are for asks for
/// none more and none less. The number depends on lag alone and not on the pods there are, so that lag which grows while pods start does not add to itself.</para>
/// <para>Pods are added at once, in bounded steps. They are taken away when fewer were enough for a whole stabilization window, and never below what takes the
/// records that are being written: low lag alone only says that the pods there are suffice. What one pod takes is learned while pods are busy.</para>
/// <para>While lag is unknown nothing changes.</para>
/// </remarks>
internal static class Autoscaler
{
    /// <summary>The shortest time between two measurements that a throughput is worked out from: offsets are committed now and then only.</summary>
    private static readonly TimeSpan ShortestMeasurement = TimeSpan.FromSeconds(10);

    /// <summary>How much a new value of a pod's throughput counts.</summary>
    private const double Learning = 0.5;

    /// <summary>The part of what pods took between two measurements that has to wait at both for them to count as busy.</summary>
    private const double WaitingWork = 0.5;

    /// <summary>
    /// The part of what was written by which lag has to grow, and by which it has to exist already, for pods to count as falling behind: a burst in the last
    /// moment is none.
    /// </summary>
    private const double Behind = 0.1;

    /// <summary>
    /// How long a step down is on trial: where lag asks for more pods within that time, those that were left took all that they could. Later that is so where lag
    /// has grown slowly.
    /// </summary>
    private static readonly TimeSpan TrialTime = TimeSpan.FromMinutes(5);

    /// <summary>Decides.</summary>
    public static ScalingDecision Decide(ScalingRules rules, ScalingState before, ScalingInput input)
    {
        var now = input.At;
        var state = before.At(now);
        var current = Math.Clamp(input.Replicas, rules.MinReplicas, rules.MaxReplicas);
        if (input.Lag is not { } lag || (now - input.MeasuredAt).Duration() > ScalingRules.FreshFor)
        {
            // Not knowing is no reason to take pods away: it counts as if the pods there are were needed.
            return new ScalingDecision(
                current,
                ScalingLimit.UnknownLag,
                $"the lag is unknown: {Pods(current)} stay",
                state with { Recommendations = Remember(state, rules, now, current), Last = null, ShortSince = null },
                false);
        }

        var (wanted, why) = Wanted(rules, lag, current);
        var learned = Learn(rules, state, input, lag, wanted > current);
        var (most, ceiling) = Ceiling(rules, input);

        // Throughput only keeps pods: what it was learned from is too rough to add any.
        var kept = learned.IsStalled ? current : Math.Min(current, learned.NeededForThroughput);
        var right = Math.Clamp(Math.Max(wanted, kept), rules.MinReplicas, most);
        var next = learned with
        {
            Recommendations = Remember(learned, rules, now, right),
            ShortSince = wanted > most ? state.ShortSince ?? now : null,
        };

        var (target, limit) = right > current ? StepUp(next, now, current, right) : right < current ? StepDown(rules, next, now, current, right) : (right, null);
        limit ??= wanted > right ? ceiling : wanted == right ? ScalingLimit.None : kept >= right ? ScalingLimit.Throughput : ScalingLimit.MinReplicas;
        if (target != current)
        {
            // Pods that are starting say nothing about what a pod takes; those that are left after a step down do from the first moment.
            next = target > current
                ? next with { SteppedUpAt = now, Last = null }
                : next with { SteppedDownAt = now, Last = next.Last is { } last ? last with { Replicas = target } : null };
        }

        return new ScalingDecision(
            target,
            limit.Value,
            $"{why}{Because(rules, input, next, limit.Value, right)}: {Pods(target)}",
            next,
            next.ShortSince is { } since && now - since >= ScalingRules.LagHighAfter);
    }

    private static (int Replicas, ScalingLimit? Limit) StepUp(ScalingState state, DateTimeOffset now, int current, int right)
    {
        var target = state.SteppedUpAt is { } last && (now - last).Duration() < ScalingRules.StepUpInterval ? current : Math.Min(right, ScalingRules.MostAfterStepUp(current));
        return (target, target < right ? ScalingLimit.Step : null);
    }

    private static (int Replicas, ScalingLimit? Limit) StepDown(ScalingRules rules, ScalingState state, DateTimeOffset now, int current, int right)
    {
        // What was right once within the window still is; so is what nobody has watched for a whole window.
        var highest = now - state.Since < rules.ScaleDownStabilization ? current : Math.Min(current, state.Recommendations.Max(recommendation => recommendation.Replicas));
        if (highest == current)
        {
            return (current, ScalingLimit.Stabilization);
        }

        var target = state.SteppedDownAt is { } last && now - last < ScalingRules.StepDownInterval ? current : Math.Max(highest, ScalingRules.FewestAfterStepDown(current));
        return (target, target == right ? null : target > highest ? ScalingLimit.Step : ScalingLimit.Stabilization);
    }

    private static (int Replicas, string Why) Wanted(ScalingRules rules, long lag, int current)
    {
        var meant = (double)rules.LagPerReplica * current;
        if (Math.Abs(lag - meant) <= meant * ScalingRules.Tolerance)
        {
            return (current, string.Create(CultureInfo.InvariantCulture, $"a lag of {lag:N0} is about what {Pods(current)} are for ({rules.LagPerReplica:N0} each)"));
        }

        var wanted = (int)Math.Min(int.MaxValue, (lag / rules.LagPerReplica) + (lag % rules.LagPerReplica == 0 ? 0 : 1));
        return (wanted, string.Create(CultureInfo.InvariantCulture, $"a lag of {lag:N0} at {rules.LagPerReplica:N0} for each pod asks for {wanted:N0}"));
    }

    /// <summary>The most pods there may be. The fewest that the spec asks for are never too many: who wants a spare pod gets it.</summary>
    private static (int Replicas, ScalingLimit Limit) Ceiling(ScalingRules rules, ScalingInput input) =>
        input.UsefulReplicas is { } useful && useful < rules.MaxReplicas ? (Math.Max(rules.MinReplicas, useful), ScalingLimit.Partitions) : (rules.MaxReplicas, ScalingLimit.MaxReplicas);

    /// <summary>Learns what is written, and what a pod takes. Pods that have work waiting, or fall behind, take all that they can; else it is at least that.</summary>
    private static ScalingState Learn(ScalingRules rules, ScalingState state, ScalingInput input, long lag, bool tooFew)
    {
        if (input.EndOffsets is not { } ends || !input.AllReady)
        {
            return state with { Last = null, IdleSince = null, IsStalled = false };
        }

        var measured = new ScalingState.Measurement(input.MeasuredAt, input.Replicas, lag, ends);
        if (state.Last is not { } last || last.Replicas != input.Replicas || ends < last.EndOffsets)
        {
            return state with { Last = measured, IdleSince = null, IsStalled = false };
        }

        var time = input.MeasuredAt - last.At;
        if (time < ShortestMeasurement)
        {
            return state;
        }

        double written = ends - last.EndOffsets;
        var taken = written - (lag - last.Lag);
        var next = state with { Last = measured, Written = written / time.TotalSeconds, IdleSince = null, IsStalled = false };
        if (taken <= 0)
        {
            var since = written > 0 ? state.IdleSince ?? last.At : (DateTimeOffset?)null;
            var isStalled = input.MeasuredAt - since >= ScalingRules.StalledAfter && lag > rules.LagPerReplica * ScalingRules.Tolerance;

            // Where offsets are merely committed seldom, what is taken is known once they are: over all the time since the last commit was seen.
            return next with { Last = since is null || isStalled ? measured : last, IdleSince = since, IsStalled = isStalled };
        }

        var each = taken / time.TotalSeconds / input.Replicas;
        var waiting = Math.Min(last.Lag, lag) > taken * WaitingWork;
        var fallingBehind = last.Lag > written * Behind && lag - last.Lag > written * Behind;
        var failedTrial = tooFew && lag > last.Lag && (last.Lag > lag / 2 || input.At - state.SteppedDownAt < TrialTime);
        return (waiting || fallingBehind || failedTrial, state.PodThroughput) switch
        {
            (true, { } known) => next with { PodThroughput = known + ((each - known) * Learning) },
            (true, null) => next with { PodThroughput = each },
            (false, { } known) => next with { PodThroughput = Math.Max(known, each) },
            _ => next,
        };
    }

    private static ImmutableQueue<(DateTimeOffset At, int Replicas)> Remember(ScalingState state, ScalingRules rules, DateTimeOffset now, int replicas) =>
        [.. state.Recommendations.Where(recommendation => now - recommendation.At < rules.ScaleDownStabilization), (now, replicas)];

    private static string Because(ScalingRules rules, ScalingInput input, ScalingState state, ScalingLimit limit, int right) => limit switch
    {
        ScalingLimit.MaxReplicas => $"; maxReplicas is {rules.MaxReplicas}",
        ScalingLimit.MinReplicas => $"; minReplicas is {rules.MinReplicas}",
        ScalingLimit.Partitions => $"; more would get no partition ({input.UsefulReason})",
        ScalingLimit.Step => $"; on the way to {right}, step by step",
        ScalingLimit.Stabilization => string.Create(CultureInfo.InvariantCulture, $"; fewer must have been enough for {rules.ScaleDownStabilization.TotalSeconds:0} s first"),
        ScalingLimit.Throughput when state.IsStalled => "; but nothing is taken of what is written just now",
        ScalingLimit.Throughput => string.Create(CultureInfo.InvariantCulture, $"; but {state.Written:N0} records a second are written, and a pod takes {state.PodThroughput:N0}"),
        _ => "",
    };

    private static string Pods(int number) => number == 1 ? "1 pod" : $"{number} pods";
}
