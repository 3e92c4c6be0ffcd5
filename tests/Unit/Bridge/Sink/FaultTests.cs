using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using CsCheck;
using KafkaLogstash.Bridge.Sink.Events;
using KafkaLogstash.Bridge.Sink.Producing;
using KafkaLogstash.Bridging;
using KafkaLogstash.LocalCluster.Kafka;
using KafkaLogstash.Logstash.Patterns;

namespace KafkaLogstash.Tests.Unit.Bridge.Sink;

public sealed class FaultTests
{
    [Fact]
    public async Task While_Kafka_is_away_senders_are_to_come_again_and_nothing_is_lost()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, SinkRun.Settings with { DeliveryTimeout = TimeSpan.FromSeconds(1) });
        await sink.PostAsync("/events", """{"n":1}""").ExpectAsync(200);
        Assert.True(sink.State.Ready, sink.State.Message);

        kafka.SetBrokerDown(1);
        using (var answer = await sink.PostAsync("/events", """{"n":2}"""))
        {
            Assert.Equal(503, (int)answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
        }

        Assert.False(sink.State.Ready);
        kafka.SetBrokerUp(1);
        await Eventually.TrueAsync(async () =>
        {
            using var answer = await sink.PostAsync("/events", """{"n":2}""");
            return answer.IsSuccessStatusCode;
        });

        Assert.Equal("""{"n":2}""", kafka.Values("orders", 2)[1]);
        Assert.True(sink.State.Ready, sink.State.Message);
    }

    [Theory]
    [InlineData(ErrorCode.TopicAuthorizationFailed)]
    [InlineData(ErrorCode.UnknownTopicOrPart)]
    public async Task Misconfiguration_blocks_and_says_what_to_do(ErrorCode error)
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        kafka.SetTopicError("orders", error);
        await using var sink = await SinkRun.StartAsync(
            kafka.BootstrapServers,
            SinkRun.Settings with { DeliveryTimeout = TimeSpan.FromSeconds(2) },
            properties: new Dictionary<string, string>(StringComparer.Ordinal) { ["topic.metadata.propagation.max.ms"] = "100" });

        var body = await sink.PostAsync("/events", "{}").ExpectAsync(503);

        Assert.Contains("orders", body.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.False(sink.State.Ready);
        Assert.Equal(1, await sink.CountAsync("turned_away_total", "kafka"));
    }

    [Fact]
    public async Task A_batch_that_the_broker_refuses_is_written_one_by_one()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, SinkRun.Settings with { Acks = "1" });
        kafka.PushRequestErrors(KafkaApiKey.Produce, ErrorCode.MsgSizeTooLarge);

        await sink.PostAsync("/events", """[{"n":1},{"n":2}]""").ExpectAsync(200);

        Assert.Equal(["""{"n":1}""", """{"n":2}"""], kafka.Values("orders", 2).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_topic_in_trouble_lets_nothing_else_be_written_again_and_again()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders-eu");
        kafka.CreateTopic("orders-us");
        kafka.SetTopicError("orders-us", ErrorCode.UnknownTopicOrPart);
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, SinkRun.Settings with { Topic = "orders-%{region}" }, properties: new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["topic.metadata.propagation.max.ms"] = "100",
            ["topic.metadata.refresh.interval.ms"] = "100",
        });
        const string Batch = """[{"region":"eu","n":1},{"region":"us"},{"region":"eu","n":2}]""";

        for (var i = 0; i < 4; i++)
        {
            var body = await sink.PostAsync("/events", Batch).ExpectAsync(503);
            Assert.Contains("orders-us", body.GetProperty("error").GetString(), StringComparison.Ordinal);
        }

        kafka.SetTopicError("orders-us", ErrorCode.NoError);
        await Eventually.TrueAsync(async () =>
        {
            using var answer = await sink.PostAsync("/events", Batch);
            return answer.IsSuccessStatusCode;
        });

        // Once before it was known, and once when all of it could be written.
        Assert.Equal(4, kafka.ReadAll("orders-eu").Count);
        Assert.Single(kafka.ReadAll("orders-us"));
        Assert.True(sink.State.Ready, sink.State.Message);
    }

    [Fact]
    public async Task A_dead_letter_topic_in_trouble_lets_nothing_else_be_written_again_and_again()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders-eu");
        kafka.CreateTopic("dead");
        kafka.SetTopicError("dead", ErrorCode.UnknownTopicOrPart);
        await using var sink = await SinkRun.StartAsync(
            kafka.BootstrapServers,
            SinkRun.Settings with { Topic = "orders-%{region}", DeadLetterTopic = "dead" },
            properties: new Dictionary<string, string>(StringComparer.Ordinal) { ["topic.metadata.propagation.max.ms"] = "100", ["topic.metadata.refresh.interval.ms"] = "100" });
        const string Batch = """[{"region":"eu"},{}]""";

        for (var i = 0; i < 4; i++)
        {
            await sink.PostAsync("/events", Batch).ExpectAsync(503);
        }

        kafka.SetTopicError("dead", ErrorCode.NoError);
        await Eventually.TrueAsync(async () =>
        {
            using var answer = await sink.PostAsync("/events", Batch);
            return answer.IsSuccessStatusCode && (await answer.BodyAsync()).GetProperty("deadLettered").GetInt32() == 1;
        });

        Assert.Equal(2, kafka.ReadAll("orders-eu").Count);
        Assert.Equal(["{}"], kafka.Values("dead", 1));
    }

    [Fact]
    public async Task A_producer_of_dead_letters_that_lost_its_place_is_made_anew()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("dead");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, SinkRun.Settings with { Topic = "orders-%{region}", DeadLetterTopic = "dead" });
        await sink.PostAsync("/events", """{"n":1}""").ExpectAsync(200);

        kafka.PushRequestErrors(KafkaApiKey.Produce, ErrorCode.OutOfOrderSequenceNumber);
        await sink.PostAsync("/events", """{"n":2}""").ExpectAsync(503);

        await Eventually.TrueAsync(async () =>
        {
            using var answer = await sink.PostAsync("/events", """{"n":2}""");
            return answer.IsSuccessStatusCode;
        });
        Assert.Equal(["""{"n":1}""", """{"n":2}"""], kafka.Values("dead", 2).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_producer_of_dead_letters_that_can_not_be_made_is_tried_again()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("dead");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, SinkRun.Settings with { Topic = "orders-%{region}", DeadLetterTopic = "dead" });

        sink.Kafka["no.such.property"] = "s3cret";
        var body = await sink.PostAsync("/events", "{}").ExpectAsync(503);
        sink.Kafka.Remove("no.such.property");

        Assert.DoesNotContain("s3cret", body.GetProperty("error").GetString(), StringComparison.Ordinal);
        await sink.PostAsync("/events", "{}").ExpectAsync(200);
    }

    [Fact]
    public async Task Dead_letters_do_not_wait_for_each_other()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("dead");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, SinkRun.Settings with { Topic = "orders-%{region}", DeadLetterTopic = "dead" });
        await sink.PostAsync("/events", "{}").ExpectAsync(200);
        kafka.SetRoundTripTime(1, TimeSpan.FromMilliseconds(400));

        // On a machine that sleeps through a round trip, the next one shows it.
        await Eventually.TrueAsync(async () =>
        {
            var (written, seen) = (await sink.CountAsync("dead_letters_total"), false);
            kafka.StartRequestTracking();
            var answer = sink.PostAsync("/events", "[{},{},{},{}]").ExpectAsync(200);
            while (!answer.IsCompleted)
            {
                seen |= kafka.CountRequests().GetValueOrDefault(KafkaApiKey.Produce) == 4 && await sink.CountAsync("dead_letters_total") == written;
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }

            await answer;
            return seen;
        });
    }

    [Fact]
    public async Task Properties_that_would_silence_Kafka_change_nothing()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(
            kafka.BootstrapServers, SinkRun.Settings with { Acks = "1" }, properties: new Dictionary<string, string>(StringComparer.Ordinal) { ["delivery.report.only.error"] = "true" });

        await sink.PostAsync("/events", "{}").ExpectAsync(200);
        kafka.PushRequestErrors(KafkaApiKey.Produce, ErrorCode.MsgSizeTooLarge);
        await sink.PostAsync("/events", "[{},{}]").ExpectAsync(200);
    }

    [Fact]
    public async Task Retriable_errors_of_brokers_are_not_seen()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers);
        kafka.PushRequestErrors(KafkaApiKey.Produce, ErrorCode.NotLeaderForPartition, ErrorCode.RequestTimedOut, ErrorCode.NotEnoughReplicas);

        await sink.PostAsync("/events", """{"n":1}""").ExpectAsync(200);

        Assert.Equal(["""{"n":1}"""], kafka.Values("orders", 1));
    }

    [Fact]
    public async Task A_producer_that_lost_its_place_is_made_anew()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers);
        await sink.PostAsync("/events", """{"n":1}""").ExpectAsync(200);

        kafka.PushRequestErrors(KafkaApiKey.Produce, ErrorCode.OutOfOrderSequenceNumber);
        using (var answer = await sink.PostAsync("/events", """{"n":2}"""))
        {
            Assert.Equal(503, (int)answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
            Assert.Contains("made anew", (await answer.BodyAsync()).GetProperty("error").GetString(), StringComparison.Ordinal);
        }

        await sink.PostAsync("/events", """{"n":2}""").ExpectAsync(200);

        Assert.Equal(["""{"n":1}""", """{"n":2}"""], kafka.Values("orders", 2));
        Assert.Equal(1, await sink.CountAsync("producers_replaced_total"));
        Assert.True(sink.State.Ready, sink.State.Message);
    }

    [Fact]
    public async Task A_producer_that_can_not_be_made_anew_is_tried_again()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, SinkRun.Settings with { LumberjackPort = 0 });
        await using var peer = await LumberjackPeer.ConnectAsync(sink.Addresses.Lumberjack!);
        kafka.PushRequestErrors(KafkaApiKey.Produce, ErrorCode.OutOfOrderSequenceNumber);
        await sink.PostAsync("/events", """{"n":1}""").ExpectAsync(503);

        sink.Kafka["no.such.property"] = "s3cret";
        var body = await sink.PostAsync("/events", """{"n":1}""").ExpectAsync(503);
        await peer.SendAsync(LumberjackPeer.Window(1), LumberjackPeer.Json(1, """{"n":2}"""));
        await Eventually.TrueAsync(async () => await sink.CountAsync("turned_away_total", "kafka") >= 3);
        Assert.Contains("no.such.property", body.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", body.GetProperty("error").GetString(), StringComparison.Ordinal);

        sink.Kafka.Remove("no.such.property");
        await sink.PostAsync("/events", """{"n":1}""").ExpectAsync(200);
        Assert.Equal(('2', 1u), await peer.LastAcknowledgementAsync());
    }

    [Theory]
    [InlineData(ErrorCode.OutOfOrderSequenceNumber)]
    [InlineData(ErrorCode.InvalidProducerIdMapping)]
    [InlineData(ErrorCode.InvalidProducerEpoch)]
    [InlineData(ErrorCode.ProducerFenced)]
    public async Task Whatever_happens_to_the_producer_what_was_acknowledged_is_written(ErrorCode error)
    {
        const int Rounds = 20;
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", partitions: 3);

        // Mock brokers don't look at sequence numbers: they take what follows a request that they were told to fail, and the client concludes from that that the failed one was written, too.
        await using var sink = await SinkRun.StartAsync(
            kafka.BootstrapServers,
            SinkRun.Settings with { LumberjackPort = 0 },
            properties: new Dictionary<string, string>(StringComparer.Ordinal) { ["max.in.flight.requests.per.connection"] = "1" });
        await using var peer = await LumberjackPeer.ConnectAsync(sink.Addresses.Lumberjack!);

        await Task.WhenAll([PushAsync(), .. Enumerable.Range(0, 3).Select(PostAsync), SendAsync()]);

        var written = kafka.ReadAll("orders").Select(record => Encoding.UTF8.GetString(record.Message.Value)).ToHashSet(StringComparer.Ordinal);
        // What old producers left to the collector must not touch what is no more.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        await sink.PostAsync("/events", "{}").ExpectAsync(200);
        Assert.All(Enumerable.Range(0, 4).SelectMany(sender => Enumerable.Range(1, Rounds).Select(round => Event(sender, round))), text => Assert.Contains(text, written));
        Assert.Equal(0, await sink.CountAsync("pending_bytes"));

        static string Event(int sender, int round) => $$"""{"n":"{{sender}}-{{round}}"}""";

        async Task PushAsync()
        {
            for (var i = 0; i < Rounds / 4; i++)
            {
                kafka.PushRequestErrors(KafkaApiKey.Produce, error);
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }

        async Task PostAsync(int sender)
        {
            for (var round = 1; round <= Rounds; round++)
            {
                await Eventually.TrueAsync(async () =>
                {
                    using var answer = await sink.PostAsync("/events", Event(sender, round));
                    Assert.True((int)answer.StatusCode is 200 or 503, $"{answer.StatusCode}");
                    return answer.IsSuccessStatusCode;
                });
            }
        }

        async Task SendAsync()
        {
            for (var round = 1; round <= Rounds; round++)
            {
                await peer.SendAsync(LumberjackPeer.Window(1), LumberjackPeer.Json(1, Event(3, round)));
                Assert.Equal(('2', 1u), await peer.LastAcknowledgementAsync());
            }
        }
    }

    [Fact]
    public async Task Under_pressure_senders_are_to_come_again()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, SinkRun.Settings with { MaxPendingBytes = 10_000 });
        await sink.PostAsync("/events", "{}").ExpectAsync(200);
        kafka.SetRoundTripTime(1, TimeSpan.FromSeconds(2));
        var large = $$"""{"text":"{{new string('x', 20_000)}}"}""";

        var alone = sink.PostAsync("/events", large).ExpectAsync(200);
        await Eventually.TrueAsync(async () => await sink.CountAsync("pending_bytes") > 20_000);
        using (var answer = await sink.PostAsync("/events", "{}"))
        {
            Assert.Equal(429, (int)answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
        }

        await alone;
        await sink.PostAsync("/events", "{}").ExpectAsync(200);
    }

    [Fact]
    public async Task A_client_that_goes_does_not_take_back_what_it_sent()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        kafka.SetRoundTripTime(1, TimeSpan.FromMilliseconds(300));
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers);
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(sink.Addresses.Http, TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync("POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\n{\"n\":1}"u8.ToArray(), TestContext.Current.CancellationToken);
            await Eventually.TrueAsync(async () => await sink.CountAsync("received_bytes_total") == 7);
            client.LingerState = new(enable: true, 0);
        }

        Assert.Equal(["""{"n":1}"""], kafka.Values("orders", 1));
        await Eventually.TrueAsync(async () => await sink.CountAsync("in_flight_requests") == 0 && await sink.CountAsync("pending_bytes") == 0);
    }

    [Fact]
    public async Task Bodies_that_end_early_write_nothing()
    {
        await using var kafka = KafkaMockCluster.Start();
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers);
        foreach (var text in new[] { "Content-Length: 1000000000\r\n\r\n{}", "Content-Length: 100\r\n\r\n{}", "Transfer-Encoding: chunked\r\n\r\n5\r\n{}", "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}" })
        {
            using var client = new TcpClient();
            await client.ConnectAsync(sink.Addresses.Http, TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /events HTTP/1.1\r\nHost: x\r\n{text}"), TestContext.Current.CancellationToken);
        }

        await Eventually.TrueAsync(async () => await sink.CountAsync("requests_total") == 4);
        Assert.Equal(0, await sink.CountAsync("events_total"));
        Assert.Equal(0, await sink.CountAsync("requests_total", "status=\"500\""));
        await sink.PostAsync("/events", "{}").ExpectAsync(200);
    }

    [Fact]
    public async Task Requests_under_way_are_answered_before_the_end()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        kafka.SetRoundTripTime(1, TimeSpan.FromMilliseconds(400));
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers);
        var underWay = sink.PostAsync("/events", """{"n":1}""").ExpectAsync(200);
        await Eventually.TrueAsync(async () => await sink.CountAsync("received_bytes_total") == 7);

        await sink.StopAsync();

        await underWay;
        Assert.Equal(["""{"n":1}"""], kafka.Values("orders", 1));
        await Assert.ThrowsAsync<HttpRequestException>(() => sink.PostAsync("/events", "{}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_who_has_the_credentials_may_send(bool isBasic)
    {
        var folder = Directory.CreateTempSubdirectory("sink-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "username"), "logstash\n", TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "password"), "s3:cret", TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "token"), "t0ken\r\n", TestContext.Current.CancellationToken);
            await using var kafka = KafkaMockCluster.Start();
            await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, SinkRun.Settings with
            {
                Authentication = isBasic
                    ? new SinkAuthenticationSettings { BasicFolder = folder.FullName }
                    : new SinkAuthenticationSettings { BearerTokenFile = Path.Combine(folder.FullName, "token") },
            });
            var right = isBasic ? new AuthenticationHeaderValue("Basic", Basic("logstash:s3:cret")) : new AuthenticationHeaderValue("Bearer", "t0ken");
            foreach (var wrong in new AuthenticationHeaderValue?[]
            {
                null, new("Basic", Basic("logstash:wrong")), new("Basic", "%%%"), new("Basic"), new("Bearer", "wrong"), new("Bearer"),
                isBasic ? new("Bearer", "t0ken") : new("Basic", Basic("logstash:s3:cret")),
            })
            {
                sink.Http.DefaultRequestHeaders.Authorization = wrong;
                using var answer = await sink.PostAsync("/events", "{}");
                Assert.Equal(401, (int)answer.StatusCode);
                Assert.Equal(isBasic ? "Basic" : "Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
            }

            sink.Http.DefaultRequestHeaders.Authorization = right;
            await sink.PostAsync("/events", "{}").ExpectAsync(200);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        static string Basic(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
    }

    [Fact]
    public void Any_array_is_split_as_a_document_would_be()
    {
        Assert.True(EventPattern.TryParseTopic("orders", out var topic, out _));
        var reader = new EventReader(topic, key: null, new TopicChoice(topic, []));
        var value = Gen.Recursive<object?>((depth, self) => depth >= 3 ? Gen.String.Select(text => (object?)text) : Gen.OneOf(
            Gen.String.Select(text => (object?)text),
            Gen.Int.Select(number => (object?)number),
            Gen.Bool.Select(flag => (object?)flag),
            Gen.Const((object?)null),
            self.Array[0, 3].Select(items => (object?)items),
            Gen.Dictionary(Gen.String, self)[0, 3].Select(members => (object?)members)));
        Gen.Select(Gen.Dictionary(Gen.String, value)[0, 4].Array[0, 8], Gen.Bool).Seeded().Sample((events, indented) =>
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(events, indented ? Indented : JsonSerializerOptions.Default);
            using var batch = new RecordBatch(new PinnedBuffers(0));
            json.CopyTo(batch.Events.GetSpan(json.Length));
            batch.Events.Advance(json.Length);

            Assert.Null(reader.Split(batch, named: null));

            batch.Seal();
            using var document = JsonDocument.Parse(json);
            Assert.Equal(
                document.RootElement.EnumerateArray().Select(element => element.GetRawText()),
                Enumerable.Range(0, batch.Count).Select(index => Encoding.UTF8.GetString(batch.Value(index))));
        });
    }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
}
