using System.IO.Compression;
using System.Text.Json;
using KafkaLogstash.Bridge.Lumberjack.Server;
using KafkaLogstash.LocalCluster.Kafka;
using static KafkaLogstash.Tests.Unit.Bridge.Sink.LumberjackPeer;

namespace KafkaLogstash.Tests.Unit.Bridge.Sink;

public sealed class LumberjackSinkTests
{
    private static KafkaLogstash.Bridging.SinkSettings Settings => SinkRun.Settings with { LumberjackPort = 0 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_window_is_acknowledged_once_it_is_written(bool compressed)
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, Settings);
        await using var peer = await ConnectAsync(sink.Addresses.Lumberjack!);
        var events = Enumerable.Range(1, 2048).Select(i => $$"""{"n":{{i}},"text":"{{new string('x', 100)}}"}""").ToArray();
        var frames = events.SelectMany((json, i) => Json((uint)i + 1, json)).ToArray();

        await peer.SendAsync(Window(2048), compressed ? Compressed(frames) : frames);

        Assert.Equal(('2', 2048u), await peer.LastAcknowledgementAsync());
        Assert.Equal(events, kafka.Values("orders", 2048));
        Assert.Equal(1, await sink.CountAsync("lumberjack_windows_total"));
    }

    [Fact]
    public async Task Windows_are_acknowledged_in_order_whichever_way_they_count()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, Settings);
        await using var peer = await ConnectAsync(sink.Addresses.Lumberjack!);

        await peer.SendAsync(
            Window(1), Json(1, """{"n":1}"""), Window(2), Json(1, """{"n":2}"""), Json(2, """{"n":3}"""), Window(0),
            Window(1), Json(uint.MaxValue, """{"n":4}"""), Window(2), Compressed([.. Json(uint.MaxValue, """{"n":5}"""), .. Json(1, """{"n":6}""")]));

        var acknowledged = new List<uint>();
        for (var i = 0; i < 5; i++)
        {
            acknowledged.Add((await peer.AcknowledgementAsync())!.Value.Sequence);
        }

        Assert.Equal([1, 2, 0, uint.MaxValue, 1], acknowledged);
        Assert.Equal(Enumerable.Range(1, 6).Select(i => $$"""{"n":{{i}}}"""), kafka.Values("orders", 6));
    }

    [Fact]
    public async Task The_lumberjack_output_is_understood()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, Settings);
        await using var peer = await ConnectAsync(sink.Addresses.Lumberjack!);
        var frames = Enumerable.Range(1, 3).SelectMany(i => Data((uint)i, ("line", $$"""{"n":{{i}}}"""))).ToArray();

        await peer.SendAsync(Window(3, '1'), Compressed(frames, '1'), Window(1, '1'), Data(4, ("line", "a \"text\""), ("host", "h")));

        Assert.Equal(('1', 3u), await peer.AcknowledgementAsync());
        Assert.Equal(('1', 4u), await peer.AcknowledgementAsync());
        Assert.Equal(["""{"n":1}""", """{"n":2}""", """{"n":3}""", """{"message":"a \"text\"","host":"h"}"""], kafka.Values("orders", 4));
    }

    [Theory]
    [InlineData("{no json")]
    [InlineData("{} {}")]
    [InlineData(" {\"a\":1} and more")]
    [InlineData("\u0001\t\"\\ä\ud83d\ude00</")]
    public async Task Text_of_version_1_is_a_message_though_it_begins_like_an_event(string line)
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, Settings);
        await using var peer = await ConnectAsync(sink.Addresses.Lumberjack!);

        await peer.SendAsync(Window(2, '1'), Data(1, ("line", line)), Compressed(Data(2, ("line", line)), '1'));

        Assert.Equal(('1', 2u), await peer.AcknowledgementAsync());
        Assert.All(kafka.Values("orders", 2), value =>
        {
            using var document = JsonDocument.Parse(value);
            Assert.Equal(line, Assert.Single(document.RootElement.EnumerateObject()).Value.GetString());
            Assert.Equal(line, document.RootElement.GetProperty("message").GetString());
        });
    }

    [Fact]
    public async Task What_is_no_UTF8_is_replaced_in_text_of_version_1()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, Settings);
        await using var peer = await ConnectAsync(sink.Addresses.Lumberjack!);

        await peer.SendAsync(Window(1, '1'), [.. "1D"u8, .. Number(1), .. Number(1), .. Number(4), .. "line"u8, .. Number(4), (byte)'{', 0xC3, (byte)'x', 0xF0]);

        Assert.Equal(('1', 1u), await peer.AcknowledgementAsync());
        using var document = JsonDocument.Parse(kafka.Values("orders", 1)[0]);
        Assert.Equal("{\uFFFDx\uFFFD", document.RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Bytes_may_come_one_by_one()
    {
        await using var kafka = KafkaMockCluster.Start();
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, Settings);
        await using var peer = await ConnectAsync(sink.Addresses.Lumberjack!);

        foreach (var part in Window(2).Concat(Json(1, """{"n":1}""")).Concat(Data(2, ("line", "{}"))))
        {
            await peer.SendAsync([part]);
        }

        Assert.Equal(('2', 2u), await peer.LastAcknowledgementAsync());
    }

    [Fact]
    public async Task What_can_never_be_written_goes_to_the_dead_letter_topic_and_does_not_come_again()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("dead");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, Settings with { Topic = "orders-%{region}", DeadLetterTopic = "dead" });
        await using var peer = await ConnectAsync(sink.Addresses.Lumberjack!);

        await peer.SendAsync(Window(4), Json(1, "{}"), Json(2, "{\"a\":"), Json(3, """{"region":"eu"}"""), Json(4, "{} {}"));

        Assert.Equal(('2', 4u), await peer.LastAcknowledgementAsync());
        Assert.Equal(["{}", "{\"a\":", "{} {}"], kafka.Values("dead", 3));
        Assert.Equal(2, await sink.CountAsync("dead_letters_total", "malformed"));
    }

    [Fact]
    public async Task Without_a_dead_letter_topic_it_is_counted_and_acknowledged()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, Settings);
        await using var peer = await ConnectAsync(sink.Addresses.Lumberjack!);

        await peer.SendAsync(Window(2), Json(1, "no json"), Json(2, """{"n":2}"""));

        Assert.Equal(('2', 2u), await peer.LastAcknowledgementAsync());
        Assert.Equal(["""{"n":2}"""], kafka.Values("orders", 1));
        Assert.Equal(1, await sink.CountAsync("refused_events_total", "malformed"));
    }

    public static TheoryData<string, byte[], string> Hostile => new()
    {
        { "another protocol", "GET / HTTP/1.1\r\n\r\n"u8.ToArray(), "protocol" },
        { "TLS", [0x16, 0x03, 0x01, 0x02, 0x00, 0x01], "protocol" },
        { "an event before a window", Json(1, "{}"), "protocol" },
        { "a window in a window", [.. Window(2), .. Json(1, "{}"), .. Window(2)], "protocol" },
        { "an unknown frame", [.. Window(1), .. "2X"u8, 0, 0, 0, 1], "protocol" },
        { "a window that claims too much", Window(uint.MaxValue), "too-large" },
        { "an event that claims too much", [.. Window(1), .. "2J"u8, .. Number(1), .. Number(uint.MaxValue)], "too-large" },
        { "an event of nothing", [.. Window(1), .. "2J"u8, .. Number(1), .. Number(0)], "protocol" },
        { "a compressed frame that claims too much", [.. Window(1), .. "2C"u8, .. Number(int.MaxValue)], "too-large" },
        { "a compressed frame that is none", [.. Window(1), .. "2C"u8, .. Number(4), 1, 2, 3, 4], "protocol" },
        { "a compressed frame that ends within an event", [.. Window(1), .. Compressed(Json(1, "{}")[..^1])], "protocol" },
        { "a compressed frame with too many events", [.. Window(1), .. Compressed([.. Json(1, "{}"), .. Json(2, "{}")])], "protocol" },
        { "a compressed frame in another", [.. Window(1), .. Compressed(Compressed(Json(1, "{}")))], "protocol" },
        { "pairs without end", [.. Window(1), .. "1D"u8, .. Number(1), .. Number(uint.MaxValue)], "protocol" },
        { "a zip bomb", [.. Window(1), .. Compressed(Json(1, $$"""{"a":"{{new string('x', 5_000_000)}}"}"""))], "too-large" },
        { "a compressed frame that was cut where it had been flushed", [.. Window(1), .. Flushed(Json(1, "{}"))], "protocol" },
        { "text that grows when it is written as JSON", [.. Window(1, '1'), .. Compressed(Data(1, ("line", new string('\u0001', 400_000))), '1')], "too-large" },
        { "compressed frames of nothing, without end", [.. Window(1), .. Enumerable.Repeat(Compressed([]), 1000).SelectMany(frame => frame)], "protocol" },
        { "half a window", [.. Window(2), .. Json(1, "{}")], "slow" },
        { "half a number", [.. "2W"u8, 0], "slow" },
        { "silence", [], "idle" },
    };

    /// <summary>A compressed frame of so many bytes: zlib's blocks may hold nothing (RFC 1951, 3.2.4).</summary>
    private static byte[] Padded(byte[] frames, int length)
    {
        var (low, high) = (1, 0);
        foreach (var part in frames)
        {
            low = (low + part) % 65521;
            high = (high + low) % 65521;
        }

        byte[] empty = [0, 0, 0, 0xFF, 0xFF];
        byte[] zlib =
        [
            0x78, 0x01, .. Enumerable.Repeat(empty, length / empty.Length).SelectMany(block => block),
            1, (byte)frames.Length, 0, (byte)~frames.Length, 0xFF, .. frames, .. Number(((uint)high << 16) | (uint)low),
        ];
        return [.. "2C"u8, .. Number((uint)zlib.Length), .. zlib];
    }

    /// <summary>A compressed frame that holds all of its frames, but not its own end.</summary>
    private static byte[] Flushed(byte[] frames)
    {
        using var output = new MemoryStream();
        using var zlib = new ZLibStream(output, CompressionLevel.Optimal);
        zlib.Write(frames);
        zlib.Flush();
        return [.. "2C"u8, .. Number((uint)output.Length), .. output.ToArray()];
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Bad_input_ends_its_connection_alone(string what, byte[] bytes, string reason)
    {
        await using var kafka = KafkaMockCluster.Start();
        await using var sink = await SinkRun.StartAsync(
            kafka.BootstrapServers,
            Settings with { MaxRequestBytes = 1_000_000 },
            new LumberjackLimits { IdleTimeout = TimeSpan.FromMilliseconds(700), WindowTimeout = TimeSpan.FromMilliseconds(500) });
        await using var hostile = await ConnectAsync(sink.Addresses.Lumberjack!);

        try
        {
            await hostile.SendAsync(bytes);
        }
        catch (IOException)
        {
            // It was cut off already.
        }

        Assert.True(await hostile.LastAcknowledgementAsync() is null, what);
        await using var good = await ConnectAsync(sink.Addresses.Lumberjack!);
        await good.SendAsync(Window(1), Json(1, "{}"));
        Assert.Equal(('2', 1u), await good.LastAcknowledgementAsync());
        Assert.Equal(1, await sink.CountAsync("lumberjack_connection_errors_total", reason));
        Assert.Equal(0, await sink.CountAsync("pending_bytes"));
    }

    [Fact]
    public async Task Frames_that_are_nearly_all_compression_have_an_end()
    {
        await using var kafka = KafkaMockCluster.Start();
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, Settings with { MaxRequestBytes = 1_000_000 });
        await using var hostile = await ConnectAsync(sink.Addresses.Lumberjack!);
        await hostile.SendAsync(Window(1000));
        var frame = Padded(Json(1, "{}"), 900_000);

        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            for (var i = 0; i < 1000; i++)
            {
                await hostile.SendAsync(frame);
            }
        });

        Assert.Null(await hostile.LastAcknowledgementAsync());
        await Eventually.TrueAsync(async () => await sink.CountAsync("lumberjack_connection_errors_total", "too-large") == 1 && await sink.CountAsync("pending_bytes") == 0);
    }

    [Fact]
    public async Task Peers_that_are_cut_off_leave_nothing_behind()
    {
        await using var kafka = KafkaMockCluster.Start();
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, Settings);
        for (var i = 0; i < 20; i++)
        {
            await using var peer = await ConnectAsync(sink.Addresses.Lumberjack!);
            await peer.SendAsync([.. Window(2), .. Json(1, "{}"), .. Json(2, "{}")[..(i % 12)]]);
            peer.Reset();
        }

        await Eventually.TrueAsync(async () => await sink.CountAsync("lumberjack_open_connections") == 0 && await sink.CountAsync("pending_bytes") == 0);
    }

    [Fact]
    public async Task While_Kafka_is_away_senders_are_told_to_wait_and_then_all_is_written()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(
            kafka.BootstrapServers,
            Settings with { DeliveryTimeout = TimeSpan.FromSeconds(1) },
            new LumberjackLimits { KeepAliveInterval = TimeSpan.FromMilliseconds(100) });
        await using var peer = await ConnectAsync(sink.Addresses.Lumberjack!);
        await peer.SendAsync(Window(1), Json(1, """{"n":1}"""));
        Assert.Equal(('2', 1u), await peer.LastAcknowledgementAsync());

        kafka.SetBrokerDown(1);
        await peer.SendAsync(Window(2), Json(1, """{"n":2}"""), Json(2, """{"n":3}"""));
        await Eventually.TrueAsync(async () => await sink.CountAsync("turned_away_total", "kafka") > 0 && await sink.CountAsync("lumberjack_keepalives_total") > 2);
        Assert.Equal(('2', 0u), await peer.AcknowledgementAsync());
        kafka.SetBrokerUp(1);

        Assert.Equal(('2', 2u), await peer.LastAcknowledgementAsync());
        Assert.Equal(["""{"n":1}""", """{"n":2}""", """{"n":3}"""], kafka.Values("orders", 3));
    }

    [Fact]
    public async Task The_lumberjack_output_is_told_nothing_while_its_first_window_is_held_up()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(
            kafka.BootstrapServers,
            Settings with { DeliveryTimeout = TimeSpan.FromSeconds(1), MaxPendingBytes = 10_000 },
            new LumberjackLimits { KeepAliveInterval = TimeSpan.FromMilliseconds(100), RetryPause = TimeSpan.FromMilliseconds(50), LongestRetryPause = TimeSpan.FromMilliseconds(100) });
        await using var first = await ConnectAsync(sink.Addresses.Lumberjack!);
        await first.SendAsync(Window(1), Json(1, "{}"));
        Assert.Equal(('2', 1u), await first.LastAcknowledgementAsync());
        kafka.SetBrokerDown(1);
        await first.SendAsync(Window(1), Json(1, $$"""{"a":"{{new string('x', 20_000)}}"}"""));
        await Eventually.TrueAsync(async () => await sink.CountAsync("pending_bytes") > 20_000);

        // The first one is alone, and the second one is the one that may go beyond the bound: all others wait.
        await using var second = await ConnectAsync(sink.Addresses.Lumberjack!);
        await second.SendAsync(Window(1), Json(1, $$"""{"a":"{{new string('x', 5_000)}}"}"""));
        await Eventually.TrueAsync(async () => await sink.CountAsync("pending_bytes") > 25_000);

        await using var output = await ConnectAsync(sink.Addresses.Lumberjack!);
        await output.SendAsync(Window(1, '1'), Compressed(Data(7, ("line", """{"n":1}""")), '1'));
        await using var beat = await ConnectAsync(sink.Addresses.Lumberjack!);
        await beat.SendAsync(Window(1), Json(1, """{"n":2}"""));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(('2', 0u), await beat.AcknowledgementAsync());
        }

        kafka.SetBrokerUp(1);

        // It reads one acknowledgement a window, and looks at nothing in it.
        Assert.Equal(('1', 7u), await output.AcknowledgementAsync());
        Assert.Equal(('2', 1u), await beat.LastAcknowledgementAsync());
        Assert.Equal(('2', 1u), await first.LastAcknowledgementAsync());
    }

    [Fact]
    public async Task A_topic_that_is_not_allowed_holds_its_sender_up()
    {
        await using var kafka = KafkaMockCluster.Start();
        await using var sink = await SinkRun.StartAsync(
            kafka.BootstrapServers,
            Settings with { Topic = "orders-%{region}", AllowedTopics = ["orders-eu"] },
            new LumberjackLimits { KeepAliveInterval = TimeSpan.FromMilliseconds(50), RetryPause = TimeSpan.FromMilliseconds(20) });
        await using var peer = await ConnectAsync(sink.Addresses.Lumberjack!);

        await peer.SendAsync(Window(2), Json(1, """{"region":"eu"}"""), Json(2, """{"region":"us"}"""));

        Assert.Equal(('2', 0u), await peer.AcknowledgementAsync());
        await Eventually.TrueAsync(async () => await sink.CountAsync("turned_away_total", "kafka") > 2);
        Assert.Equal(('2', 0u), await peer.AcknowledgementAsync());
        Assert.Contains("orders-us", sink.State.Message, StringComparison.Ordinal);
        Assert.Equal(0, await sink.CountAsync("events_total"));
    }

    [Fact]
    public async Task Escapes_for_half_a_character_end_no_connection()
    {
        await using var kafka = KafkaMockCluster.Start();
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, Settings with { Topic = "orders-%{region}" });
        await using var peer = await ConnectAsync(sink.Addresses.Lumberjack!);

        await peer.SendAsync(Window(1), Json(1, """{"\ud800":1,"region":"eu"}"""));

        Assert.Equal(('2', 1u), await peer.LastAcknowledgementAsync());
        Assert.Equal(1, await sink.CountAsync("events_total"));
    }

    [Fact]
    public async Task Windows_under_way_are_finished_before_the_end()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        kafka.SetRoundTripTime(1, TimeSpan.FromMilliseconds(300));
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, Settings);
        await using var peer = await ConnectAsync(sink.Addresses.Lumberjack!);
        await peer.SendAsync(Window(1), Json(1, """{"n":1}"""), Window(2), Json(1, "{}"));
        await Eventually.TrueAsync(async () => await sink.CountAsync("lumberjack_windows_total") == 1);

        await sink.StopAsync();

        Assert.Equal(('2', 1u), await peer.AcknowledgementAsync());
        Assert.Null(await peer.AcknowledgementAsync());
        Assert.Equal(["""{"n":1}"""], kafka.Values("orders", 1));
    }
}
