using System.Diagnostics;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using KafkaLogstash.LocalCluster.Clusters;
using KafkaLogstash.LocalCluster.Kafka;
using KafkaLogstash.Tests.Integration.Clusters;
using KafkaLogstash.Tests.Integration.Connections;

namespace KafkaLogstash.Tests.Integration.Bridges;

/// <summary>
/// A test in which all parts are at work: the operator in the test's process, a node whose pods are processes, and a Kafka. Its connection is called
/// <c>orders</c>; its topics are its own.
/// </summary>
public abstract class BridgeTest(SharedCluster shared, BridgeCluster bridges) : ConnectionTest(shared)
{
    /// <summary>Windows are small, so that many are under way.</summary>
    protected const int WindowSize = 20;

    /// <summary>Windows under way on a connection.</summary>
    protected const int MaxInFlight = 4;

    /// <summary>How many partitions topics have.</summary>
    protected const int Partitions = 3;

    protected KafkaMockCluster Kafka => bridges.Local.Kafka!;

    public override async ValueTask DisposeAsync()
    {
        if (Operator is not null)
        {
            // Its pods end before the next test's begin: these processes are many.
            await Api.DeleteAsync(ConnectionPath());
            await Eventually.AsksAsync(async () => (await PodsAsync("")).Count, pods => pods == 0);
        }

        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override Task<ITestCluster> ClusterAsync(SharedCluster clusters)
    {
        Assert.SkipWhen(bridges.Local.Node is null, "This cluster has nodes of its own, which would need the bridge's image.");
        return Task.FromResult(bridges.Local.Cluster);
    }

    /// <summary>Creates a topic of this test's own.</summary>
    protected string Topic(string name)
    {
        var topic = $"{Namespace}.{name}";
        Kafka.CreateTopic(topic, Partitions);
        return topic;
    }

    /// <summary>The name of the consumer group.</summary>
    protected string ConsumerGroup => $"{Namespace}-orders";

    /// <summary>The spec of a connection over a bridge, to which a test adds what it is about.</summary>
    /// <param name="parts">Members of the spec, as JSON; members of <c>bridge</c> and <c>pipeline</c> are added to those that are there.</param>
    protected JsonObject Spec(params IEnumerable<string> parts)
    {
        var spec = Parse($$"""
            {
              "transport": "Bridge",
              "kafka": {"bootstrapServers": ["{{Kafka.BootstrapServers}}"], "properties": {"session.timeout.ms": "2000", "heartbeat.interval.ms": "200"} },
              "pipeline": {"batchDelay": "5ms"},
              "bridge": {"source": {"windowSize": {{WindowSize}}, "maxInFlight": {{MaxInFlight}} } }
            }
            """);
        foreach (var part in parts)
        {
            Merge(spec, Parse($"{{{part}}}"));
        }

        return spec;
    }

    /// <summary>The part of a spec that reads a topic from its beginning.</summary>
    protected string Input(string topic) => $$"""
        "input": {"topics": ["{{topic}}"], "groupId": "{{ConsumerGroup}}", "autoOffsetReset": "Earliest"}
        """;

    /// <summary>The part of a spec that writes a topic, with the event's id as key.</summary>
    protected static string Output(string topic) => $$$"""
        "output": {"topicId": "{{{topic}}}", "messageKey": "%{[id]}"}
        """;

    /// <summary>Creates the connection and waits until bridge and Logstash are ready.</summary>
    protected async Task StartAsync(JsonObject spec)
    {
        await CreateAsync(spec.ToJsonString());
        await ReadyAsync();
    }

    /// <summary>Waits until the connection is ready.</summary>
    protected Task ReadyAsync() => ConditionAsync("BridgeAvailable", "True");

    /// <summary>Writes numbered records.</summary>
    protected async Task ProduceAsync(string topic, int count)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = Kafka.BootstrapServers }).SetLogHandler(static (_, _) => { }).Build();
        await Task.WhenAll(Enumerable.Range(0, count).Select(number => producer.ProduceAsync(topic, RecordFlow.Record(number), Cancellation)));
    }

    private protected TopicReader Read(string topic) => new(Kafka.BootstrapServers, topic, Partitions);

    private protected RecordFlow Flow(string topic) => new(Kafka.BootstrapServers, topic);

    /// <summary>Waits until a topic holds each of the numbered records.</summary>
    private protected static Task AllAsync(TopicReader reader, int count) =>
        Eventually.AsksAsync(() => Task.FromResult(reader.Records.DistinctBy(record => record.Message.Key).Count()), seen => seen >= count);

    /// <summary>The sum of the offsets that the connection's consumer group has committed: how many records it is done with.</summary>
    protected long Committed(string topic)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = Kafka.BootstrapServers, GroupId = ConsumerGroup })
            .SetLogHandler(static (_, _) => { })
            .Build();
        return consumer.Committed(Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(topic, partition)), TimeSpan.FromSeconds(5))
            .Sum(offset => Math.Max(offset.Offset.Value, 0));
    }

    /// <summary>The pods of a Deployment, ending ones included; all for no name.</summary>
    protected async Task<IReadOnlyList<JsonNode>> PodsAsync(string deployment) =>
    [
        .. (await Api.GetAsync(PathOf("v1", "pods"))).Body["items"]!.AsArray().OfType<JsonNode>()
            .Where(pod => NameOf(pod).StartsWith(deployment, StringComparison.Ordinal)),
    ];

    /// <summary>Waits until a Deployment has so many ready pods and no others.</summary>
    protected Task<IReadOnlyList<JsonNode>> ReadyPodsAsync(string deployment, int count) =>
        Eventually.AsksAsync(() => PodsAsync(deployment), pods => pods.Count == count && pods.All(IsReady));

    /// <summary>The bridge's only pod.</summary>
    protected async Task<JsonNode> BridgePodAsync() => Assert.Single(await ReadyPodsAsync("orders-bridge-", 1));

    protected static string NameOf(JsonNode pod) => pod["metadata"]!["name"]!.ToString();

    protected static int RestartsOf(JsonNode pod) => pod["status"]!["containerStatuses"]![0]!["restartCount"]!.GetValue<int>();

    protected static string AddressOf(JsonNode pod) => pod["status"]!["podIP"]!.ToString();

    /// <summary>Asks a pod to end, as a node's drain or a rollout does.</summary>
    protected Task DeleteAsync(JsonNode pod) => Api.DeleteAsync(PathOf("v1", "pods", NameOf(pod)));

    /// <summary>Ends a pod's process without a word, as the kernel does when memory runs out.</summary>
    protected static void Kill(JsonNode pod)
    {
        using var process = Process.GetProcessById(int.Parse(pod["status"]!["containerStatuses"]![0]!["containerID"]!.ToString()["process://".Length..]));
        process.Kill(entireProcessTree: true);
    }

    private static bool IsReady(JsonNode pod) =>
        pod["metadata"]!["deletionTimestamp"] is null
        && pod["status"]?["conditions"] is JsonArray conditions
        && conditions.Any(condition => condition?["type"]?.ToString() == "Ready" && condition["status"]?.ToString() == "True");

    private static void Merge(JsonObject target, JsonObject more)
    {
        foreach (var (name, value) in more)
        {
            if (value is JsonObject inner && target[name] is JsonObject present)
            {
                Merge(present, inner);
            }
            else
            {
                target[name] = value?.DeepClone();
            }
        }
    }
}
