using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KafkaLogstash.Tests.Unit.Operator.Webhook;

/// <summary>A certificate out of a folder is exchanged without a restart, and a broken one is not taken.</summary>
public sealed class MountedCertificateTests
{
    [Fact]
    public async Task A_rotated_certificate_is_served_without_a_restart()
    {
        await using var run = await WebhookRun.StartAsync();
        var before = run.Certificates.Current!.Thumbprint;

        run.WriteCertificate(WebhookRun.ServiceName);
        await WebhookRun.UntilAsync(() => run.Certificates.Current?.Thumbprint != before, "the new certificate is served");

        Assert.True((bool)(await run.ReviewAsync(Reviews.Create(Reviews.Good)))["allowed"]!);
        Assert.Contains("kafka_logstash_operator_webhook_certificate_expiry_timestamp_seconds ", await run.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_one_is_said_to_be_and_the_one_before_is_served_on()
    {
        await using var run = await WebhookRun.StartAsync();

        run.Write("tls.key", "nonsense");
        await WebhookRun.UntilAsync(() => run.Certificates.Problem is not null, "the broken key is noticed");

        Assert.Contains("tls.crt and ", run.Certificates.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("nonsense", run.Certificates.Problem, StringComparison.Ordinal);
        Assert.True((bool)(await run.ReviewAsync(Reviews.Create(Reviews.Good)))["allowed"]!);
        Assert.Equal(HealthStatus.Healthy, (await run.HealthAsync()).Status);
    }

    [Fact]
    public async Task Without_a_certificate_it_is_not_ready_and_says_why()
    {
        await using var run = await WebhookRun.StartAsync(change: options => options with { CertificateDirectory = "/nonexistent" });

        var health = await run.HealthAsync();

        Assert.Equal(HealthStatus.Unhealthy, health.Status);
        Assert.StartsWith("The webhook's certificate can't be read: ", health.Description, StringComparison.Ordinal);
        await Assert.ThrowsAsync<HttpRequestException>(() => run.SendAsync(null));
    }

    [Fact]
    public async Task One_that_has_ended_is_not_served()
    {
        await using var run = await WebhookRun.StartAsync();
        var (certificate, key) = run.Authority.Issue(WebhookRun.ServiceName, Bridge.Security.TestAuthority.ServerUsage, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddMinutes(-1));
        run.Write("tls.crt", certificate);
        run.Write("tls.key", key);

        await WebhookRun.UntilAsync(() => run.Certificates.Problem?.Contains("ended at", StringComparison.Ordinal) == true, "its end is noticed");

        Assert.True(run.Certificates.Current!.IsValid(DateTimeOffset.UtcNow));
    }
}
