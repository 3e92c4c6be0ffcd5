using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KafkaLogstash.Runtime;

/// <summary>Readiness: every cache holds its first list.</summary>
internal sealed class SyncedHealthCheck(InformerSet informers) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var missing = informers.Missing;
        return Task.FromResult(missing.Count == 0
            ? HealthCheckResult.Healthy("All caches are filled.")
            : HealthCheckResult.Unhealthy($"Not listed yet: {string.Join(", ", missing)}."));
    }
}

/// <summary>Liveness: the loops turn. Reconciles time out, so that neither a slow API server nor a single key can stand still for that long.</summary>
internal sealed class LoopHealthCheck(IEnumerable<IEntityLoop> loops, RuntimeOptions options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var bound = options.ReconcileTimeout + TimeSpan.FromMinutes(1);
        var stuck = loops.Where(loop => loop.State is var state && (state.LongestRunning > bound || state.Stalled > bound)).Select(static l => l.Name).ToList();
        return Task.FromResult(stuck.Count == 0
            ? HealthCheckResult.Healthy("The loops turn.")
            : HealthCheckResult.Unhealthy($"No progress for more than {bound}: {string.Join(", ", stuck)}."));
    }
}
