using CsCheck;
using KafkaLogstash.Controller.Autoscaling;

namespace KafkaLogstash.Tests.Unit.Controller.Autoscaling;

public sealed class AutoscalerTests
{
    private const int Iterations = 300;

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(15);

    private static readonly Gen<ScalingRules> Rules =
        from min in Gen.Int[1, 5]
        from more in Gen.Int[0, 30]
        from lag in Gen.Long[1, 100_000]
        from minutes in Gen.Int[0, 10]
        select new ScalingRules(min, min + more, lag, TimeSpan.FromMinutes(minutes));

    private static readonly ScalingRules Usual = new(1, 8, 10_000, TimeSpan.FromMinutes(5));

    [Theory]
    [InlineData(1, 0L, null, 1, "a lag of 0 at 10,000 for each pod asks for 0; minReplicas is 1: 1 pod")]
    [InlineData(1, 52_310L, 4, 4, "a lag of 52,310 at 10,000 for each pod asks for 6; more would get no partition (8 partitions): 4 pods")]
    [InlineData(1, 52_310L, null, 5, "a lag of 52,310 at 10,000 for each pod asks for 6; on the way to 6, step by step: 5 pods")]
    [InlineData(4, 43_000L, null, 4, "a lag of 43,000 is about what 4 pods are for (10,000 each): 4 pods")]
    [InlineData(8, 900_000L, null, 8, "a lag of 900,000 at 10,000 for each pod asks for 90; maxReplicas is 8: 8 pods")]
    [InlineData(4, 100L, null, 4, "a lag of 100 at 10,000 for each pod asks for 1; fewer must have been enough for 300 s first: 4 pods")]
    [InlineData(4, null, null, 4, "the lag is unknown: 4 pods stay")]
    public void Each_decision_says_why(int replicas, long? lag, int? useful, int expected, string explanation)
    {
        var decision = Autoscaler.Decide(
            Usual,
            ScalingState.Begin(Start),
            new ScalingInput(Start, replicas, lag) { UsefulReplicas = useful, UsefulReason = "8 partitions", MeasuredAt = Start, AllReady = true });

        Assert.Equal((expected, explanation), (decision.Replicas, decision.Explanation));
    }

    [Fact]
    public void Old_measurements_count_as_unknown()
    {
        var decision = Autoscaler.Decide(Usual, ScalingState.Begin(Start), new ScalingInput(Start, 2, 900_000) { MeasuredAt = Start - ScalingRules.FreshFor - Look });

        Assert.Equal((2, ScalingLimit.UnknownLag), (decision.Replicas, decision.Limit));
    }

    [Fact]
    public void After_a_time_in_which_nobody_watched_no_pod_is_taken_away_for_a_whole_window() => Gen.Select(Rules, Gen.Int[1, 60], Gen.Int[121, 100_000], Gen.Bool)
        .Seeded().Sample(
            (rules, before, seconds, isBack) =>
            {
                var (state, replicas) = (ScalingState.Begin(Start), Math.Clamp(before, rules.MinReplicas, rules.MaxReplicas));
                for (var at = TimeSpan.Zero; at <= rules.ScaleDownStabilization; at += Look)
                {
                    (state, _) = Decide(Start + at);
                }

                // The clock goes on without decisions, or is set back, which looks the same the other way round.
                var resumed = state.DecidedAt!.Value + TimeSpan.FromSeconds(isBack ? -seconds : seconds);
                for (var at = TimeSpan.Zero; at < rules.ScaleDownStabilization; at += Look)
                {
                    (state, var target) = Decide(resumed + at);
                    Assert.Equal(replicas, target);
                }

                (ScalingState, int) Decide(DateTimeOffset now)
                {
                    var decision = Autoscaler.Decide(rules, state, new ScalingInput(now, replicas, 0) { MeasuredAt = now, AllReady = true });
                    return (decision.Next, decision.Replicas);
                }
            },
            iter: Iterations);

    [Theory]
    [InlineData(45)]
    [InlineData(3600)]
    public void A_clock_that_was_set_back_does_not_hold_more_pods_up(int seconds)
    {
        var up = Autoscaler.Decide(Usual, ScalingState.Begin(Start), new ScalingInput(Start, 1, 20_000) { MeasuredAt = Start, AllReady = true });
        var now = Start.AddSeconds(-seconds);

        var next = Autoscaler.Decide(Usual, up.Next, new ScalingInput(now, up.Replicas, 80_000) { MeasuredAt = now, AllReady = true });

        Assert.Equal((2, 6), (up.Replicas, next.Replicas));
    }

    [Fact]
    public void A_measurement_from_before_the_clock_was_set_back_counts_as_unknown()
    {
        var decision = Autoscaler.Decide(Usual, ScalingState.Begin(Start), new ScalingInput(Start, 2, 900_000) { MeasuredAt = Start.AddHours(1) });

        Assert.Equal(ScalingLimit.UnknownLag, decision.Limit);
    }

