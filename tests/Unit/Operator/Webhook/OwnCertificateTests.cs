using System.Net;
using KafkaLogstash.Operator.Webhook;
using KafkaLogstash.Operator.Webhook.Certificates;
using KafkaLogstash.Runtime;
using KafkaLogstash.Tests.Unit.Runtime;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaLogstash.Tests.Unit.Operator.Webhook;

/// <summary>A certificate that can't be had now is waited for.</summary>
public sealed class OwnCertificateTests
{
    [Fact]
    public async Task An_answer_of_somebody_else_in_the_API_servers_place_is_a_reason_and_no_end()
    {
        using var stub = new StubApi { Automatic = static _ => StubApi.Json("<html>log in</html>") };
        using var api = stub.Connect();
        var options = new WebhookOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), ServerNames = ["webhook.ops.svc"], Secret = new NamespacedName("ops", "webhook"), Configuration = "webhook" };
        var source = new OwnCertificate(api, RuntimeFixture.Options, options, TimeProvider.System, NullLogger<OwnCertificate>.Instance);

        var error = await Assert.ThrowsAsync<CertificateException>(() => source.ReadAsync(TestContext.Current.CancellationToken));

        Assert.Contains("a proxy for instance", error.Message, StringComparison.Ordinal);
    }
}
