using System.Text.Json.Nodes;
using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Connections;

/// <summary>What Git holds is Git's: a tool that compares a connection with its manifest, as Argo CD and Flux do, finds no difference, whatever the operator does.</summary>
public sealed class GitOwnershipTests(SharedCluster shared) : ConnectionTest(shared)
{
    private const string Git = "argocd-controller";

    private static readonly JsonObject Manifest = JsonNode.Parse($$$"""
        {"apiVersion": "{{{Group}}}", "kind": "{{{KafkaLogstashConnection.KindName}}}",
         "metadata": {"name": "orders", "labels": {"team": "shop"}, "annotations": {"argocd.argoproj.io/tracking-id": "connections-shop:orders"} },
         "spec": {"kafka": {"bootstrapServers": ["kafka:9092"]}, "input": {"topics": ["orders"]}, "pipeline": {"outputs": "stdout { }"},
                  "autoscaling": {"maxReplicas": 6, "lagPerReplica": 1000}, "deletionPolicy": {"consumerGroup": "Delete"} } }
        """)!.AsObject();

    [Fact]
    public async Task The_operator_writes_the_status_and_its_finalizer_and_nothing_else()
    {
        var applied = (await ApplyAsync()).Body;
        await ObjectAsync("apps/v1", "deployments", "orders-logstash");
        Operator.Kafka.Answer(Key().ToString(), Facts(lag: 4500));
        await ObjectAsync("apps/v1", "deployments", "orders-logstash", deployment => deployment["spec"]!["replicas"]!.GetValue<int>() == 5);
        await RestartOperatorAsync();
        var worked = await Eventually.AsksAsync(
            async () => (await Api.GetAsync(ConnectionPath())).Body,
            connection => connection["metadata"]!["finalizers"] is JsonArray { Count: 1 } && connection["status"]?["conditions"] is JsonArray);

        Assert.Equal(applied["spec"]!.ToJsonString(), worked["spec"]!.ToJsonString());
        Assert.Equal(applied["metadata"]!["labels"]!.ToJsonString(), worked["metadata"]!["labels"]!.ToJsonString());
        Assert.Equal(applied["metadata"]!["annotations"]!.ToJsonString(), worked["metadata"]!["annotations"]!.ToJsonString());
        Assert.Equal(1, worked["metadata"]!["generation"]!.GetValue<long>());
        var written = worked["metadata"]!["managedFields"]!.AsArray()
            .Where(entry => entry!["manager"]!.ToString() != Git)
            .SelectMany(entry => Fields(entry!["fieldsV1"]!, (string?)entry["subresource"] ?? ""))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
        Assert.Equal(["f:metadata.f:finalizers", "status: f:status"], written);

        // Applied again, without force, the manifest meets nobody's fields and changes nothing.
        var again = (await ApplyAsync()).Body;
        Assert.Equal(1, again["metadata"]!["generation"]!.GetValue<long>());
        Assert.Equal("kafka-logstash.io/consumer-group", Assert.Single(again["metadata"]!["finalizers"]!.AsArray())!.ToString());

        await Api.DeleteAsync(ConnectionPath());
        await Eventually.AsksAsync(() => Api.GetAsync(ConnectionPath()), answer => answer.Code == 404);
    }

    private Task<ApiAnswer> ApplyAsync() => Api.ApplyAsync(ConnectionPath(), Git, Manifest.DeepClone());

    /// <summary>The fields that somebody owns, as far down as it takes to say whose they are.</summary>
    private static IEnumerable<string> Fields(JsonNode fields, string subresource) => fields.AsObject().SelectMany(field => field.Key == "f:metadata"
        ? field.Value!.AsObject().Select(inner => $"f:metadata.{inner.Key}")
        : [subresource.Length == 0 ? field.Key : $"{subresource}: {field.Key}"]);

    private static KafkaFacts Facts(long lag) => new()
    {
        Reachable = new KafkaFinding(true, "Reachable", "ok"),
        TopicsAvailable = new KafkaFinding(true, "Available", "ok"),
        Topics = [new TopicFacts("orders", 12, lag)],
        Lag = lag,
        At = TimeProvider.System.GetUtcNow(),
    };
}