    [Fact]
    public void A_lag_that_can_not_be_worked_off_is_told_after_a_while()
    {
        var state = ScalingState.Begin(Start);
        var told = new List<bool>();
        for (var at = TimeSpan.Zero; at <= ScalingRules.LagHighAfter; at += Look)
        {
            var decision = Autoscaler.Decide(Usual, state, new ScalingInput(Start + at, 8, 900_000) { MeasuredAt = Start + at, AllReady = true });
            state = decision.Next;
            told.Add(decision.IsShort);
        }

        Assert.Equal([false, false, true], told);
    }

    [Fact]
    public void The_number_of_pods_stays_within_its_bounds() => Gen.Select(
        Rules,
        Gen.Select(Gen.Int[1, 60], Gen.Long[-1, 5_000_000], Gen.Int[0, 40], Gen.Int[1, 400], Gen.Bool, (replicas, lag, useful, seconds, ready) => (replicas, lag, useful, seconds, ready)).Array[1, 60])
        .Seeded().Sample(
            (rules, looks) =>
            {
                var state = ScalingState.Begin(Start);
                var (at, written) = (Start, 0L);
                foreach (var look in looks)
                {
                    at += TimeSpan.FromSeconds(look.seconds);
                    written += look.lag + 1;
                    var decision = Autoscaler.Decide(rules, state, new ScalingInput(at, look.replicas, look.lag < 0 ? null : look.lag)
                    {
                        UsefulReplicas = look.useful == 0 ? null : look.useful,
                        EndOffsets = written,
                        MeasuredAt = at,
                        AllReady = look.ready,
                    });
                    state = decision.Next;
                    Assert.InRange(decision.Replicas, rules.MinReplicas, rules.MaxReplicas);
                    if (look.useful > 0 && decision.Replicas > Math.Clamp(look.replicas, rules.MinReplicas, rules.MaxReplicas))
                    {
                        Assert.True(decision.Replicas <= Math.Max(rules.MinReplicas, look.useful));
                    }
                }
            },
            iter: Iterations);

    [Fact]
    public void More_lag_never_means_fewer_pods() => Gen.Select(Rules, Gen.Int[1, 40], Gen.Long[0, 5_000_000], Gen.Long[0, 5_000_000], Gen.Int[1, 20_000])
        .Seeded().Sample(
            (rules, replicas, one, other, rate) =>
            {
                var state = ScalingState.Begin(Start.AddHours(-1)) with { Last = new ScalingState.Measurement(Start - Look, replicas, 1000, 5_000_000) };
                int Replicas(long lag) => Autoscaler.Decide(
                    rules, state, new ScalingInput(Start, replicas, lag) { EndOffsets = 5_000_000 + (rate * 15L), MeasuredAt = Start, AllReady = true }).Replicas;

                Assert.True(Replicas(Math.Min(one, other)) <= Replicas(Math.Max(one, other)));
            },
            iter: Iterations * 10);

    [Fact]
    public void Constant_lag_leads_to_one_number_of_pods() => Gen.Select(Rules, Gen.Int[1, 40], Gen.Long[0, 5_000_000])
        .Seeded().Sample(
            (rules, replicas, lag) =>
            {
                var history = Run(rules, replicas, TimeSpan.FromMinutes(40), _ => (lag, null));

                Assert.Single(history.Skip(history.Count / 2).Distinct());
                Assert.True(history.SequenceEqual(history.Order()) || history.SequenceEqual(history.OrderDescending()), string.Join(' ', history));
            },
            iter: Iterations);

    [Theory]
    [InlineData(2, 18, 3024, 6, 607, 1218)]
    [InlineData(3, 16, 252, 3, 1757, 14_191)]
    [InlineData(1, 8, 1672, 7, 4745, 18_339)]
    public void Load_that_is_just_beyond_what_some_pods_take_does_not_make_them_come_and_go(int min, int max, long lag, int minutes, double each, double written)
    {
        var history = Simulate(new ScalingRules(min, max, lag, TimeSpan.FromMinutes(minutes)), TimeSpan.FromHours(6), each, _ => written);

        Assert.Single(history.Skip(history.Count / 2).Distinct());
    }

