using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Runtime;

/// <summary>One term as leader: by election where that is wished, else from the beginning to the end.</summary>
internal sealed class LeaderTerm(KubernetesApi api, RuntimeOptions options, TimeProvider time, ILogger<LeaseElector> logger)
{
    /// <inheritdoc cref="LeaseElector.RunAsync"/>
    public async Task<TermEnd> RunAsync(Func<CancellationToken, CancellationToken, Task> lead, CancellationToken stopping)
    {
        if (options.LeaderElection is { } election)
        {
            return await new LeaseElector(api, election, options.Identity, time, logger).RunAsync(lead, stopping);
        }

        await lead(stopping, CancellationToken.None);
        return TermEnd.Stopped;
    }
}
