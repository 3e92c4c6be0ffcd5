using System.Text.Json.Nodes;
using KafkaLogstash.Controller;
using KafkaLogstash.LocalCluster;
using KafkaLogstash.LocalCluster.Clusters;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Connections;

/// <summary>Pipelines that Logstash reloads in place, with pods that really run.</summary>
public sealed class InPlaceReloadTests : IAsyncLifetime
{
    private const string Connections = "/apis/kafka-logstash.io/v1alpha1/namespaces/default/kafkalogstashconnections";

    private LocalKubernetes _local = null!;
    private ApiSession _api = null!;
    private OperatorUnderTest _operator = null!;

    public async ValueTask InitializeAsync()
    {
        // The pods are processes of this machine, so the API server has to be in reach of the node: the embedded one always is.
        _local = await LocalKubernetes.StartAsync(
            new LocalKubernetesOptions { Cluster = static async token => await EmbeddedCluster.StartAsync(cancellationToken: token) },
            TestContext.Current.CancellationToken);
        _api = new ApiSession(_local.Cluster.AdminConfiguration);
        await ConnectionTest.ServeDefinitionAsync(_api);
        _operator = await OperatorUnderTest.StartAsync(_local.Cluster.AdminConfiguration, "default", options: new ControllerOptions { ReloadTimeout = TimeSpan.FromSeconds(20) });
    }

    public async ValueTask DisposeAsync()
    {
        if (_operator is not null)
        {
            await _operator.DisposeAsync();
        }

        _api?.Dispose();
        if (_local is not null)
        {
            await _local.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_changed_filter_is_reloaded_in_place_and_one_that_fails_rolls_the_pods()
    {
        _ = (await _api.CreateAsync(Connections, JsonNode.Parse("""
            {"apiVersion": "kafka-logstash.io/v1alpha1", "kind": "KafkaLogstashConnection", "metadata": {"name": "orders", "namespace": "default"},
             "spec": {"kafka": {"bootstrapServers": ["127.0.0.1:1"], "probe": "Disabled"}, "input": {"topics": ["orders"]},
                      "pipeline": {"reload": "InPlace", "filter": "mutate { add_tag => [\"a\"] }", "outputs": "stdout { }"}}}
            """)!.AsObject())).Body;
        var first = await ReadyAsync(_ => true);
        Assert.Equal("Rolling", first["rollout"]!["method"]!.ToString());
        var pod = await PodAsync();

        await PatchAsync("""{"filter": "mutate { add_tag => [\"b\"] }"}""");

        var second = await ReadyAsync(status => status["pipelineHash"]!.ToString() != first["pipelineHash"]!.ToString());
        Assert.Equal("InPlace", second["rollout"]!["method"]!.ToString());
        Assert.Equal(pod, await PodAsync());
        Assert.Single(await EventsAsync("Reloaded"));

        // The node API listens on that port: the input can't register, and the old pipeline is down by then.
        await PatchAsync("""{"inputs": "http { port => 9600 }"}""");

        await Eventually.AsksAsync(() => EventsAsync("ReloadFailed"), events => events.Count == 1);
        await Eventually.AsksAsync(
            async () => (await _api.GetAsync("/apis/apps/v1/namespaces/default/deployments/orders-logstash")).Body["spec"]!["template"]!["metadata"]!["annotations"]!,
            annotations => annotations["kafka-logstash.io/restart-reason"]?.ToString().Contains("could not reload", StringComparison.Ordinal) == true);

        await PatchAsync("""{"inputs": ""}""");

        await ReadyAsync(status => status["pipelineHash"]!.ToString() == second["pipelineHash"]!.ToString());
    }

    private async Task PatchAsync(string pipeline) => _ = (await _api.PatchAsync(
        $"{Connections}/orders", ApiSession.MergePatch, new JsonObject { ["spec"] = new JsonObject { ["pipeline"] = JsonNode.Parse(pipeline) } })).Body;

    private async Task<JsonNode> ReadyAsync(Predicate<JsonNode> wished)
    {
        var connection = await Eventually.AsksAsync(
            async () => (await _api.GetAsync($"{Connections}/orders")).Body,
            connection => connection["status"] is { } status && wished(status)
                && status["observedGeneration"]?.GetValue<long>() == connection["metadata"]!["generation"]!.GetValue<long>()
                && status["conditions"]!.AsArray().Any(condition => condition!["type"]!.ToString() == "Ready" && condition["status"]!.ToString() == "True"));
        return connection["status"]!;
    }

    private async Task<string> PodAsync() =>
        Assert.Single((await _api.GetAsync("/api/v1/namespaces/default/pods")).Body["items"]!.AsArray())!["metadata"]!["uid"]!.ToString();

    private async Task<IReadOnlyList<JsonNode>> EventsAsync(string reason) =>
        [.. (await _api.GetAsync("/apis/events.k8s.io/v1/namespaces/default/events")).Body["items"]!.AsArray().OfType<JsonNode>().Where(item => item["reason"]?.ToString() == reason)];
}
