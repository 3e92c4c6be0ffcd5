using System.Text.Json.Nodes;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Connections;

/// <summary>Pods that look like a connection's, and are none, or none any more.</summary>
public sealed class PodsOfOthersTests(SharedCluster shared) : ConnectionTest(shared)
{
    private const string Plain = """
        {"kafka": {"bootstrapServers": ["kafka:9092"]}, "input": {"topics": ["orders"]}, "pipeline": {"outputs": "stdout { }"}}
        """;

    [Fact]
    public async Task Neither_a_pod_with_its_labels_alone_nor_one_that_has_ended_says_how_a_connection_is()
    {
        if (Cluster.Embedded is null)
        {
            Assert.Skip("The pods are played: where a real controller manager runs, it takes them away.");
        }

        await CreateAsync(Plain);
        var deployment = await ObjectAsync("apps/v1", "deployments", "orders-logstash");
        var seen = new JsonObject { ["observedGeneration"] = deployment["metadata"]!["generation"]!.GetValue<long>(), ["replicas"] = 1, ["updatedReplicas"] = 1 };
        _ = (await Api.PatchAsync(PathOf("apps/v1", "deployments", "orders-logstash/status"), ApiSession.MergePatch, new JsonObject { ["status"] = seen })).Body;
        await PodAsync("orders-logstash-7d9c-a", "orders-logstash-7d9c", """{"phase": "Running", "containerStatuses": [{"name": "logstash", "image": "x", "imageID": "", "ready": false, "restartCount": 3, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}""");
        await ReasonAsync("CrashLoopBackOff");

        await PodAsync("a-stranger", null, """{"phase": "Running", "containerStatuses": [{"name": "logstash", "image": "x", "imageID": "", "ready": false, "restartCount": 0, "state": {"waiting": {"reason": "ImagePullBackOff"}}}]}""");
        await StatusAsync("orders-logstash-7d9c-a", """{"phase": "Failed", "reason": "Evicted", "containerStatuses": [{"name": "logstash", "image": "x", "imageID": "", "ready": false, "restartCount": 3, "state": {"terminated": {"exitCode": 137}}}]}""");

        await ReasonAsync("RollingOut");
    }

    private async Task ReasonAsync(string reason) =>
        _ = await Eventually.AsksAsync(() => ConditionAsync("LogstashAvailable", "False"), condition => condition["reason"]!.ToString() == reason);

    private async Task PodAsync(string name, string? replicaSet, string status)
    {
        var metadata = new JsonObject
        {
            ["name"] = name,
            ["labels"] = new JsonObject
            {
                ["app.kubernetes.io/instance"] = "orders", ["app.kubernetes.io/name"] = "logstash", ["app.kubernetes.io/managed-by"] = "kafka-logstash-operator",
            },
        };
        if (replicaSet is not null)
        {
            metadata["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = "apps/v1", ["kind"] = "ReplicaSet", ["name"] = replicaSet, ["uid"] = Guid.NewGuid().ToString(), ["controller"] = true,
            });
        }

        var pod = Parse("""{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "logstash", "image": "x"}]}}""");
        pod["metadata"] = metadata;
        _ = (await Api.CreateAsync(PathOf("v1", "pods"), pod)).Body;
        await StatusAsync(name, status);
    }

    private async Task StatusAsync(string name, string status)
    {
        var phase = JsonNode.Parse(status)!["phase"]!.ToString();
        _ = (await Api.PatchAsync(PathOf("v1", "pods", $"{name}/status"), ApiSession.MergePatch, new JsonObject { ["status"] = JsonNode.Parse(status) })).Body;
        await Eventually.AsksAsync(() => Task.FromResult(Operator.Pod(Key(name))), pod => pod?.Status?.Phase == phase);
    }
}
