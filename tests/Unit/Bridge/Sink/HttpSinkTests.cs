using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using KafkaLogstash.LocalCluster.Kafka;

namespace KafkaLogstash.Tests.Unit.Bridge.Sink;

public sealed class HttpSinkTests
{
    [Fact]
    public async Task A_batch_is_written_as_it_came_and_in_its_order()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers);
        var events = Enumerable.Range(0, 500).Select(i => $$"""{ "n" : {{i}},"text":"ä\u00e4 \"{{i}}\"" }""").ToArray();

        var body = await sink.PostAsync("/events", $"[{string.Join(",\n ", events)}]").ExpectAsync(200);

        Assert.Equal(500, body.GetProperty("written").GetInt32());
        Assert.Equal(events, kafka.Values("orders", 500));
        Assert.Equal(500, await sink.CountAsync("events_total"));
        Assert.Equal(1, await sink.CountAsync("requests_total", "status=\"200\""));
        Assert.Equal(0, await sink.CountAsync("pending_bytes"));
    }

    [Theory]
    [InlineData("""{"n":0}""", "application/json", 1)]
    [InlineData("{\"n\":0}\n{\"n\":1}\r\n{\"n\":2}\n", "application/x-ndjson", 3)]
    [InlineData("{\"n\":0}\n{\"n\":1}", "text/plain; charset=UTF-8", 2)]
    [InlineData("  [ {\"n\":0} , {\"n\":1} ]  ", "application/vnd.api+json", 2)]
    [InlineData("\uFEFF[{\"n\":0}]", null, 1)]
    [InlineData("[]", "application/json", 0)]
    public async Task Bodies_are_an_object_an_array_or_lines(string text, string? mediaType, int events)
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers);

        var body = await sink.PostAsync("/events", SinkRun.Bytes(Encoding.UTF8.GetBytes(text), mediaType)).ExpectAsync(200);

        Assert.Equal(events, body.GetProperty("written").GetInt32());
        Assert.Equal(Enumerable.Range(0, events).Select(i => $$"""{"n":{{i}}}"""), kafka.Values("orders", events));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("raw")]
    public async Task Bodies_may_be_compressed(string encoding)
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers);
        var events = Enumerable.Range(0, 2000).Select(i => $$"""{"n":{{i}}}""").ToArray();

        await sink.PostAsync("/events", SinkRun.Bytes(Compress($"[{string.Join(',', events)}]", encoding), encoding: encoding == "raw" ? "deflate" : encoding)).ExpectAsync(200);

        Assert.Equal(events, kafka.Values("orders", 2000));
    }

    [Theory]
    [InlineData("[{\"n\":0},{\"n\":1}", "application/json", null, 400, 2)]
    [InlineData("[{\"n\":0},7]", "application/json", null, 400, 1)]
    [InlineData("[{\"n\":0},{\"n\":}]", "application/json", null, 400, 1)]
    [InlineData("[{\"n\":0}] x", "application/json", null, 400, 1)]
    [InlineData("{\"n\":0}\n{\"n\"", "application/x-ndjson", null, 400, 1)]
    [InlineData("", "application/json", null, 400, 0)]
    [InlineData("\"text\"", "application/json", null, 400, 0)]
    [InlineData("{}", "application/x-www-form-urlencoded", null, 415, null)]
    [InlineData("{}", "application/json; charset=iso-8859-1", null, 415, null)]
    [InlineData("{}", "application/json", "br", 415, null)]
    [InlineData("{}", "application/json", "gzip", 400, null)]
    public async Task What_is_wrong_is_refused_whole_and_named(string text, string mediaType, string? encoding, int status, int? index)
    {
        await using var kafka = KafkaMockCluster.Start();
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers);

        var body = await sink.PostAsync("/events", SinkRun.Bytes(Encoding.UTF8.GetBytes(text), mediaType, encoding)).ExpectAsync(status);

        Assert.NotEmpty(body.GetProperty("error").GetString()!);
        Assert.Equal(0, body.GetProperty("written").GetInt32());
        Assert.Equal(index, body.TryGetProperty("index", out var found) ? found.GetInt32() : null);
        Assert.Equal(0, await sink.CountAsync("events_total"));
        Assert.Equal(1, await sink.CountAsync("requests_total", $"status=\"{status}\""));
    }

    [Fact]
    public async Task What_is_not_UTF8_is_refused_with_its_index()
    {
        await using var kafka = KafkaMockCluster.Start();
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers);

        var body = await sink.PostAsync("/events", SinkRun.Bytes([.. "[{\"a\":1},{\"a\":\""u8, 0xC3, 0x28, .. "\"}]"u8])).ExpectAsync(400);

        Assert.Equal(1, body.GetProperty("index").GetInt32());
        Assert.Contains("byte 15", body.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/events", 405)]
    [InlineData("DELETE", "/topics/orders", 405)]
    [InlineData("POST", "/", 404)]
    [InlineData("POST", "/events/x", 404)]
    [InlineData("POST", "/topics", 404)]
    [InlineData("POST", "/topics/", 404)]
    [InlineData("POST", "/topics/a/b", 404)]
    [InlineData("POST", "/topics/a%20b", 404)]
    [InlineData("POST", "/topics/payments", 403)]
    [InlineData("PUT", "/topics/orders", 200)]
    [InlineData("PUT", "/events", 200)]
    public async Task Paths_and_methods_are_what_they_are(string method, string path, int status)
    {
        await using var kafka = KafkaMockCluster.Start();
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers);
        using var request = new HttpRequestMessage(new(method), new Uri(path, UriKind.Relative)) { Content = SinkRun.Json("{}") };

        var body = await sink.Http.SendAsync(request, TestContext.Current.CancellationToken).ExpectAsync(status);

        Assert.Equal(status != 200, body.TryGetProperty("error", out var error));
        Assert.True(status is not (404 or 405) || path.Contains("%20", StringComparison.Ordinal) || error.GetString()!.Contains("/topics/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Bodies_are_bounded_after_decompression()
    {
        await using var kafka = KafkaMockCluster.Start();
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, SinkRun.Settings with { MaxRequestBytes = 100_000 });
        var bomb = $$"""[{"a":"{{new string('x', 10_000_000)}}"}]""";

        await sink.PostAsync("/events", bomb).ExpectAsync(413);
        await sink.PostAsync("/events", SinkRun.Bytes(Compress(bomb, "gzip"), encoding: "gzip")).ExpectAsync(413);
        using var chunked = new StreamContent(new NonSeekable(Encoding.UTF8.GetBytes(bomb)));
        await sink.PostAsync("/events", chunked).ExpectAsync(413);
        await sink.PostAsync("/events", "{}").ExpectAsync(200);
    }

    [Fact]
    public async Task A_compressed_body_that_ends_early_is_refused()
    {
        await using var kafka = KafkaMockCluster.Start();
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers);
        var lines = string.Concat(Enumerable.Range(0, 5000).Select(i => $$"""{"n":{{i * 7919}}}""" + "\n"));
        foreach (var encoding in new[] { "gzip", "deflate" })
        {
            var whole = Compress(lines, encoding);
            await sink.PostAsync("/events", SinkRun.Bytes(whole[..(whole.Length / 2)], "application/x-ndjson", encoding)).ExpectAsync(400);
        }

        Assert.Equal(0, await sink.CountAsync("events_total"));
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_body_that_breaks_off_is_refused_wherever_its_compression_ends(string encoding)
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers);
        var body = Compress("""[{"n":1}]""", encoding);
        using var client = new TcpClient();
        await client.ConnectAsync(sink.Addresses.Http, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(
            (byte[])[.. Encoding.ASCII.GetBytes($"POST /events HTTP/1.1\r\nHost: sink\r\nConnection: close\r\nContent-Encoding: {encoding}\r\nContent-Length: {body.Length + 1}\r\n\r\n"), .. body],
            TestContext.Current.CancellationToken);
        var answer = StatusLineAsync(stream);

        for (var i = 0; i < 3; i++)
        {
            await sink.PostAsync("/events", """{"n":2}""").ExpectAsync(200);
        }

        Assert.False(answer.IsCompleted, "It was answered before all of it was there.");
        client.Client.Shutdown(SocketShutdown.Send);

        Assert.True(await answer is null or "HTTP/1.1 400 Bad Request", await answer);
        Assert.Equal(3, await sink.CountAsync("events_total"));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("raw")]
    public async Task Lines_whose_compression_was_cut_between_two_of_them_are_not_all_of_them(string encoding)
    {
        await using var kafka = KafkaMockCluster.Start();
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers);
        using var output = new MemoryStream();
        await using Stream compressing = encoding switch
        {
            "gzip" => new GZipStream(output, CompressionLevel.Optimal),
            "deflate" => new ZLibStream(output, CompressionLevel.Optimal),
            _ => new DeflateStream(output, CompressionLevel.Optimal),
        };
        compressing.Write("{\"n\":1}\n"u8);

        // Up to here a reader can inflate: what a sender flushes, a proxy may cut.
        compressing.Flush();

        await sink.PostAsync("/events", SinkRun.Bytes(output.ToArray(), "application/x-ndjson", encoding == "raw" ? "deflate" : encoding)).ExpectAsync(400);

        Assert.Equal(0, await sink.CountAsync("events_total"));
    }

    [Fact]
    public async Task A_body_that_comes_too_slowly_is_to_come_again()
    {
        await using var kafka = KafkaMockCluster.Start();
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, slowestBody: new(bytesPerSecond: 1_000_000, gracePeriod: TimeSpan.FromSeconds(1.1)));
        using var client = new TcpClient();
        await client.ConnectAsync(sink.Addresses.Http, TestContext.Current.CancellationToken);
        var stream = client.GetStream();

        await stream.WriteAsync("POST /events HTTP/1.1\r\nHost: sink\r\nContent-Length: 1000\r\n\r\n[{\"n\":1},"u8.ToArray(), TestContext.Current.CancellationToken);

        using var reader = new StreamReader(stream, leaveOpen: true);
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 503 ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nRetry-After: 1\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(1, await sink.CountAsync("turned_away_total", "slow"));
        Assert.Equal(0, await sink.CountAsync("events_total"));
    }

    [Fact]
    public async Task Topics_and_keys_are_what_the_patterns_give()
    {
        await using var kafka = KafkaMockCluster.Start();
        await using var sink = await SinkRun.StartAsync(
            kafka.BootstrapServers, SinkRun.Settings with { Topic = "orders-%{[region]}", MessageKey = "%{[order][id]}" });
        kafka.CreateTopic("orders-eu");
        kafka.CreateTopic("orders-us");

        await sink.PostAsync("/events", """[{"region":"eu","order":{"id":1}},{"region":"us","order":{"id":2}},{"region":"eu","order":{"id":"x"}},{"region":"eu"}]""").ExpectAsync(200);
        await sink.PostAsync("/topics/orders-us", """{"order":{"id":7}}""").ExpectAsync(200);

        Assert.Equal(["1", "x", "%{[order][id]}"], kafka.Read("orders-eu", 3).Select(record => Encoding.UTF8.GetString(record.Message.Key!)));
        Assert.Equal(["2", "7"], kafka.Read("orders-us", 2).Select(record => Encoding.UTF8.GetString(record.Message.Key!)));
    }

    [Fact]
    public async Task Events_without_a_topic_are_refused_and_the_others_written()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders-eu");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, SinkRun.Settings with { Topic = "orders-%{[region]}" });

        var body = await sink.PostAsync("/events", """[{"region":"eu"},{},{"region":"e u"},{"region":"eu","n":2}]""").ExpectAsync(400);

        Assert.Equal(2, body.GetProperty("written").GetInt32());
        Assert.Equal([1, 2], body.GetProperty("refused").EnumerateArray().Select(refused => refused.GetProperty("index").GetInt32()));
        Assert.Contains("%{[region]}", body.GetProperty("refused")[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(["""{"region":"eu"}""", """{"region":"eu","n":2}"""], kafka.Values("orders-eu", 2));
        Assert.Equal(2, await sink.CountAsync("refused_events_total", "no-topic"));
    }

    [Theory]
    [InlineData("orders-%{[region]}", """{"\ud800":1,"region":"eu"}""", "orders-eu")]
    [InlineData("orders-%{[geo][region]}", """{"geo":{"\udc00aaa":1,"region":"eu"}}""", "orders-eu")]
    [InlineData("orders-%{+yyyy}", """{"@timestamp":"\ud8002024-01-01T00:00:00Z"}""", null)]
    public async Task Escapes_for_half_a_character_are_no_names_and_no_times(string pattern, string json, string? topic)
    {
        await using var kafka = KafkaMockCluster.Start();
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, SinkRun.Settings with { Topic = pattern });

        var body = await sink.PostAsync("/events", json).ExpectAsync(topic is null ? 400 : 200);

        if (topic is null)
        {
            Assert.Equal("no-topic", body.GetProperty("refused")[0].GetProperty("code").GetString());
        }
        else
        {
            Assert.Equal([json], kafka.Values(topic, 1));
        }
    }

    [Fact]
    public async Task What_is_longer_than_a_batch_is_written_alone()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers);
        var large = $$"""{"n":"{{new string('x', 1_500_000)}}"}""";

        var body = await sink.PostAsync("/events", $$"""[{"n":0},{{large}},{"n":2}]""").ExpectAsync(200);

        Assert.Equal(3, body.GetProperty("written").GetInt32());
        Assert.Equal(["""{"n":0}""", """{"n":2}""", large], kafka.Values("orders", 3).OrderBy(value => value.Length).ThenBy(value => value, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Events_that_are_too_large_are_refused_and_the_others_written()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(
            kafka.BootstrapServers, properties: new Dictionary<string, string>(StringComparer.Ordinal) { ["message.max.bytes"] = "2000" });

        var body = await sink.PostAsync("/events", $$"""[{"n":0},{"n":"{{new string('x', 3000)}}"},{"n":2}]""").ExpectAsync(413);

        Assert.Equal(1, body.GetProperty("refused")[0].GetProperty("index").GetInt32());
        Assert.Equal("too-large", body.GetProperty("refused")[0].GetProperty("code").GetString());
        Assert.Equal(["""{"n":0}""", """{"n":2}"""], kafka.Values("orders", 2));
    }

    [Fact]
    public async Task With_a_dead_letter_topic_nothing_is_refused()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders-eu");
        kafka.CreateTopic("dead");
        await using var sink = await SinkRun.StartAsync(
            kafka.BootstrapServers,
            SinkRun.Settings with { Topic = "orders-%{[region]}", DeadLetterTopic = "dead" },
            properties: new Dictionary<string, string>(StringComparer.Ordinal) { ["message.max.bytes"] = "2000" });
        var large = $$"""{"region":"eu","n":"{{new string('x', 3000)}}"}""";

        var body = await sink.PostAsync("/events", $$"""[{"n":0},{{large}},{"region":"eu"}]""").ExpectAsync(200);

        Assert.Equal(1, body.GetProperty("written").GetInt32());
        Assert.Equal(2, body.GetProperty("deadLettered").GetInt32());
        var letters = kafka.Read("dead", 2);
        Assert.Equal(["""{"n":0}""", large], letters.Select(letter => Encoding.UTF8.GetString(letter.Message.Value)));
        Assert.Equal(["no-topic", "too-large"], letters.Select(letter => Encoding.UTF8.GetString(letter.Message.Headers.GetLastBytes("kafka-logstash-reason"))));
        Assert.Equal("orders-eu", Encoding.UTF8.GetString(letters[1].Message.Headers.GetLastBytes("kafka-logstash-topic")));
        Assert.Contains("message.max.bytes", Encoding.UTF8.GetString(letters[1].Message.Headers.GetLastBytes("kafka-logstash-error")), StringComparison.Ordinal);
        Assert.Equal(2, await sink.CountAsync("dead_letters_total"));
    }

    [Fact]
    public async Task The_allow_list_bounds_paths_and_patterns()
    {
        await using var kafka = KafkaMockCluster.Start();
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, SinkRun.Settings with { Topic = "orders-%{[region]}", AllowedTopics = ["orders-eu", "audit"] });

        await sink.PostAsync("/topics/audit", "{}").ExpectAsync(200);
        await sink.PostAsync("/topics/orders-us", "{}").ExpectAsync(403);
        var body = await sink.PostAsync("/events", """[{"region":"us"},{"region":"eu"}]""").ExpectAsync(503);

        // The list may be what is wrong: nothing is lost, and nothing is written again with each try.
        Assert.Contains("orders-us", body.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains("allowedTopics", body.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.False(sink.State.Ready);
        Assert.Equal(1, await sink.CountAsync("events_total"));
        Assert.Equal(0, await sink.CountAsync("refused_events_total"));
    }

    [Fact]
    public async Task With_a_dead_letter_topic_the_allow_list_holds_nothing_up()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("dead");
        await using var sink = await SinkRun.StartAsync(
            kafka.BootstrapServers, SinkRun.Settings with { Topic = "orders-%{[region]}", AllowedTopics = ["orders-eu"], DeadLetterTopic = "dead" });

        var body = await sink.PostAsync("/events", """[{"region":"us"},{"region":"eu"}]""").ExpectAsync(200);

        Assert.Equal(1, body.GetProperty("written").GetInt32());
        Assert.Equal(["""{"region":"us"}"""], kafka.Values("dead", 1));
        Assert.Equal(1, await sink.CountAsync("dead_letters_total", "topic-not-allowed"));
    }

    [Fact]
    public async Task Ever_new_topics_are_written_to()
    {
        await using var kafka = KafkaMockCluster.Start();
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, SinkRun.Settings with { Topic = "t%{n}" });

        for (var from = 0; from < 1200; from += 400)
        {
            // More names than are remembered; they come again later.
            await sink.PostAsync("/events", $"[{string.Join(',', Enumerable.Range(from, 400).Concat([0]).Select(i => $$"""{"n":{{i}}}"""))}]").ExpectAsync(200);
        }

        Assert.All(kafka.Values("t0", 4), value => Assert.Equal("""{"n":0}""", value));
    }

    [Fact]
    public async Task The_longest_lines_of_a_hostile_head_end_in_an_answer()
    {
        await using var kafka = KafkaMockCluster.Start();
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/events", UriKind.Relative)) { Content = SinkRun.Json("{}") };
        request.Headers.Add("X-Long", new string('x', 100_000));

        using var answer = await sink.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, answer.StatusCode);
    }

    /// <summary>The first line of an answer; null where the connection ends without one.</summary>
    private static async Task<string?> StatusLineAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        try
        {
            return await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static byte[] Compress(string text, string encoding)
    {
        using var output = new MemoryStream();
        using (Stream compressing = encoding switch
        {
            "identity" => new BufferedStream(output),
            "gzip" => new GZipStream(output, CompressionLevel.Optimal),
            "deflate" => new ZLibStream(output, CompressionLevel.Optimal),
            _ => new DeflateStream(output, CompressionLevel.Optimal),
        })
        {
            compressing.Write(Encoding.UTF8.GetBytes(text));
        }

        return output.ToArray();
    }

    /// <summary>Content of unknown length.</summary>
    private sealed class NonSeekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
