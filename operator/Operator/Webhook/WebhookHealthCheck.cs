using KafkaLogstash.Operator.Webhook.Certificates;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KafkaLogstash.Operator.Webhook;

/// <summary>Readiness: API servers that ask this replica for a review get one.</summary>
internal sealed class WebhookHealthCheck(CertificateKeeper certificates, WebhookServer server) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        !server.IsServing ? HealthCheckResult.Unhealthy("The webhook does not listen.")
        : certificates.Current is null ? HealthCheckResult.Unhealthy(certificates.Problem ?? "The webhook has no certificate yet.")
        : HealthCheckResult.Healthy("The webhook serves."));
}
