using System.Net;
using System.Text;
using k8s;
using k8s.Models;
using KafkaLogstash.Runtime;
using static KafkaLogstash.Tests.Unit.Runtime.RuntimeFixture;

namespace KafkaLogstash.Tests.Unit.Runtime;

public sealed class RequestSubjectTests
{
    [Theory]
    [InlineData("GET", "/api/v1/secrets", "list", "secrets")]
    [InlineData("GET", "/api/v1/namespaces/shop/secrets?limit=500", "list", "secrets")]
    [InlineData("GET", "/api/v1/namespaces/shop/secrets?watch=true&allowWatchBookmarks=true", "watch", "secrets")]
    [InlineData("GET", "/api/v1/namespaces/shop/secrets/kafka", "get", "secrets")]
    [InlineData("GET", "/api/v1/namespaces/shop", "get", "namespaces")]
    [InlineData("GET", "/api/v1/namespaces", "list", "namespaces")]
    [InlineData("POST", "/apis/apps/v1/namespaces/shop/deployments", "create", "deployments")]
    [InlineData("PUT", "/apis/coordination.k8s.io/v1/namespaces/shop/leases/operator", "update", "leases")]
    [InlineData("PATCH", "/apis/kafka-logstash.io/v1alpha1/namespaces/shop/kafkalogstashconnections/orders/status?fieldManager=a", "patch", "kafkalogstashconnections/status")]
    [InlineData("DELETE", "/k8s/clusters/c-1/apis/apps/v1/namespaces/shop/deployments/orders", "delete", "deployments")]
    [InlineData("DELETE", "/apis/apps/v1/namespaces/shop/deployments", "deletecollection", "deployments")]
    [InlineData("GET", "/version", "list", "none")]
    public void A_request_is_told_by_verb_and_resource_and_never_by_a_name(string method, string path, string verb, string resource) =>
        Assert.Equal(new RequestSubject(verb, resource), RequestSubject.Of(new HttpMethod(method), new Uri($"https://api.invalid{path}")));

    [Fact]
    public async Task Every_attempt_counts_and_so_do_requests_without_an_answer()
    {
        var registry = Prometheus.Metrics.NewCustomRegistry();
        using var stub = new StubApi();
        using var meter = new RequestMeter(new RuntimeMetrics(registry, Options), TimeProvider.System);
        using var api = new KubernetesApi(new KubernetesClientConfiguration { Host = "http://stub.invalid" }, null, meter, stub);

        var throttled = api.GetAsync<V1ConfigMap>(new NamespacedName("shop", "a"), TestContext.Current.CancellationToken);
        (await stub.NextAsync()).Refuse(HttpStatusCode.TooManyRequests, "TooManyRequests", retryAfter: 0);
        (await stub.NextAsync()).Answer(ConfigMap("a", "1"));
        await throttled;
        var broken = api.GetAsync<V1ConfigMap>(new NamespacedName("shop", "a"), TestContext.Current.CancellationToken);
        (await stub.NextAsync()).Break();
        await Assert.ThrowsAnyAsync<Exception>(() => broken);

        using var text = new MemoryStream();
        await registry.CollectAndExportAsTextAsync(text, TestContext.Current.CancellationToken);
        var lines = Encoding.UTF8.GetString(text.ToArray()).Split('\n');
        foreach (var code in new[] { "429", "200", "error" })
        {
            Assert.Contains($"controller_runtime_rest_client_requests_total{{verb=\"get\",resource=\"configmaps\",code=\"{code}\"}} 1", lines);
        }

        Assert.Contains("controller_runtime_rest_client_request_duration_seconds_count{verb=\"get\",resource=\"configmaps\"} 3", lines);
    }
}
