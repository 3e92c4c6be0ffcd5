using Confluent.Kafka;
using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.LocalCluster.Kafka;

namespace KafkaLogstash.Tests.Unit.Kafka;

/// <summary>The prober against librdkafka's mock cluster: the real protocol over TCP.</summary>
public sealed class KafkaProberTests
{
    private static readonly KafkaProberOptions Fast = ObservedProber.Fast;

    [Fact]
    public async Task Lag_is_what_the_group_has_not_committed()
    {
        await using var kafka = KafkaMockCluster.Start(1);
        kafka.CreateTopic("orders", 3);
        await using var facts = new ObservedProber();
        await ProduceAsync(kafka, "orders", 10);

        facts.Prober.Follow("shop/orders", Question(kafka.BootstrapServers) with { Topics = ["orders"], GroupId = "shop-orders", AutoOffsetReset = KafkaLogstash.Api.AutoOffsetReset.Earliest });

        var found = await facts.UntilAsync("shop/orders", latest => latest.Lag == 10);
        Assert.True(found.Reachable.Holds);
        Assert.True(found.TopicsAvailable.Holds);
        Assert.Equal([new TopicFacts("orders", 3, 10)], found.Topics);

        Commit(kafka, "orders", "shop-orders");
        await facts.UntilAsync("shop/orders", latest => latest.Lag == 0);
    }

    [Fact]
    public async Task A_missing_topic_is_named_with_what_it_may_have_been_meant_to_be_and_heals()
    {
        await using var kafka = KafkaMockCluster.Start(1);
        kafka.CreateTopic("orders", 1);
        await using var facts = new ObservedProber();

        facts.Prober.Follow("shop/orders", Question(kafka.BootstrapServers) with { Topics = ["order"], GroupId = "g" });

        var found = await facts.UntilAsync("shop/orders", latest => latest.TopicsAvailable.Holds == false);
        Assert.Equal("TopicMissing", found.TopicsAvailable.Reason);
        Assert.Contains("there is 'orders'", found.TopicsAvailable.Message, StringComparison.Ordinal);

        kafka.CreateTopic("order", 2);
        await facts.UntilAsync("shop/orders", latest => latest.TopicsAvailable.Holds == true);
    }

    [Fact]
    public async Task A_pattern_finds_the_topics_that_match_it()
    {
        await using var kafka = KafkaMockCluster.Start(1);
        kafka.CreateTopic("orders-eu", 1);
        kafka.CreateTopic("orders-us", 1);
        kafka.CreateTopic("other", 1);
        await using var facts = new ObservedProber();

        facts.Prober.Follow("shop/orders", Question(kafka.BootstrapServers) with { TopicsPattern = "orders-.*", GroupId = "g" });

        var found = await facts.UntilAsync("shop/orders", latest => latest.TopicsAvailable.Holds == true);
        Assert.Equal(["orders-eu", "orders-us"], found.Topics.Select(topic => topic.Name));
    }

    [Fact]
    public async Task Brokers_that_are_down_are_named_and_heal()
    {
        await using var kafka = KafkaMockCluster.Start(1);
        kafka.CreateTopic("orders", 1);
        kafka.SetBrokerDown(1);
        await using var facts = new ObservedProber();

        facts.Prober.Follow("shop/orders", Question(kafka.BootstrapServers) with { Topics = ["orders"] });

        var found = await facts.UntilAsync("shop/orders", latest => latest.Reachable.Holds == false);
        Assert.Contains(kafka.BootstrapServers, found.Reachable.Message, StringComparison.Ordinal);
        Assert.Null(found.TopicsAvailable.Holds);

        kafka.SetBrokerUp(1);
        await facts.UntilAsync("shop/orders", latest => latest.Reachable.Holds == true);
    }

