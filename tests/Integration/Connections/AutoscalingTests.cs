using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Connections;

/// <summary>Lag in, pods out.</summary>
public sealed class AutoscalingTests(SharedCluster shared) : ConnectionTest(shared)
{
    private const string Spec = """
        {"kafka": {"bootstrapServers": ["kafka:9092"]}, "input": {"topics": ["orders"], "consumerThreads": 2}, "pipeline": {"outputs": "stdout { }"},
         "autoscaling": {"minReplicas": 1, "maxReplicas": 6, "lagPerReplica": 1000}}
        """;

    [Fact]
    public async Task Lag_adds_pods_as_far_as_there_are_partitions_and_says_why()
    {
        await CreateAsync(Spec);
        await DeploymentAsync(1);

        Answer(lag: 4500, partitions: 6);

        await DeploymentAsync(3);
        var scaled = Assert.Single(await Eventually.AsksAsync(() => EventsAsync("ScaledUp"), events => events.Count > 0));
        Assert.Equal(
            "Scaled from 1 to 3: a lag of 4,500 at 1,000 for each pod asks for 5; more would get no partition (6 partitions for 2 consumer threads in each pod): 3 pods.",
            scaled["note"]!.ToString());
        var connection = (await Api.GetAsync(ConnectionPath())).Body;
        Assert.Equal(1, connection["metadata"]!["generation"]!.GetValue<long>());
        var metrics = await Operator.MetricsAsync();
        Assert.Contains($"kafka_logstash_operator_connection_lag_records{{namespace=\"{Namespace}\",name=\"orders\"}} 4500", metrics, StringComparison.Ordinal);
        Assert.Contains($"kafka_logstash_operator_connection_wished_replicas{{namespace=\"{Namespace}\",name=\"orders\"}} 3", metrics, StringComparison.Ordinal);
        Assert.Contains($"kafka_logstash_operator_connection_scaling_limit{{namespace=\"{Namespace}\",name=\"orders\",limit=\"Partitions\"}} 1", metrics, StringComparison.Ordinal);

        // It goes on being so for half a minute: then somebody should know.
        var high = await Eventually.AsksAsync(
            () =>
            {
                Answer(lag: 9000, partitions: 6);
                return EventsAsync("LagHigh");
            },
            events => events.Count > 0);
        Assert.Equal("Warning", high[0]["type"]!.ToString());

        await Api.DeleteAsync(ConnectionPath());
        await Eventually.AsksAsync(() => Operator.MetricsAsync(), text => !text.Contains($"namespace=\"{Namespace}\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_scaled_stays_when_the_operator_starts_anew_or_Kafka_is_silent()
    {
        await CreateAsync(Spec);
        await DeploymentAsync(1);
        Answer(lag: 4500, partitions: 12);
        await DeploymentAsync(5);

        await RestartOperatorAsync();
        Answer(lag: null, partitions: 12);
        await ConditionAsync("TopicsAvailable", "True");
        Answer(lag: 10, partitions: 12);

        // Lag is low, but nobody has watched for long enough to take pods away.
        await Eventually.AsksAsync(async () => (await Api.GetAsync(ConnectionPath())).Body, connection => connection["status"]?["lag"]?.GetValue<long>() == 10);
        await DeploymentAsync(5);
        Assert.Empty(await EventsAsync("ScaledDown"));
    }

    private void Answer(long? lag, int partitions) => Operator.Kafka.Answer(
        Key().ToString(),
        new KafkaFacts
        {
            Reachable = new KafkaFinding(true, "Reachable", "ok"),
            TopicsAvailable = new KafkaFinding(true, "Available", "ok"),
            Topics = [new TopicFacts("orders", partitions, lag)],
            Lag = lag,
            At = TimeProvider.System.GetUtcNow(),
        });

    private Task<System.Text.Json.Nodes.JsonNode> DeploymentAsync(int replicas) =>
        ObjectAsync("apps/v1", "deployments", "orders-logstash", deployment => deployment["spec"]!["replicas"]!.GetValue<int>() == replicas);
}
