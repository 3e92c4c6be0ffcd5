using System.Diagnostics;
using System.Net;
using System.Text;
using Confluent.Kafka;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.LocalCluster.Kafka;
using KafkaLogstash.Tests.Unit.LocalCluster.LogstashStandIn;

namespace KafkaLogstash.Tests.Unit.Bridge.Source;

/// <summary>The source bridge between a Kafka and a Lumberjack server, over TCP.</summary>
public sealed class SourceBridgeTests
{
    [Fact]
    public async Task Records_arrive_in_the_order_of_their_partitions_and_are_committed()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 3);
        await using var logstash = Receiver.Start();
        await Records.ProduceAsync(kafka, 10_000, 3);
        await using var bridge = SourceRun.Start(kafka, SourceRun.Settings(logstash.Address) with { WindowSize = 100, MaxWindowsInFlight = 4 });

        await Eventually.Async(() => logstash.Count >= 10_000, "all records arrive");
        await bridge.StopAsync();

        var events = logstash.Events.Select(item => (Partition: item.GetProperty("p").GetInt32(), Number: item.GetProperty("n").GetInt32())).ToList();
        Assert.Equal(10_000, events.Count);
        Assert.All(events.GroupBy(item => item.Partition), partition => Assert.Equal(partition.Order(), partition));
        Assert.All(logstash.Windows, window => Assert.InRange(window.Events.Count, 1, 100));
        Assert.Equal(10_000, Records.Committed(kafka, 3));
    }

    [Fact]
    public async Task What_was_not_acknowledged_comes_again_on_another_connection_and_nothing_is_committed_before()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);
        var refusals = 0;
        await using var logstash = Receiver.Start((_, _, _) => Interlocked.Increment(ref refusals) <= 2 ? throw new IOException("no room") : Task.CompletedTask);
        await Records.ProduceAsync(kafka, 500, 1);
        await using var bridge = SourceRun.Start(kafka, SourceRun.Settings(logstash.Address) with { WindowSize = 50 });

        await Eventually.Async(() => logstash.Count >= 500, "all records arrive");
        await bridge.StopAsync();

        Assert.Equal(Enumerable.Range(0, 500), logstash.Events.Select(item => item.GetProperty("n").GetInt32()).Distinct().Order());
        Assert.Equal(500, Records.Committed(kafka, 1));
    }

    [Fact]
    public async Task Without_acknowledgements_reading_stops_at_the_bound_and_the_bridge_stays_in_its_group()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 2);
        var open = new TaskCompletionSource();
        await using var logstash = Receiver.Start((_, _, token) => open.Task.WaitAsync(token));
        await Records.ProduceAsync(kafka, 20_000, 2);
        await using var bridge = SourceRun.Start(
            kafka, SourceRun.Settings(logstash.Address) with { WindowSize = 10, MaxBytesInFlight = 20_000, MaxWindowsInFlight = 200 });

        await Eventually.Async(() => bridge.Metric("paused_partitions") == 2, "the partitions are paused");
        Assert.InRange(bridge.Metric("in_flight_bytes"), 19_000, 20_200);
        Assert.Equal(0, Records.Committed(kafka, 2));

        open.SetResult();
        await Eventually.Async(() => logstash.Count >= 20_000, "all records arrive");
        await bridge.StopAsync();
        Assert.Equal(20_000, logstash.Count);
        Assert.Equal(20_000, Records.Committed(kafka, 2));
    }

    [Fact]
    public async Task A_bound_that_is_smaller_than_a_window_is_kept_and_passed_once_Logstash_is_there()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);
        await Records.ProduceAsync(kafka, 400, 1);
        IPEndPoint endpoint;
        await using (var early = Receiver.Start())
        {
            endpoint = early.Endpoint;
        }

        await using var bridge = SourceRun.Start(kafka, SourceRun.Settings(endpoint.ToString()) with { MaxBytesInFlight = 4000 });
        await Eventually.Async(() => bridge.Metric("paused_partitions") == 1, "its partition is paused");

        await using var logstash = Receiver.Start(endpoint: endpoint);
        await Eventually.Async(() => logstash.Count >= 400, "all records arrive");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task From_the_end_at_which_a_group_first_began_nothing_is_left_out(bool isUnderWay)
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);
        await Records.ProduceAsync(kafka, 10, 1);
        var open = new TaskCompletionSource();
        await using var logstash = Receiver.Start((_, _, token) => open.Task.WaitAsync(token));
        var settings = SourceRun.Settings(logstash.Address) with { AutoOffsetReset = "latest", DrainTimeout = TimeSpan.FromMilliseconds(200) };
        await using (var first = SourceRun.Start(kafka, settings))
        {
            await Eventually.Async(() => Records.Committed(kafka, 1) == 10, "the start is committed");
            if (isUnderWay)
            {
                await Records.ProduceAsync(kafka, 5, 1, from: 10);
                await Eventually.Async(() => first.Metric("in_flight_bytes") > 0, "records are under way");
            }

            await first.StopAsync();
        }

        await Records.ProduceAsync(kafka, 5, 1, from: isUnderWay ? 15 : 10);
        open.SetResult();
        await using var second = SourceRun.Start(kafka, settings, "pod-1");

        await Eventually.Async(() => logstash.Count > 0, "records arrive");
        Assert.Equal(10, logstash.Events.First().GetProperty("n").GetInt32());
    }

    [Theory]
    [InlineData(KafkaApiKey.ListOffsets)]
    [InlineData(KafkaApiKey.OffsetFetch)]
    public async Task Where_a_group_first_begins_is_found_out_later_when_Kafka_refuses_to_say_it(KafkaApiKey question)
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);
        await Records.ProduceAsync(kafka, 10, 1);
        await using var logstash = Receiver.Start();
        using var log = new LogLines();
        kafka.PushRequestErrors(question, ErrorCode.InvalidRequest);
        await using var bridge = SourceRun.Start(kafka, SourceRun.Settings(logstash.Address) with { AutoOffsetReset = "latest" }, log: log);
        await Eventually.Async(() => log.Any(line => line.Contains("can't be found out yet where they begin", StringComparison.Ordinal)), "Kafka has refused");

        await Eventually.Async(() => Records.Committed(kafka, 1) == 10, "the start is committed");
        await Records.ProduceAsync(kafka, 5, 1, from: 10);
        await Eventually.Async(() => logstash.Count >= 5, "what comes then arrives");
        Assert.Equal(Enumerable.Range(10, 5), logstash.Events.Select(item => item.GetProperty("n").GetInt32()));
    }

    [Fact]
    public async Task Records_may_be_as_large_as_the_properties_allow()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);
        await using var logstash = Receiver.Start();
        await Records.ProduceAsync(kafka, 10, 1);
        await using var bridge = SourceRun.Start(
            kafka,
            SourceRun.Settings(logstash.Address),
            properties: new Dictionary<string, string>(StringComparer.Ordinal) { ["message.max.bytes"] = "16777216", ["receive.message.max.bytes"] = "16777216" });

        await Eventually.Async(() => logstash.Count == 10, "they arrive");
    }

    [Fact]
    public async Task What_comes_while_a_partition_is_paused_counts_as_lag()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);
        await using var logstash = Receiver.Start((_, _, token) => Task.Delay(Timeout.InfiniteTimeSpan, token));
        await Records.ProduceAsync(kafka, 1000, 1);
        await using var bridge = SourceRun.Start(kafka, SourceRun.Settings(logstash.Address) with
        {
            WindowSize = 10,
            MaxBytesInFlight = 20_000,
            DrainTimeout = TimeSpan.FromMilliseconds(100),
        });
        await Eventually.Async(() => bridge.Metric("paused_partitions") == 1, "its partition is paused");

        await Records.ProduceAsync(kafka, 500, 1, from: 1000);

        await Eventually.Async(() => bridge.Metric("lag_records") == 1500, "they count");
    }

    [Fact]
    public async Task A_topic_that_may_not_be_read_is_named_though_others_are_read()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);
        kafka.CreateTopic("private", 1);
        kafka.SetTopicError("private", ErrorCode.TopicAuthorizationFailed);
        await using var logstash = Receiver.Start();
        await Records.ProduceAsync(kafka, 10, 1);
        await using var bridge = SourceRun.Start(
            kafka,
            SourceRun.Settings(logstash.Address) with { Topics = ["orders", "private"] },
            properties: new Dictionary<string, string>(StringComparer.Ordinal) { ["topic.metadata.refresh.interval.ms"] = "500" });
        await Eventually.Async(() => bridge.State.Message.Contains("private", StringComparison.Ordinal), "the state names it");
        await Records.ProduceAsync(kafka, 10, 1, from: 10);

        await Eventually.Async(() => bridge.Metric("records_total") == 20, "the others are read");
        Assert.False(bridge.State.Ready);
        Assert.Contains("private", bridge.State.Message, StringComparison.Ordinal);

        kafka.SetTopicError("private", ErrorCode.NoError);
        await Eventually.Async(() => bridge.State.Ready && bridge.Metric("partitions") == 2, "it is read, too");
    }

    [Fact]
    public async Task Why_a_group_can_not_be_joined_is_said_until_it_can()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);
        kafka.PushRequestErrors(KafkaApiKey.JoinGroup, ErrorCode.InconsistentGroupProtocol);
        await using var logstash = Receiver.Start();
        using var log = new LogLines();
        await using var bridge = SourceRun.Start(kafka, SourceRun.Settings(logstash.Address), log: log);

        await Eventually.Async(() => log.Any(line => line.Contains("shop-orders that are no bridges assign partitions in another way", StringComparison.Ordinal)), "the log says why");
        await Eventually.Async(() => bridge.State.Ready, "it joins");
    }

    [Fact]
    public async Task Where_partitions_would_stay_unread_the_client_is_made_anew()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);
        kafka.PushRequestErrors(KafkaApiKey.OffsetFetch, ErrorCode.InvalidRequest);
        await using var logstash = Receiver.Start();
        await using var bridge = SourceRun.Start(kafka, SourceRun.Settings(logstash.Address));

        var failure = await Assert.ThrowsAsync<RoleException>(() => bridge.Running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Contains("It is made anew", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_ready_as_soon_as_Kafka_and_Logstash_are_reached()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);
        await using var logstash = Receiver.Start();
        var names = new HeldNames(logstash.Endpoint.Address);
        var settings = SourceRun.Settings() with { Logstash = new() { Hosts = [$"logstash.shop.svc:{logstash.Endpoint.Port}"], Discover = true } };
        var clock = new StoppableClock();
        await using var bridge = SourceRun.Start(kafka, settings, resolver: names, time: clock);
        await Eventually.Async(() => bridge.State.Message.StartsWith("Logstash:", StringComparison.Ordinal), "Kafka is reached");
        Assert.False(bridge.State.Ready);

        // From here on nothing is done only because it is time again.
        clock.Stop();
        names.Release();

        await Eventually.Async(() => bridge.State.Ready, "it is ready");
    }

    [Fact]
    public async Task Of_several_pods_those_that_come_are_used_and_those_that_go_are_left()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 8);
        await using var first = Receiver.Start(endpoint: new(IPAddress.Parse("127.0.0.21"), 0));
        await using var second = Receiver.Start(endpoint: new(IPAddress.Parse("127.0.0.22"), first.Endpoint.Port));
        var names = new Names { Addresses = [first.Endpoint.Address] };
        var settings = SourceRun.Settings($"logstash.shop.svc:{first.Endpoint.Port}");
        await using var bridge = SourceRun.Start(
            kafka, settings with { WindowSize = 10, MaxWindowsInFlight = 1, Logstash = settings.Logstash with { Discover = true } }, resolver: names);
        await Records.ProduceAsync(kafka, 100, 8);
        await Eventually.Async(() => first.Count == 100, "the first gets all");

        names.Addresses = [first.Endpoint.Address, second.Endpoint.Address];
        var sent = 100;
        await Eventually.Async(
            async () =>
            {
                await Records.ProduceAsync(kafka, 80, 8, sent);
                sent += 80;
                return second.Count > 0;
            },
            "the second gets some");

        names.Addresses = [second.Endpoint.Address];
        await first.DisposeAsync();
        await Records.ProduceAsync(kafka, 100, 8, sent);
        sent += 100;
        await Eventually.Async(
            () => first.Events.Concat(second.Events).Select(item => item.GetProperty("n").GetInt32()).Distinct().Count() == sent, "all records arrive");
    }

    [Fact]
    public async Task A_record_that_is_too_large_goes_to_the_dead_letter_topic_and_those_behind_it_go_on()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);
        kafka.CreateTopic("dead", 1);
        await using var logstash = Receiver.Start();
        var large = new Message<byte[]?, byte[]?> { Key = "k"u8.ToArray(), Value = new byte[5000], Headers = new Headers { { "trace", "7"u8.ToArray() } } };
        await Records.ProduceAsync(kafka, [(0, Records.Json("{\"n\":0}")), (0, large), (0, Records.Json("{\"n\":2}"))]);
        await using var bridge = SourceRun.Start(kafka, SourceRun.Settings(logstash.Address) with { MaxEventBytes = 4000, DeadLetterTopic = "dead" });

        await Eventually.Async(() => logstash.Count == 2, "the others arrive");
        var letter = Read(kafka, "dead");
        await bridge.StopAsync();

        Assert.Equal(large.Value, letter.Message.Value);
        Assert.Equal(
            ["trace=7", "kafka-logstash-reason=too-large", "kafka-logstash-topic=orders", "kafka-logstash-partition=0", "kafka-logstash-offset=1"],
            letter.Message.Headers.Where(header => header.Key != "kafka-logstash-error").Select(header => $"{header.Key}={Encoding.UTF8.GetString(header.GetValueBytes())}"));
        Assert.Equal(3, Records.Committed(kafka, 1));
    }

    [Fact]
    public async Task A_dead_letter_topic_that_refuses_records_holds_their_partition_and_no_other_until_it_takes_them()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 2);
        kafka.CreateTopic("dead", 1);
        kafka.SetTopicError("dead", ErrorCode.TopicAuthorizationFailed);
        await using var logstash = Receiver.Start();
        using var log = new LogLines();
        await Records.ProduceAsync(kafka, Enumerable.Range(0, 300).Select(_ => (0, new Message<byte[]?, byte[]?> { Value = new byte[5000] })));
        await using var bridge = SourceRun.Start(
            kafka,
            SourceRun.Settings(logstash.Address) with { MaxEventBytes = 4000, DeadLetterTopic = "dead", MaxBytesInFlight = 100_000 },
            properties: new Dictionary<string, string>(StringComparer.Ordinal) { ["topic.metadata.refresh.interval.ms"] = "500", ["fetch.max.bytes"] = "50000", ["queued.max.messages.kbytes"] = "50", ["message.max.bytes"] = "20000" },
            log: log);

        await Eventually.Async(() => bridge.Metric("paused_partitions") == 1 && bridge.State.Message.Contains("dead-letter topic dead", StringComparison.Ordinal), "its partition is paused");
        await Records.ProduceAsync(kafka, [(1, Records.Json("{\"n\":0}"))]);
        await Eventually.Async(() => logstash.Count == 1, "the other goes on");
        Assert.InRange(bridge.Metric("records_total"), 1, 299);
        Assert.Single(log.All, line => line.Contains("could not be written to the dead-letter topic", StringComparison.Ordinal));

        kafka.SetTopicError("dead", ErrorCode.NoError);
        await Eventually.Async(() => bridge.Metric("paused_partitions") == 0 && Records.Committed(kafka, 2) == 301, "all are written");
    }

    [Fact]
    public async Task A_dead_letter_is_written_though_its_producer_can_not_go_on()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);
        kafka.CreateTopic("dead", 1);
        kafka.PushRequestErrors(KafkaApiKey.InitProducerId, ErrorCode.ClusterAuthorizationFailed);
        await using var logstash = Receiver.Start();
        await Records.ProduceAsync(kafka, [(0, new() { Value = new byte[5000] })]);
        await using var bridge = SourceRun.Start(kafka, SourceRun.Settings(logstash.Address) with { MaxEventBytes = 4000, DeadLetterTopic = "dead" });

        await Eventually.Async(() => Records.Committed(kafka, 1) == 1, "it is written");
        Assert.Equal(5000, Read(kafka, "dead").Message.Value.Length);
    }

    [Fact]
    public async Task Without_a_dead_letter_topic_a_record_that_is_too_large_holds_its_partition_and_the_state_says_so()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 2);
        await using var logstash = Receiver.Start();
        await Records.ProduceAsync(kafka, [(0, Records.Json("{\"n\":0}")), (0, new() { Value = new byte[5000] }), (1, Records.Json("{\"n\":2}"))]);
        await using var bridge = SourceRun.Start(kafka, SourceRun.Settings(logstash.Address) with { MaxEventBytes = 4000 });

        await Eventually.Async(() => logstash.Count == 2 && !bridge.State.Ready && bridge.State.Message.Contains("offset 1", StringComparison.Ordinal), "the state says so");
        Assert.Contains("orders [[0]]", bridge.State.Message, StringComparison.Ordinal);
        Assert.Contains("deadLetterTopic", bridge.State.Message, StringComparison.Ordinal);
        await bridge.StopAsync();
        Assert.Equal(2, Records.Committed(kafka, 2));
    }

    [Fact]
    public async Task An_event_that_Logstash_never_takes_is_found_and_goes_to_the_dead_letter_topic()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);
        kafka.CreateTopic("dead", 1);
        await using var logstash = Receiver.Start((_, window, _) =>
            window.Events.Any(item => Encoding.UTF8.GetString(item.Json.Span).Contains("\"n\":13,", StringComparison.Ordinal)) ? throw new IOException("poison") : Task.CompletedTask);
        await Records.ProduceAsync(kafka, 40, 1);
        await using var bridge = SourceRun.Start(kafka, SourceRun.Settings(logstash.Address) with { DeadLetterTopic = "dead", WindowSize = 16 });

        await Eventually.Async(() => logstash.Events.Select(item => item.GetProperty("n").GetInt32()).Distinct().Count() == 39, "the others arrive");
        Assert.Contains("\"n\":13", Encoding.UTF8.GetString(Read(kafka, "dead").Message.Value), StringComparison.Ordinal);
        await bridge.StopAsync();
        Assert.Equal(40, Records.Committed(kafka, 1));
    }

    [Fact]
    public async Task When_it_ends_it_waits_for_what_is_under_way_and_leaves_its_group_at_once()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 2);
        var arrived = new TaskCompletionSource();
        var open = new TaskCompletionSource();
        await using var logstash = Receiver.Start((_, _, token) =>
        {
            arrived.TrySetResult();
            return open.Task.WaitAsync(token);
        });
        await Records.ProduceAsync(kafka, 100, 2);
        await using var bridge = SourceRun.Start(kafka, SourceRun.Settings(logstash.Address));
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        var stopping = bridge.StopAsync();
        Assert.False(stopping.IsCompleted);
        open.SetResult();
        await stopping.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        var acknowledged = logstash.Count;
        Assert.Equal(acknowledged, Records.Committed(kafka, 2));
    }

    [Fact]
    public async Task When_it_ends_what_Logstash_does_not_take_is_not_waited_for_once_more_to_leave_the_group()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 2);
        await using var logstash = Receiver.Start((_, _, token) => Task.Delay(Timeout.InfiniteTimeSpan, token));
        await Records.ProduceAsync(kafka, 100, 2);
        await using var bridge = SourceRun.Start(
            kafka, SourceRun.Settings(logstash.Address) with { DrainTimeout = TimeSpan.FromMilliseconds(100), RevocationTimeout = TimeSpan.FromMinutes(2) });
        await Eventually.Async(() => bridge.Metric("in_flight_windows") > 0, "records are under way");

        await bridge.StopAsync().WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(ErrorCode.RebalanceInProgress, 6)]
    [InlineData(ErrorCode.GroupLoadInProgress, 12)]
    [InlineData(ErrorCode.RequestTimedOut, 12)]
    public async Task When_it_ends_it_commits_until_the_group_takes_it(ErrorCode refusal, int times)
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 2);
        await using var logstash = Receiver.Start();
        await Records.ProduceAsync(kafka, 100, 2);
        await using var bridge = SourceRun.Start(kafka, SourceRun.Settings(logstash.Address), properties: CommitsOnlyAtTheEnd);
        await Eventually.Async(() => logstash.Count == 100, "all arrive");

        kafka.PushRequestErrors(KafkaApiKey.OffsetCommit, [.. Enumerable.Repeat(refusal, times)]);
        await bridge.StopAsync();

        Assert.Equal(100, Records.Committed(kafka, 2));
    }

    [Fact]
    public async Task When_partitions_are_taken_back_it_commits_until_the_coordinator_takes_it()
    {
        // A mock group takes a follower that comes to its SyncGroup after the leader for wrong, and lets it join again. Until all have joined it refuses commits, where brokers take
        // them: that ends the attempt, about every third time.
        for (var attempt = 1; !await CommitsWhenTakenBackAsync(); attempt++)
        {
            Assert.True(attempt < 12, "In each of 12 attempts the mock group was rebalancing while partitions were taken back.");
        }
    }

    [Fact]
    public async Task A_partition_that_was_paused_when_it_was_taken_back_is_read_when_it_comes_again()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 2);
        var open = new TaskCompletionSource();
        await using var logstash = Receiver.Start((_, _, token) => open.Task.WaitAsync(token));
        await Records.ProduceAsync(kafka, 400, 2);
        var settings = SourceRun.Settings(logstash.Address) with
        {
            WindowSize = 10,
            MaxWindowsInFlight = 1,
            RevocationTimeout = TimeSpan.FromMilliseconds(200),
            DrainTimeout = TimeSpan.FromMilliseconds(200),
        };
        await using var first = SourceRun.Start(kafka, settings);
        await Eventually.Async(() => first.Metric("paused_partitions") == 2, "Logstash takes nothing, and both partitions are paused");

        await using (var second = SourceRun.Start(kafka, settings, "pod-1"))
        {
            await Eventually.Async(() => first.Metric("partitions") == 1 && second.Metric("partitions") == 1, "each reads a partition");
            await second.StopAsync();
        }

        await Eventually.Async(() => first.Metric("partitions") == 2, "the first reads both again");
        open.SetResult();

        await Eventually.Async(() => logstash.Events.Select(item => item.GetProperty("n").GetInt32()).Distinct().Count() == 400, "all arrive");
    }

    /// <summary>Whether a bridge came to commit what it gives back; false where the group was rebalancing again meanwhile.</summary>
    private static async Task<bool> CommitsWhenTakenBackAsync()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 2);
        await using var logstash = Receiver.Start();
        await Records.ProduceAsync(kafka, 100, 2);
        using var log = new LogLines();
        await using var first = SourceRun.Start(kafka, SourceRun.Settings(logstash.Address), properties: CommitsOnlyAtTheEnd, log: log);
        await Eventually.Async(() => logstash.Count == 100, "all arrive");

        kafka.PushRequestErrors(KafkaApiKey.OffsetCommit, [.. Enumerable.Repeat(ErrorCode.RequestTimedOut, 5)]);
        await using var second = SourceRun.Start(kafka, SourceRun.Settings(logstash.Address), "pod-1", properties: CommitsOnlyAtTheEnd);
        await Eventually.Async(() => first.Metric("partitions") == 1 && second.Metric("partitions") == 1, "each reads a partition");
        await Records.ProduceAsync(kafka, 100, 2, from: 100);
        await Eventually.Async(() => logstash.Events.Select(item => item.GetProperty("n").GetInt32()).Distinct().Count() == 200, "the others arrive");
        if (log.Any(line => line.Contains("could not be committed", StringComparison.Ordinal) && line.Contains("rebalance in progress", StringComparison.Ordinal)))
        {
            return false;
        }

        Assert.Equal(200, logstash.Count);
        return true;
    }

    private static readonly Dictionary<string, string> CommitsOnlyAtTheEnd = new(StringComparer.Ordinal) { ["auto.commit.interval.ms"] = "600000" };

    private static ConsumeResult<byte[], byte[]> Read(KafkaMockCluster kafka, string topic)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = kafka.BootstrapServers,
            GroupId = "reader",
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        return consumer.Consume(TimeSpan.FromSeconds(20)) ?? throw new TimeoutException($"No record in {topic}.");
    }

    private sealed class Names : IHostResolver
    {
        public IReadOnlyList<IPAddress> Addresses { get; set; } = [];

        public Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) => Task.FromResult(Addresses);
    }

    /// <summary>A clock that can be made to stand still; timers go on.</summary>
    private sealed class StoppableClock : TimeProvider
    {
        private long _stoppedAt;

        public void Stop() => Volatile.Write(ref _stoppedAt, Stopwatch.GetTimestamp());

        public override long GetTimestamp() => Volatile.Read(ref _stoppedAt) is var stopped and not 0 ? stopped : base.GetTimestamp();
    }

    /// <summary>Names that nobody knows before they are released.</summary>
    private sealed class HeldNames(IPAddress address) : IHostResolver
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _released.SetResult();

        public async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
        {
            await _released.Task.WaitAsync(cancellationToken);
            return [address];
        }
    }
}
