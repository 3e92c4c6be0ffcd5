using System.Text.Json.Nodes;
using Confluent.Kafka;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.LocalCluster.Kafka;
using KafkaLogstash.Tests.Integration.Clusters;
using KafkaLogstash.Tests.Integration.Connections;

namespace KafkaLogstash.Tests.Integration.Kafka;

/// <summary>The status tells the truth about the Kafka side: from real brokers through the prober and the loop into the resource.</summary>
public sealed class KafkaStatusTests(SharedCluster shared) : ConnectionTest(shared)
{
    internal override KafkaProberOptions? KafkaProbing => new()
    {
        Interval = TimeSpan.FromMilliseconds(500),
        ShortestInterval = TimeSpan.FromMilliseconds(200),
        RetryInterval = TimeSpan.FromMilliseconds(500),
        LongestInterval = TimeSpan.FromSeconds(1),
        Timeout = TimeSpan.FromSeconds(2),
        LagInterval = TimeSpan.Zero,
    };

    [Fact]
    public async Task Topics_and_lag_of_the_group_reach_the_status()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 3);
        await ProduceAsync(kafka, "orders", 10);

        await CreateAsync(Spec(kafka.BootstrapServers, "orders"));

        await ConditionAsync("KafkaReachable", "True");
        await ConditionAsync("TopicsAvailable", "True");
        var status = await StatusAsync(status => status["lag"]?.GetValue<long>() == 10);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""[{"name":"orders","partitions":3,"lag":10}]"""), status["topics"]), status.ToJsonString());
    }

    [Fact]
    public async Task A_missing_topic_is_a_condition_and_an_event_and_heals()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);

        await CreateAsync(Spec(kafka.BootstrapServers, "ordres"));

        var condition = await ConditionAsync("TopicsAvailable", "False");
        Assert.Equal("TopicMissing", condition["reason"]!.ToString());
        Assert.Contains("there is 'orders'", condition["message"]!.ToString(), StringComparison.Ordinal);
        await Eventually.AsksAsync(() => EventsAsync("TopicMissing"), events => events.Count == 1);

        await PatchAsync("""{"input": {"topics": ["orders"]}}""");
        await ConditionAsync("TopicsAvailable", "True");
    }

    [Fact]
    public async Task A_topic_that_the_pods_environment_names_is_not_missed()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);
        var spec = JsonNode.Parse(Spec(kafka.BootstrapServers, "orders"))!;
        spec["output"] = new JsonObject { ["topicId"] = "${TOPIC:written}" };

        await CreateAsync(spec.ToJsonString());

        await ConditionAsync("TopicsAvailable", "True");
    }

    [Fact]
    public async Task Brokers_that_go_and_come_back_turn_the_condition()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);
        await CreateAsync(Spec(kafka.BootstrapServers, "orders"));
        await ConditionAsync("KafkaReachable", "True");

        kafka.SetBrokerDown(1);
        var condition = await ConditionAsync("KafkaReachable", "False");
        Assert.Equal("ConnectionRefused", condition["reason"]!.ToString());
        Assert.Contains(kafka.BootstrapServers, condition["message"]!.ToString(), StringComparison.Ordinal);
        await ConditionAsync("TopicsAvailable", "Unknown");

        kafka.SetBrokerUp(1);
        await ConditionAsync("KafkaReachable", "True");
        await ConditionAsync("TopicsAvailable", "True");
    }

    [Fact]
    public async Task A_rotated_password_lets_the_operator_in()
    {
        await using var kafka = ScriptedBroker.Start();
        kafka.Mechanisms = ["PLAIN"];
        kafka.Users["orders"] = "the-right-one";
        kafka.Topics["orders"] = new ScriptedTopic();
        await SecretAsync("orders-kafka", ("password", "the-wrong-one"));
        var spec = JsonNode.Parse(Spec(kafka.Address, "orders"))!;
        spec["kafka"]!["authentication"] = JsonNode.Parse("""{"type": "Plain", "username": "orders", "passwordFrom": {"secretName": "orders-kafka", "key": "password"}}""");

        await CreateAsync(spec.ToJsonString());
        var condition = await ConditionAsync("KafkaReachable", "False");
        Assert.Equal("AuthenticationFailed", condition["reason"]!.ToString());
        Assert.Contains("PLAIN as user 'orders'", condition["message"]!.ToString(), StringComparison.Ordinal);

        await SecretAsync("orders-kafka", ("password", "the-right-one"));
        await ConditionAsync("KafkaReachable", "True");
        Assert.DoesNotContain(Operator.Log, line => line.Contains("the-wrong-one", StringComparison.Ordinal) || line.Contains("the-right-one", StringComparison.Ordinal));
    }

    private static string Spec(string bootstrapServers, string topic) => new JsonObject
    {
        ["kafka"] = new JsonObject { ["bootstrapServers"] = new JsonArray([.. bootstrapServers.Split(',').Select(server => JsonValue.Create(server))]) },
        ["input"] = new JsonObject { ["topics"] = new JsonArray(topic), ["autoOffsetReset"] = "Earliest" },
        ["pipeline"] = new JsonObject { ["outputs"] = "stdout { }" },
    }.ToJsonString();

    private async Task<JsonNode> StatusAsync(Predicate<JsonNode> wished) =>
        (await Eventually.AsksAsync(async () => (await Api.GetAsync(ConnectionPath())).Body, connection => connection["status"] is { } status && wished(status)))["status"]!;

    private static async Task ProduceAsync(KafkaMockCluster kafka, string topic, int records)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers }).Build();
        await Task.WhenAll(Enumerable.Range(0, records).Select(_ => producer.ProduceAsync(topic, new Message<Null, string> { Value = "x" })));
    }
}
