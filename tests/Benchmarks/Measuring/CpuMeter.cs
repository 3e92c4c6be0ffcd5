namespace KafkaLogstash.Benchmarks.Measuring;

/// <summary>
/// Measures processor time instead of the clock, as other programs may run on the same cores. Actions that are compared are measured in turns, so that
/// a slow moment of the machine slows each of them.
/// </summary>
internal static class CpuMeter
{
    private const int Batches = 21;
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(1500);
    private static readonly TimeSpan BatchLength = TimeSpan.FromMilliseconds(100);

    /// <summary>Measures actions side by side.</summary>
    /// <param name="actions">The actions. What they return is kept from being optimised away.</param>
    /// <param name="cancellationToken">Ends the measuring.</param>
    /// <returns>The cost of one run of each, in their order.</returns>
    public static IReadOnlyList<Cost> Measure(IReadOnlyList<Func<object?>> actions, CancellationToken cancellationToken)
    {
        var repeats = actions.Select(action => Prepare(action, cancellationToken)).ToList();
        var samples = actions.Select(_ => new List<double>(Batches)).ToList();
        for (var batch = 0; batch < Batches; batch++)
        {
            for (var i = 0; i < actions.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                samples[i].Add(CpuOf(actions[i], repeats[i]).TotalMicroseconds / repeats[i]);
            }
        }

        return [.. actions.Select((action, i) => new Cost(TimeSpan.FromMicroseconds(samples[i].Order().ElementAt(Batches / 2)), AllocatedBy(action)))];
    }

    /// <summary>Runs the action until the compiler has done its best with it, and finds out how many runs make a batch.</summary>
    private static int Prepare(Func<object?> action, CancellationToken cancellationToken)
    {
        var repeats = 1;
        var spent = TimeSpan.Zero;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var cpu = CpuOf(action, repeats);
            spent += cpu;
            if (cpu < BatchLength)
            {
                repeats *= 2;
            }
            else if (spent >= WarmUp)
            {
                return repeats;
            }
        }
    }

    private static TimeSpan CpuOf(Func<object?> action, int repeats)
    {
        var before = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < repeats; i++)
        {
            GC.KeepAlive(action());
        }

        return Environment.CpuUsage.TotalTime - before;
    }

    private static long AllocatedBy(Func<object?> action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        GC.KeepAlive(action());
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
