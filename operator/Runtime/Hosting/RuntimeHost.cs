using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Runtime;

/// <summary>
/// Runs informers and controllers. All replicas fill their caches; only the leader reconciles. A leader that loses its Lease stops the program with exit code 1:
/// starting afresh is the only state that is known to be right.
/// </summary>
internal sealed class RuntimeHost(
    InformerSet informers,
    IEnumerable<IEntityLoop> loops,
    LeaderTerm term,
    RuntimeMetrics metrics,
    IHostApplicationLifetime lifetime,
    ILogger<RuntimeHost> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var watching = new CancellationTokenSource();
        var watch = informers.RunAsync(watching.Token);
        try
        {
            if (await term.RunAsync(LeadAsync, stoppingToken) == TermEnd.Lost)
            {
                logger.LogCritical("The leadership is lost; the program ends");
                Environment.ExitCode = 1;
                lifetime.StopApplication();
            }
        }
        finally
        {
            await watching.CancelAsync();
            await watch;
        }
    }

    private async Task LeadAsync(CancellationToken stopping, CancellationToken abort)
    {
        metrics.Leads(true);
        await Task.WhenAll(loops.Select(loop => loop.RunAsync(stopping, abort)));

        // A program without controllers has its informers alone, for as long as it runs.
        await Task.Delay(Timeout.InfiniteTimeSpan, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        metrics.Leads(false);
    }
}
