using System.Diagnostics;

namespace KafkaLogstash.Soak.Faults;

/// <summary>What can go wrong.</summary>
internal enum FaultKind
{
    /// <summary>A bridge is killed (SIGKILL), and started again after a while.</summary>
    KillBridge,

    /// <summary>A bridge is told to end (SIGTERM), and started again after a while: the group rebalances twice.</summary>
    StopBridge,

    /// <summary>A Logstash behaves badly for a while.</summary>
    MisbehaveLogstash,

    /// <summary>A broker's connections are cut and new ones refused for a while.</summary>
    BrokerDown,

    /// <summary>Brokers answer some requests with errors that pass.</summary>
    BrokerErrors,

    /// <summary>A partition gets another leader.</summary>
    MoveLeader,

    /// <summary>The group gets another coordinator.</summary>
    MoveCoordinator,

    /// <summary>A broker says that a producer's records are out of their order: the producer is good for nothing any more, and to be made anew.</summary>
    LoseProducer,

    /// <summary>A sender comes that trickles, goes in the middle, closes its half of the connection or reads no answer.</summary>
    RudeSender,
}

/// <summary>One fault.</summary>
/// <param name="At">When, from the beginning of the run.</param>
/// <param name="Kind">What.</param>
/// <param name="Target">Which of the things that it can hit; taken modulo how many there are.</param>
/// <param name="Variant">Which of its ways; taken modulo how many there are.</param>
/// <param name="Duration">How long it lasts.</param>
internal sealed record Fault(TimeSpan At, FaultKind Kind, int Target, int Variant, TimeSpan Duration);

/// <summary>The faults of a run. They follow from the seed alone.</summary>
internal static class FaultPlan
{
    /// <summary>The faults of a run, in the order of their time.</summary>
    /// <param name="seed">Decides everything.</param>
    /// <param name="kinds">What may happen.</param>
    /// <param name="length">How long faults go on.</param>
    /// <param name="interval">The mean time from one to the next.</param>
    public static IReadOnlyList<Fault> Make(int seed, IReadOnlyList<FaultKind> kinds, TimeSpan length, TimeSpan interval)
    {
        var random = new Random(seed);
        var faults = new List<Fault>();
        for (var at = interval; at < length; at += interval * (0.5 + random.NextDouble()))
        {
            faults.Add(new(at, kinds[random.Next(kinds.Count)], random.Next(1 << 16), random.Next(1 << 16), TimeSpan.FromMilliseconds(random.Next(200, 3000))));
        }

        return faults;
    }

    /// <summary>Lets faults happen at their time, side by side, until all have, and each has passed.</summary>
    /// <param name="faults">The faults, in the order of their time.</param>
    /// <param name="began">When the run began, as <see cref="Stopwatch.GetTimestamp"/> says it.</param>
    /// <param name="work">What is to be disturbed; once it is done no further fault begins.</param>
    /// <param name="apply">Lets a fault happen, and ends when it has passed.</param>
    /// <param name="cancellationToken">Lets no further fault begin.</param>
    public static async Task RunAsync(IEnumerable<Fault> faults, long began, Task work, Func<Fault, Task> apply, CancellationToken cancellationToken)
    {
        var under = new List<Task>();
        foreach (var fault in faults)
        {
            var wait = fault.At - Stopwatch.GetElapsedTime(began);
            if (wait > TimeSpan.Zero && await Task.WhenAny(work, Task.Delay(wait, cancellationToken)) == work)
            {
                break;
            }

            if (cancellationToken.IsCancellationRequested)
            {
                break;
            }

            under.Add(apply(fault));
        }

        await Task.WhenAll(under);
    }
}
