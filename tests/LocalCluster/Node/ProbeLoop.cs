using k8s.Models;

namespace KafkaLogstash.LocalCluster.Node;

/// <summary>Asks again and again, and tells each time the verdict changes.</summary>
internal static class ProbeLoop
{
    /// <summary>Runs until it is cancelled.</summary>
    /// <param name="probe">When to ask, and how often before it counts.</param>
    /// <param name="ask">Asks once: null, or what is wrong.</param>
    /// <param name="verdict">Told the verdict: null when it is good, otherwise what was wrong last.</param>
    /// <param name="time">Source of time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task RunAsync(
        V1Probe probe, Func<CancellationToken, Task<string?>> ask, Action<string?> verdict, TimeProvider time, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(probe.InitialDelaySeconds ?? 0), time, cancellationToken);
        var (good, bad) = (0, 0);
        while (true)
        {
            var wrong = await ask(cancellationToken);
            (good, bad) = wrong is null ? (good + 1, 0) : (0, bad + 1);
            if (good >= (probe.SuccessThreshold ?? 1))
            {
                verdict(null);
            }
            else if (bad >= (probe.FailureThreshold ?? 3))
            {
                verdict(wrong);
            }

            await Task.Delay(TimeSpan.FromSeconds(Math.Max(1, probe.PeriodSeconds ?? 10)), time, cancellationToken);
        }
    }
}
