using Confluent.Kafka;
using KafkaLogstash.LocalCluster.Kafka;

namespace KafkaLogstash.Tests.Unit.LocalCluster.Kafka;

public sealed class KafkaMockClusterTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Records_that_are_produced_can_be_consumed_with_key_and_headers()
    {
        await using var cluster = KafkaMockCluster.Start();
        cluster.CreateTopic("orders", 1);
        using var producer = MockClients.Producer(cluster);
        await producer.ProduceAsync(
            "orders",
            new Message<string?, string> { Key = "k", Value = "one", Headers = new Headers { { "trace", "abc"u8.ToArray() } } },
            Cancellation);

        using var consumer = MockClients.Consumer(cluster, "group");
        consumer.Subscribe("orders");
        using var limit = new CancellationTokenSource(MockClients.Patience);
        var record = consumer.Consume(limit.Token);
        consumer.Close();

        Assert.Equal(("k", "one"), (record.Message.Key, record.Message.Value));
        Assert.Equal("abc"u8.ToArray(), record.Message.Headers.GetLastBytes("trace"));
    }

    [Fact]
    public async Task A_created_topic_has_the_wished_partitions_spread_over_the_brokers()
    {
        await using var cluster = KafkaMockCluster.Start(3);
        cluster.CreateTopic("orders", 6);
        using var producer = MockClients.Producer(cluster);
        using var admin = new DependentAdminClientBuilder(producer.Handle).Build();

        var metadata = admin.GetMetadata("orders", MockClients.Patience);

        Assert.Equal([1, 2, 3], cluster.Brokers);
        Assert.Equal(3, metadata.Brokers.Count);
        Assert.Equal(6, metadata.Topics.Single().Partitions.Count);
        Assert.Equal(3, metadata.Topics.Single().Partitions.Select(partition => partition.Leader).Distinct().Count());
    }

    [Fact]
    public async Task A_topic_can_be_created_only_once()
    {
        await using var cluster = KafkaMockCluster.Start();
        cluster.CreateTopic("orders", 2);

        var error = Assert.Throws<KafkaException>(() => cluster.CreateTopic("orders", 2));

        Assert.Equal(ErrorCode.TopicAlreadyExists, error.Error.Code);
        Assert.Contains("create topic orders", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_goes_on_where_it_committed()
    {
        await using var cluster = KafkaMockCluster.Start();
        cluster.CreateTopic("orders", 1);
        using var producer = MockClients.Producer(cluster);
        foreach (var value in new[] { "one", "two", "three" })
        {
            await producer.ProduceAsync("orders", new Message<string?, string> { Value = value }, Cancellation);
        }

        using (var first = MockClients.Consumer(cluster, "group"))
        {
            first.Subscribe("orders");
            Assert.Equal(["one", "two"], MockClients.Consume(first, 2, Cancellation));
            first.Commit([new TopicPartitionOffset("orders", 0, 2)]);
            first.Close();
        }

        using var second = MockClients.Consumer(cluster, "group");
        second.Subscribe("orders");
        Assert.Equal(["three"], MockClients.Consume(second, 1, Cancellation));
        Assert.Equal(2, second.Committed([new TopicPartition("orders", 0)], MockClients.Patience).Single().Offset.Value);
        second.Close();
    }

    [Fact]
    public async Task Pushed_errors_meet_the_next_requests_and_are_used_up()
    {
        await using var cluster = KafkaMockCluster.Start();
        cluster.CreateTopic("orders", 1);
        using var producer = MockClients.Producer(cluster);
        cluster.PushRequestErrors(KafkaApiKey.Produce, ErrorCode.MsgSizeTooLarge);

        var refused = await Assert.ThrowsAsync<ProduceException<string?, string>>(
            () => producer.ProduceAsync("orders", new Message<string?, string> { Value = "one" }, Cancellation));
        var accepted = await producer.ProduceAsync("orders", new Message<string?, string> { Value = "two" }, Cancellation);

        Assert.Equal(ErrorCode.MsgSizeTooLarge, refused.Error.Code);
        Assert.Equal(0, accepted.Offset.Value);
    }

    [Fact]
    public async Task Errors_that_were_cleared_are_not_met()
    {
        await using var cluster = KafkaMockCluster.Start();
        using var producer = MockClients.Producer(cluster);
        cluster.PushRequestErrors(KafkaApiKey.Produce, ErrorCode.TopicAuthorizationFailed, ErrorCode.TopicAuthorizationFailed);
        cluster.ClearRequestErrors(KafkaApiKey.Produce);

        var accepted = await producer.ProduceAsync("orders", new Message<string?, string> { Value = "one" }, Cancellation);

        Assert.Equal(PersistenceStatus.Persisted, accepted.Status);
    }

    [Fact]
    public async Task Errors_of_one_broker_come_with_their_delay()
    {
        await using var cluster = KafkaMockCluster.Start(2);
        cluster.CreateTopic("orders", 1);
        cluster.SetPartitionLeader("orders", 0, 2);
        using var producer = MockClients.Producer(cluster);
        cluster.PushBrokerRequestErrors(1, KafkaApiKey.Produce, (ErrorCode.TopicAuthorizationFailed, TimeSpan.Zero));
        cluster.PushBrokerRequestErrors(2, KafkaApiKey.Produce, (ErrorCode.MsgSizeTooLarge, TimeSpan.FromMilliseconds(30)));

        var refused = await Assert.ThrowsAsync<ProduceException<string?, string>>(
            () => producer.ProduceAsync("orders", new Message<string?, string> { Value = "one" }, Cancellation));

        Assert.Equal(ErrorCode.MsgSizeTooLarge, refused.Error.Code);
    }

    [Fact]
    public async Task Records_wait_for_a_broker_that_is_down()
    {
        await using var cluster = KafkaMockCluster.Start();
        cluster.CreateTopic("orders", 1);
        using var producer = MockClients.Producer(cluster);
        await producer.ProduceAsync("orders", new Message<string?, string> { Value = "one" }, Cancellation);

        cluster.SetBrokerDown(1);
        var waiting = producer.ProduceAsync("orders", new Message<string?, string> { Value = "two" }, Cancellation);
        Assert.False(waiting.IsCompleted);
        cluster.SetBrokerUp(1);

        Assert.Equal(1, (await waiting.WaitAsync(MockClients.Patience, Cancellation)).Offset.Value);
    }

    [Fact]
    public async Task A_topic_error_shows_in_the_metadata_until_it_is_healed()
    {
        await using var cluster = KafkaMockCluster.Start();
        cluster.CreateTopic("orders", 1);
        using var producer = MockClients.Producer(cluster);
        using var admin = new DependentAdminClientBuilder(producer.Handle).Build();

        cluster.SetTopicError("orders", ErrorCode.TopicAuthorizationFailed);
        var refused = admin.GetMetadata("orders", MockClients.Patience).Topics.Single().Error.Code;
        cluster.SetTopicError("orders", ErrorCode.NoError);
        var healed = admin.GetMetadata("orders", MockClients.Patience).Topics.Single().Error.Code;

        Assert.Equal((ErrorCode.TopicAuthorizationFailed, ErrorCode.NoError), (refused, healed));
    }

    [Fact]
    public async Task Deleted_records_move_the_start_of_a_partition()
    {
        await using var cluster = KafkaMockCluster.Start();
        cluster.CreateTopic("orders", 1);
        using var producer = MockClients.Producer(cluster);
        for (var index = 0; index < 5; index++)
        {
            await producer.ProduceAsync("orders", new Message<string?, string> { Value = $"{index}" }, Cancellation);
        }

        cluster.DeleteRecords("orders", 0, 3);

        using var consumer = MockClients.Consumer(cluster, "group");
        var watermarks = consumer.QueryWatermarkOffsets(new TopicPartition("orders", 0), MockClients.Patience);
        Assert.Equal((3L, 5L), (watermarks.Low.Value, watermarks.High.Value));
    }

    [Fact]
    public async Task A_group_forms_on_the_coordinator_that_was_set_and_requests_are_counted()
    {
        await using var cluster = KafkaMockCluster.Start(2);
        cluster.CreateTopic("orders", 1);
        cluster.SetCoordinator("group", 2);
        using var producer = MockClients.Producer(cluster);
        await producer.ProduceAsync("orders", new Message<string?, string> { Value = "one" }, Cancellation);
        cluster.StartRequestTracking();

        using var consumer = MockClients.Consumer(cluster, "group");
        consumer.Subscribe("orders");
        MockClients.Consume(consumer, 1, Cancellation);
        consumer.Commit([new TopicPartitionOffset("orders", 0, 1)]);
        consumer.Close();

        var counts = cluster.CountRequests();
        cluster.StopRequestTracking();
        Assert.Equal(1, counts[KafkaApiKey.OffsetCommit]);
        Assert.True(counts[KafkaApiKey.JoinGroup] >= 1);
        Assert.False(counts.ContainsKey(KafkaApiKey.Produce));
    }

    [Fact]
    public async Task A_slow_broker_answers_after_its_round_trip_time()
    {
        await using var cluster = KafkaMockCluster.Start();
        cluster.CreateTopic("orders", 1);
        using var producer = MockClients.Producer(cluster);
        await producer.ProduceAsync("orders", new Message<string?, string> { Value = "warm" }, Cancellation);
        cluster.SetRoundTripTime(1, TimeSpan.FromMilliseconds(200));

        var clock = System.Diagnostics.Stopwatch.StartNew();
        await producer.ProduceAsync("orders", new Message<string?, string> { Value = "slow" }, Cancellation);

        Assert.True(clock.ElapsedMilliseconds >= 190, $"answered after {clock.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task Two_clusters_live_side_by_side()
    {
        await using var first = KafkaMockCluster.Start();
        await using var second = KafkaMockCluster.Start();

        Assert.NotEqual(first.BootstrapServers, second.BootstrapServers);
    }

    [Fact]
    public async Task A_disposed_cluster_refuses_further_calls()
    {
        var cluster = KafkaMockCluster.Start();
        await cluster.DisposeAsync();

        Assert.Throws<ObjectDisposedException>(() => cluster.CreateTopic("orders"));
    }
}
