using Confluent.Kafka;
using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.LocalCluster.Kafka;

namespace KafkaLogstash.Tests.Unit.Kafka;

/// <summary>What is found out about topics and groups of a broker that has rights, descriptions of groups, and a past.</summary>
public sealed class TopicsTests
{
    private const string Connection = "shop/orders";

    [Fact]
    public async Task Lag_and_state_of_the_group_are_known()
    {
        await using var kafka = ScriptedBroker.Start();
        kafka.Topics["orders"] = new ScriptedTopic { Partitions = [(0, 100), (50, 100)] };
        kafka.Groups["shop"] = new ScriptedGroup
        {
            State = "Stable",
            Members = 2,
            Committed = new Dictionary<(string, int), long> { [("orders", 0)] = 90, [("orders", 1)] = 20 },
        };
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Reading(kafka, "orders"));

        var found = await facts.UntilAsync(Connection, latest => latest.Lag is not null);
        Assert.Equal([new TopicFacts("orders", 2, 60)], found.Topics);
        Assert.Equal(60, found.Lag);
        Assert.Null(found.LagUnknown);
        Assert.Equal(new GroupFacts("Stable", 2), found.Group);
        Assert.Equal("The topic is there.", found.TopicsAvailable.Message);
    }

    [Fact]
    public async Task A_group_that_has_not_begun_says_why_its_lag_is_unknown()
    {
        await using var kafka = ScriptedBroker.Start();
        kafka.Topics["orders"] = new ScriptedTopic { Partitions = [(0, 100)] };
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Reading(kafka, "orders"));

        var found = await facts.UntilAsync(Connection, latest => latest.LagUnknown is not null);
        Assert.Null(found.Lag);
        Assert.Equal("The group has committed nothing for 'orders' yet: it begins at the end.", found.LagUnknown);
        Assert.Equal(new GroupFacts("Dead", 0), found.Group);
        Assert.Equal($"The topic is there. The lag is unknown. {found.LagUnknown}", found.TopicsAvailable.Message);
        Assert.True(found.TopicsAvailable.Holds);
    }

    [Fact]
    public async Task A_group_that_commits_while_it_is_looked_at_is_not_taken_for_one_that_begins_anew()
    {
        await using var kafka = ScriptedBroker.Start();
        var end = 1000L;
        Write();
        kafka.Asked = request =>
        {
            if (request == KafkaApiKey.OffsetFetch)
            {
                Interlocked.Add(ref end, 10);
                Write();
            }
        };
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Reading(kafka, "orders") with { AutoOffsetReset = KafkaLogstash.Api.AutoOffsetReset.Earliest });

        var found = await facts.UntilAsync(Connection, latest => latest.Lag is not null);
        Assert.Equal(4, found.Lag);

        // Each look meets records that were written and taken after the end was read.
        void Write()
        {
            kafka.Topics["orders"] = new ScriptedTopic { Partitions = [(0, end)] };
            kafka.Groups["shop"] = new ScriptedGroup { Committed = new Dictionary<(string, int), long> { [("orders", 0)] = end - 4 } };
        }
    }

    [Fact]
    public async Task A_topic_that_was_created_anew_is_read_from_where_the_group_begins()
    {
        await using var kafka = ScriptedBroker.Start();
        kafka.Topics["orders"] = new ScriptedTopic { Partitions = [(0, 30)] };
        kafka.Groups["shop"] = new ScriptedGroup { Committed = new Dictionary<(string, int), long> { [("orders", 0)] = 5000 } };
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Reading(kafka, "orders") with { AutoOffsetReset = KafkaLogstash.Api.AutoOffsetReset.Earliest });

        await facts.UntilAsync(Connection, latest => latest.Lag == 30);
    }

    [Fact]
    public async Task A_topic_without_the_right_to_it_is_no_missing_topic_and_heals()
    {
        await using var kafka = ScriptedBroker.Start();
        kafka.Topics["orders"] = new ScriptedTopic { Error = ErrorCode.TopicAuthorizationFailed };
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Reading(kafka, "orders"));

        var found = await facts.UntilAsync(Connection, latest => latest.TopicsAvailable.Holds == false);
        Assert.Equal("TopicNotAuthorized", found.TopicsAvailable.Reason);
        Assert.Equal("The client may not use the topic 'orders': grant it Read on it.", found.TopicsAvailable.Message);
        Assert.True(found.Reachable.Holds);

        kafka.Topics["orders"] = new ScriptedTopic();
        await facts.UntilAsync(Connection, latest => latest.TopicsAvailable.Holds == true);
    }

    [Fact]
    public async Task A_group_without_the_right_to_it_is_named_and_heals()
    {
        await using var kafka = ScriptedBroker.Start();
        kafka.Topics["orders"] = new ScriptedTopic { Partitions = [(0, 10)] };
        kafka.Groups["shop"] = new ScriptedGroup { Error = ErrorCode.GroupAuthorizationFailed };
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Reading(kafka, "orders"));

        var found = await facts.UntilAsync(Connection, latest => latest.TopicsAvailable.Holds == false);
        Assert.Equal("GroupNotAuthorized", found.TopicsAvailable.Reason);
        Assert.Contains("'shop'", found.TopicsAvailable.Message, StringComparison.Ordinal);
        Assert.Null(found.Lag);
        Assert.Null(found.Group);

        kafka.Groups["shop"] = new ScriptedGroup();
        await facts.UntilAsync(Connection, latest => latest.TopicsAvailable.Holds == true && latest.Group is not null);
    }

    [Fact]
    public async Task A_missing_topic_is_named_with_a_near_one_and_is_never_created()
    {
        await using var kafka = ScriptedBroker.Start();
        kafka.Topics["orders"] = new ScriptedTopic();
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Reading(kafka, "ordres") with { WrittenTopics = ["payments"] });

        var found = await facts.UntilAsync(Connection, latest => latest.TopicsAvailable.Holds == false);
        Assert.Equal("TopicMissing", found.TopicsAvailable.Reason);
        Assert.Contains("'ordres', 'payments'", found.TopicsAvailable.Message, StringComparison.Ordinal);
        Assert.Contains("there is 'orders'", found.TopicsAvailable.Message, StringComparison.Ordinal);
        Assert.Equal([new TopicFacts("ordres", null, null), new TopicFacts("payments", null, null) { IsRead = false }], found.Topics);

        await facts.UntilLaterAsync(Connection, found.At.AddSeconds(1));
        Assert.Equal(["orders"], kafka.Topics.Keys);
    }

    [Fact]
    public async Task A_broker_that_creates_what_it_is_asked_for_is_not_asked_for_topics_by_name()
    {
        await using var kafka = ScriptedBroker.Start();
        kafka.Release = ScriptedRelease.Release0100;
        kafka.Topics["orders"] = new ScriptedTopic { Partitions = [(0, 10)] };
        kafka.Groups["shop"] = new ScriptedGroup { Committed = new Dictionary<(string, int), long> { [("orders", 0)] = 4 } };
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Reading(kafka, "orders"));
        facts.Prober.Follow("shop/other", Reading(kafka, "ordres"));

        var found = await facts.UntilAsync(Connection, latest => latest.Lag == 6);
        Assert.Equal(new GroupFacts("Stable", 1), found.Group);
        var missing = await facts.UntilAsync("shop/other", latest => latest.TopicsAvailable.Reason == "TopicMissing");
        await facts.UntilLaterAsync("shop/other", missing.At.AddSeconds(1));
        Assert.Equal(["orders"], kafka.Topics.Keys);
    }

    [Fact]
    public async Task A_partition_without_a_leader_is_named_and_leaves_the_lag_unknown()
    {
        await using var kafka = ScriptedBroker.Start();
        kafka.Topics["orders"] = new ScriptedTopic { Partitions = [(0, 10), (0, 10)], Leaderless = 1 };
        kafka.Groups["shop"] = new ScriptedGroup { Committed = new Dictionary<(string, int), long> { [("orders", 0)] = 4, [("orders", 1)] = 4 } };
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Reading(kafka, "orders"));

        var found = await facts.UntilAsync(Connection, latest => latest.TopicsAvailable.Reason == "NoLeader");
        Assert.Contains("partition 1 of 'orders'", found.TopicsAvailable.Message, StringComparison.Ordinal);
        Assert.Null(found.Lag);
        Assert.Contains("partition 1 of 'orders'", found.LagUnknown, StringComparison.Ordinal);

        kafka.Topics["orders"] = new ScriptedTopic { Partitions = [(0, 10), (0, 10)] };
        await facts.UntilAsync(Connection, latest => latest.TopicsAvailable.Holds == true && latest.Lag == 12);
    }

    [Fact]
    public async Task More_consumers_than_partitions_are_said_to_be_idle()
    {
        await using var kafka = ScriptedBroker.Start();
        kafka.Topics["orders"] = new ScriptedTopic { Partitions = [(0, 0), (0, 0), (0, 0)] };
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Reading(kafka, "orders") with { Consumers = 8 });

        var found = await facts.UntilAsync(Connection, latest => latest.TopicsAvailable.Reason == "FewerPartitionsThanConsumers");
        Assert.True(found.TopicsAvailable.Holds);
        Assert.StartsWith("8 consumers (spec.input.consumerThreads times Logstash pods, or bridge pods) share 3 partitions: 5 stay idle.", found.TopicsAvailable.Message, StringComparison.Ordinal);

        facts.Prober.Follow(Connection, Reading(kafka, "orders") with { Consumers = 3 });
        await facts.UntilAsync(Connection, latest => latest.TopicsAvailable.Reason == "Available");
    }

    [Fact]
    public async Task A_pattern_follows_topics_that_come_and_go()
    {
        await using var kafka = ScriptedBroker.Start();
        kafka.Topics["orders-eu"] = new ScriptedTopic();
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, new KafkaQuestion { Kafka = Spec(kafka), Secrets = new KafkaSecrets(), TopicsPattern = "orders-.*", GroupId = "shop" });
        await facts.UntilAsync(Connection, latest => latest.Topics is [{ Name: "orders-eu" }]);

        kafka.Topics["orders-us"] = new ScriptedTopic();
        await facts.UntilAsync(Connection, latest => latest.Topics.Count == 2);

        kafka.Topics.Clear();
        var found = await facts.UntilAsync(Connection, latest => latest.TopicsAvailable.Reason == "NoTopicMatches");
        Assert.Contains("'orders-.*'", found.TopicsAvailable.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pattern_that_only_Java_understands_leaves_the_question_open()
    {
        await using var kafka = ScriptedBroker.Start();
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, new KafkaQuestion { Kafka = Spec(kafka), Secrets = new KafkaSecrets(), TopicsPattern = @"\X+", GroupId = "shop" });

        var found = await facts.UntilAsync(Connection, latest => latest.TopicsAvailable.Reason == "PatternUnclear");
        Assert.Null(found.TopicsAvailable.Holds);
        Assert.True(found.Reachable.Holds);
    }

    [Fact]
    public void Without_the_right_to_the_cluster_Kafka_is_out_of_reach()
    {
        var elsewhere = ClientTrouble.Parse(ErrorCode.Local_Transport, "other:9092/2: Connect to ipv4#10.0.0.1:9092 failed: Connection refused");
        var finding = KafkaFindings.Unreachable(Spec("kafka:9092"), null, ErrorCode.ClusterAuthorizationFailed, [elsewhere]);

        Assert.Equal("ClusterNotAuthorized", finding.Reason);
        Assert.Contains("kafka:9092", finding.Message, StringComparison.Ordinal);
    }

    private static KafkaQuestion Reading(ScriptedBroker broker, string topic) => new() { Kafka = Spec(broker), Secrets = new KafkaSecrets(), Topics = [topic], GroupId = "shop" };

    private static KafkaSpec Spec(ScriptedBroker broker) => Spec(broker.Address);

    private static KafkaSpec Spec(string address) => new() { BootstrapServers = [address] };
}
