using System.Net;
using System.Text;
using k8s.Models;
using KafkaLogstash.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using static KafkaLogstash.Tests.Unit.Runtime.RuntimeFixture;

namespace KafkaLogstash.Tests.Unit.Runtime;

/// <summary>What informers count: lists with their reason, watches, failures, and what is cached.</summary>
public sealed class InformerMetricsTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly StubApi _api = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly KubernetesApi _client;
    private readonly Task _running;

    public InformerMetricsTests()
    {
        _client = _api.Connect(_time);
        var context = new InformerContext(_client, Options, _time, NullLoggerFactory.Instance, new RuntimeMetrics(_registry, Options));
        _running = new Informer<V1ConfigMap>(context, new InformerOptions<V1ConfigMap>()).RunAsync(_stop.Token);
    }

    [Fact]
    public async Task A_list_is_counted_by_why_it_was_needed()
    {
        (await _api.NextAsync()).Answer(List("10", ConfigMap("a", "1"), ConfigMap("b", "2")));
        (await _api.NextAsync()).Refuse(HttpStatusCode.Gone, "Expired");
        (await _api.NextAsync()).Answer(List("50", ConfigMap("a", "1")));
        for (var i = 0; i < 5; i++)
        {
            (await _api.NextAsync(_time)).Break();
        }

        (await _api.NextAsync(_time)).Answer(List("90", ConfigMap("a", "1")));
        await _api.NextAsync(_time);

        var lines = await LinesAsync();
        foreach (var series in new[]
        {
            "informer_lists_total{kind=\"ConfigMap\",reason=\"start\"} 1", "informer_lists_total{kind=\"ConfigMap\",reason=\"expired\"} 1",
            "informer_lists_total{kind=\"ConfigMap\",reason=\"failures\"} 1", "informer_failures_total{kind=\"ConfigMap\"} 5",
            "informer_watches_total{kind=\"ConfigMap\"} 7", "informer_objects{kind=\"ConfigMap\"} 1",
        })
        {
            Assert.Contains($"controller_runtime_{series}", lines);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _client.Dispose();
        _api.Dispose();
        _stop.Dispose();
    }

    private async Task<string[]> LinesAsync()
    {
        using var text = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(text, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(text.ToArray()).Split('\n');
    }
}