    [Fact]
    public async Task Nothing_listening_is_said_in_plain_words()
    {
        await using var facts = new ObservedProber();

        facts.Prober.Follow("shop/orders", Question("127.0.0.1:1") with { Topics = ["orders"] });

        var found = await facts.UntilAsync("shop/orders", latest => latest.Reachable.Holds == false);
        Assert.Equal("ConnectionRefused", found.Reachable.Reason);
        Assert.Contains("127.0.0.1:1", found.Reachable.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thousand_connections_to_one_cluster_cost_one_client_and_few_requests()
    {
        await using var kafka = KafkaMockCluster.Start(1);
        kafka.CreateTopic("orders", 2);
        await using var facts = new ObservedProber(Fast with { Interval = TimeSpan.FromMinutes(10) });
        kafka.StartRequestTracking();

        for (var i = 0; i < 1000; i++)
        {
            facts.Prober.Follow($"shop/c{i}", Question(kafka.BootstrapServers) with { Topics = ["orders"], GroupId = "shop" });
        }

        for (var i = 0; i < 1000; i++)
        {
            await facts.UntilAsync($"shop/c{i}", latest => latest.Reachable.Holds == true);
        }

        Assert.Equal(1, facts.Prober.Clients);
        Assert.InRange(kafka.CountRequests().GetValueOrDefault(KafkaApiKey.OffsetFetch), 0, 5);
        Assert.InRange(kafka.CountRequests().GetValueOrDefault(KafkaApiKey.ListOffsets), 0, 10);

        for (var i = 0; i < 1000; i++)
        {
            facts.Prober.Forget($"shop/c{i}");
        }

        Assert.Equal(0, facts.Prober.Clients);
        Assert.Null(facts.Prober.Latest("shop/c0"));
    }

    [Fact]
    public async Task A_broker_that_comes_back_is_found_again()
    {
        await using var kafka = KafkaMockCluster.Start(3);
        kafka.CreateTopic("orders", 6);
        await using var facts = new ObservedProber();
        facts.Prober.Follow("shop/orders", Reading(kafka));
        await facts.UntilAsync("shop/orders", latest => latest.Lag == 0);

        kafka.SetBrokerDown(2);
        var found = await facts.UntilAsync("shop/orders", latest => latest.TopicsAvailable.Holds == false);
        Assert.Equal("NoLeader", found.TopicsAvailable.Reason);
        Assert.Null(found.Lag);
        Assert.NotNull(found.LagUnknown);

        kafka.SetBrokerUp(2);
        await facts.UntilAsync("shop/orders", latest => latest.Reachable.Holds == true && latest.Lag == 0);
    }

    [Fact]
    public async Task A_broker_that_goes_while_others_lead_its_partitions_is_not_missed()
    {
        await using var kafka = KafkaMockCluster.Start(2);
        kafka.CreateTopic("orders", 2);
        kafka.SetCoordinator("shop", 1);
        await using var facts = new ObservedProber();
        facts.Prober.Follow("shop/orders", Reading(kafka));
        await facts.UntilAsync("shop/orders", latest => latest.Lag == 0);

        kafka.SetPartitionLeader("orders", 0, 1);
        kafka.SetPartitionLeader("orders", 1, 1);
        kafka.SetBrokerDown(2);
        var gone = await facts.UntilAsync("shop/orders", _ => true);
        await facts.UntilLaterAsync("shop/orders", gone.At.AddSeconds(2));

        await facts.UntilAsync("shop/orders", latest => latest.Reachable.Holds == true && latest.Lag == 0);
    }

    [Fact]
    public async Task A_controller_that_crashes_is_not_missed_once_there_is_another()
    {
        await using var kafka = KafkaMockCluster.Start(3);
        kafka.CreateTopic("orders", 1);
        kafka.SetPartitionLeader("orders", 0, 2);
        kafka.SetCoordinator("shop", 2);
        await using var facts = new ObservedProber(Fast with { Timeout = TimeSpan.FromSeconds(1) });
        facts.Prober.Follow("shop/orders", Reading(kafka));
        await facts.UntilAsync("shop/orders", latest => latest.Lag == 0);

        kafka.SetController(2);
        kafka.SetBrokerDown(1);
        var gone = await facts.UntilAsync("shop/orders", _ => true);
        await facts.UntilLaterAsync("shop/orders", gone.At.AddSeconds(1));

        await facts.UntilAsync("shop/orders", latest => latest.Reachable.Holds == true && latest.Lag == 0);
    }

    [Fact]
    public async Task A_coordinator_that_does_not_answer_holds_up_no_other_group()
    {
        const int Groups = 160;
        await using var kafka = KafkaMockCluster.Start(2);
        kafka.CreateTopic("orders", 1);
        kafka.SetPartitionLeader("orders", 0, 1);
        for (var i = 0; i < Groups; i++)
        {
            kafka.SetCoordinator($"g{i}", 1 + (i % 2));
        }

        kafka.SetBrokerDown(2);
        await using var facts = new ObservedProber();
        for (var i = 0; i < Groups; i++)
        {
            facts.Prober.Follow($"shop/c{i}", Reading(kafka) with { GroupId = $"g{i}" });
        }

        for (var i = 0; i < Groups; i += 2)
        {
            await facts.UntilAsync($"shop/c{i}", latest => latest.Lag == 0);
        }

        var silent = await facts.UntilAsync("shop/c1", latest => latest.LagUnknown is not null);
        Assert.Equal("The group's committed offsets can't be read: no answer in time.", silent.LagUnknown);
        Assert.True(silent.Reachable.Holds);

        kafka.SetBrokerUp(2);
        await facts.UntilAsync("shop/c1", latest => latest.Lag == 0);
    }

    [Fact]
    public async Task A_leader_that_moves_is_followed()
    {
        await using var kafka = KafkaMockCluster.Start(2);
        kafka.CreateTopic("orders", 1);
        kafka.SetPartitionLeader("orders", 0, 1);
        await using var facts = new ObservedProber();
        facts.Prober.Follow("shop/orders", Reading(kafka));
        await facts.UntilAsync("shop/orders", latest => latest.Lag == 0);

        kafka.SetPartitionLeader("orders", 0, 2);
        await ProduceAsync(kafka, "orders", 5);

        await facts.UntilAsync("shop/orders", latest => latest.Lag == 5);
    }

    [Fact]
    public async Task A_partition_that_loses_its_leader_is_named_and_heals()
    {
        await using var kafka = KafkaMockCluster.Start(1);
        kafka.CreateTopic("orders", 2);
        await using var facts = new ObservedProber();
        facts.Prober.Follow("shop/orders", Reading(kafka));
        await facts.UntilAsync("shop/orders", latest => latest.Lag == 0);

        kafka.SetPartitionLeader("orders", 1, -1);
        var found = await facts.UntilAsync("shop/orders", latest => latest.TopicsAvailable.Holds == false);
        Assert.Equal("NoLeader", found.TopicsAvailable.Reason);
        Assert.True(found.Reachable.Holds);

        kafka.SetPartitionLeader("orders", 1, 1);
        await facts.UntilAsync("shop/orders", latest => latest.TopicsAvailable.Holds == true && latest.Lag == 0);
    }

    [Fact]
    public async Task A_coordinator_that_moves_is_found_again()
    {
        await using var kafka = KafkaMockCluster.Start(2);
        kafka.CreateTopic("orders", 3);
        kafka.SetCoordinator("shop", 1);
        await using var facts = new ObservedProber();
        facts.Prober.Follow("shop/orders", Reading(kafka));
        await ProduceAsync(kafka, "orders", 6);
        await facts.UntilAsync("shop/orders", latest => latest.Lag == 6);

        kafka.SetCoordinator("shop", 2);
        Commit(kafka, "orders", "shop");

        await facts.UntilAsync("shop/orders", latest => latest.Lag == 0);
    }

    [Theory]
    [InlineData(KafkaApiKey.OffsetFetch, ErrorCode.GroupAuthorizationFailed, "GroupNotAuthorized", "the client has no right to the group")]
    [InlineData(KafkaApiKey.FindCoordinator, ErrorCode.GroupAuthorizationFailed, "GroupNotAuthorized", "the client has no right to the group")]
    [InlineData(KafkaApiKey.ListOffsets, ErrorCode.TopicAuthorizationFailed, "Available", "the client has no right to the topic")]
    public async Task A_request_that_is_refused_leaves_the_lag_unknown_and_heals(KafkaApiKey request, ErrorCode error, string topics, string words)
    {
        await using var kafka = KafkaMockCluster.Start(1);
        kafka.CreateTopic("orders", 1);
        await using var facts = new ObservedProber();
        kafka.PushRequestErrors(request, [.. Enumerable.Repeat(error, 1000)]);

        facts.Prober.Follow("shop/orders", Reading(kafka));

        var found = await facts.UntilAsync("shop/orders", latest => latest.LagUnknown is not null);
        Assert.Contains(words, found.LagUnknown, StringComparison.Ordinal);
        Assert.Equal(topics, found.TopicsAvailable.Reason);
        Assert.True(found.Reachable.Holds);

        kafka.ClearRequestErrors(request);
        await facts.UntilAsync("shop/orders", latest => latest.Lag == 0 && latest.TopicsAvailable.Holds == true);
    }

    [Fact]
    public async Task A_broker_that_is_too_slow_is_unreachable_and_heals()
    {
        await using var kafka = KafkaMockCluster.Start(1);
        kafka.CreateTopic("orders", 1);
        await using var facts = new ObservedProber();
        facts.Prober.Follow("shop/orders", Reading(kafka));
        await facts.UntilAsync("shop/orders", latest => latest.Reachable.Holds == true);

        kafka.SetRoundTripTime(1, TimeSpan.FromSeconds(8));
        await facts.UntilAsync("shop/orders", latest => latest.Reachable.Holds == false);

        kafka.SetRoundTripTime(1, TimeSpan.Zero);
        await facts.UntilAsync("shop/orders", latest => latest.Reachable.Holds == true && latest.Lag == 0);
    }

    [Fact]
    public async Task A_topic_that_is_refused_by_the_brokers_is_named_and_heals()
    {
        await using var kafka = KafkaMockCluster.Start(1);
        kafka.CreateTopic("orders", 1);
        kafka.SetTopicError("orders", ErrorCode.TopicAuthorizationFailed);
        await using var facts = new ObservedProber();

        facts.Prober.Follow("shop/orders", Question(kafka.BootstrapServers) with { Topics = ["orders"], WrittenTopics = ["orders"], GroupId = "shop" });

        var found = await facts.UntilAsync("shop/orders", latest => latest.TopicsAvailable.Holds == false);
        Assert.Equal("The client may not use the topic 'orders': grant it Read and Write on it.", found.TopicsAvailable.Message);

        kafka.SetTopicError("orders", ErrorCode.NoError);
        await facts.UntilAsync("shop/orders", latest => latest.TopicsAvailable.Holds == true);
    }

    [Fact]
    public async Task Other_credentials_are_another_client()
    {
        await using var facts = new ObservedProber();
        var kafka = new KafkaSpec
        {
            BootstrapServers = ["127.0.0.1:1"],
            Authentication = new KafkaAuthenticationSpec { Type = AuthenticationType.Plain, Username = "u" },
        };

        facts.Prober.Follow("a/a", new KafkaQuestion { Kafka = kafka, Secrets = new KafkaSecrets { Username = "u", Password = "one" } });
        facts.Prober.Follow("a/b", new KafkaQuestion { Kafka = kafka, Secrets = new KafkaSecrets { Username = "u", Password = "two" } });
        Assert.Equal(2, facts.Prober.Clients);

        facts.Prober.Follow("a/b", new KafkaQuestion { Kafka = kafka, Secrets = new KafkaSecrets { Username = "u", Password = "one" } });
        Assert.Equal(1, facts.Prober.Clients);
    }

    private static KafkaQuestion Question(string servers) => new() { Kafka = new KafkaSpec { BootstrapServers = servers.Split(',') }, Secrets = new KafkaSecrets() };

    private static KafkaQuestion Reading(KafkaMockCluster kafka) =>
        Question(kafka.BootstrapServers) with { Topics = ["orders"], GroupId = "shop", AutoOffsetReset = KafkaLogstash.Api.AutoOffsetReset.Earliest };

    private static async Task ProduceAsync(KafkaMockCluster kafka, string topic, int records)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers }).Build();
        for (var i = 0; i < records; i++)
        {
            await producer.ProduceAsync(topic, new Message<Null, string> { Value = "x" }, TestContext.Current.CancellationToken);
        }
    }

    private static void Commit(KafkaMockCluster kafka, string topic, string group)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = kafka.BootstrapServers, GroupId = group }).Build();
        consumer.Commit(Enumerable.Range(0, 3).Select(partition =>
        {
            var at = new TopicPartition(topic, partition);
            return new TopicPartitionOffset(at, consumer.QueryWatermarkOffsets(at, ObservedProber.Patience).High);
        }));
    }
}