    [Fact]
    public void Constant_load_does_not_make_the_pods_come_and_go() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[4, 20], Gen.Long[100, 50_000], Gen.Int[1, 10], Gen.Double[200, 5000], Gen.Double[0.05, 0.8])
            .Seeded().Sample(
                (min, max, lagPerReplica, minutes, each, load) =>
                {
                    var rules = new ScalingRules(min, max, lagPerReplica, TimeSpan.FromMinutes(minutes));
                    var history = Simulate(rules, TimeSpan.FromHours(6), each, _ => each * max * load);
                    var late = history.Skip(history.Count / 2).ToList();

                    Assert.True(late.Distinct().Count() == 1, $"{rules}, {each:0} each, {each * max * load:0} written: {string.Join(' ', Changes(history))}");
                },
                iter: Iterations);

    [Fact]
    public void Without_anything_to_do_the_fewest_pods_are_left_in_the_stated_time() => Rules.Seeded().Sample(
        rules =>
        {
            var limit = rules.ScaleDownStabilization + (ScalingRules.StepDownInterval * Math.Ceiling(Math.Log2(rules.MaxReplicas + 1))) + (Look * 4);
            var history = Run(rules, rules.MaxReplicas, limit, _ => (0, 1000));

            Assert.Equal(rules.MinReplicas, history[^1]);
        },
        iter: Iterations);

    [Fact]
    public void A_burst_brings_the_most_pods_in_the_stated_time() => Rules.Seeded().Sample(
        rules =>
        {
            var history = Run(rules, rules.MinReplicas, rules.LongestWayUp + Look, _ => (rules.LagPerReplica * (rules.MaxReplicas + 1) * 2, null));

            Assert.Equal(rules.MaxReplicas, history[^1]);
        },
        iter: Iterations);

    [Fact]
    public void Consumers_that_commit_seldom_are_not_taken_for_stalled()
    {
        const int Written = 100;
        const int CommitSeconds = 60;

        var history = Run(Usual, Usual.MaxReplicas, TimeSpan.FromMinutes(20), at => ((long)(Written * (at.TotalSeconds % CommitSeconds)), (long)(Written * at.TotalSeconds)));

        Assert.Equal(Usual.MinReplicas, history[^1]);
    }

    [Fact]
    public void Consumers_that_hang_keep_their_pods()
    {
        const int Written = 20;

        // They take all for two minutes, and nothing from then on.
        var history = Run(Usual, 4, TimeSpan.FromMinutes(30), at => ((long)Math.Max(0, Written * (at.TotalSeconds - 120)), (long)(Written * at.TotalSeconds)));

        Assert.All(history, pods => Assert.Equal(4, pods));
    }

    private static List<int> Run(ScalingRules rules, int replicas, TimeSpan duration, Func<TimeSpan, (long Lag, long? EndOffsets)> measure)
    {
        var state = ScalingState.Begin(Start);
        var history = new List<int>();
        for (var at = TimeSpan.Zero; at <= duration; at += Look)
        {
            var (lag, ends) = measure(at);
            var decision = Autoscaler.Decide(
                rules, state, new ScalingInput(Start + at, replicas, lag) { EndOffsets = ends, MeasuredAt = Start + at, AllReady = true });
            (state, replicas) = (decision.Next, decision.Replicas);
            history.Add(replicas);
        }

        return history;
    }

    /// <summary>Pods that take a fixed number of records a second each, and need half a minute to start.</summary>
    private static List<int> Simulate(ScalingRules rules, TimeSpan duration, double each, Func<TimeSpan, double> writtenPerSecond)
    {
        var startUp = TimeSpan.FromSeconds(30);
        var (lag, written, pods, changedAt, before) = (0.0, 0.0, rules.MinReplicas, TimeSpan.Zero, rules.MinReplicas);
        return Run(rules, rules.MinReplicas, duration, at =>
        {
            var working = at - changedAt >= startUp ? pods : Math.Min(pods, before);
            var come = writtenPerSecond(at) * Look.TotalSeconds;
            written += come;
            lag = Math.Max(0, lag + come - (working * each * Look.TotalSeconds));
            return ((long)lag, (long)written);
        }, chosen =>
        {
            (pods, changedAt, before) = chosen.Replicas == pods ? (pods, changedAt, before) : (chosen.Replicas, chosen.At, pods);
            return pods < before || chosen.At - changedAt >= startUp;
        });
    }

    private static List<int> Run(
        ScalingRules rules, int replicas, TimeSpan duration, Func<TimeSpan, (long Lag, long EndOffsets)> measure, Func<(TimeSpan At, int Replicas), bool> chosen)
    {
        var state = ScalingState.Begin(Start);
        var history = new List<int>();
        for (var at = TimeSpan.Zero; at <= duration; at += Look)
        {
            var ready = chosen((at, replicas));
            var (lag, ends) = measure(at);
            var decision = Autoscaler.Decide(
                rules, state, new ScalingInput(Start + at, replicas, lag) { EndOffsets = ends, MeasuredAt = Start + at, AllReady = ready });
            (state, replicas) = (decision.Next, decision.Replicas);
            history.Add(replicas);
        }

        return history;
    }

    private static IEnumerable<string> Changes(List<int> history) => history
        .Select((pods, index) => (pods, index))
        .Where(entry => entry.index == 0 || history[entry.index - 1] != entry.pods)
        .Select(entry => $"{entry.index * Look.TotalMinutes:0.#}m:{entry.pods}");
}
