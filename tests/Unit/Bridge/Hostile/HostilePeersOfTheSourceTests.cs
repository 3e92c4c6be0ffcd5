using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using KafkaLogstash.Bridge.Source.Delivery;
using KafkaLogstash.Bridging;
using KafkaLogstash.LocalCluster.Kafka;
using KafkaLogstash.Tests.Unit.Bridge.Source;
using KafkaLogstash.Tests.Unit.LocalCluster.LogstashStandIn;
using Microsoft.Extensions.Time.Testing;

namespace KafkaLogstash.Tests.Unit.Bridge.Hostile;

/// <summary>
/// A source bridge whose Logstash is none, or breaks its protocol: it says so with the peer's address and what to look at, commits nothing, keeps within its bounds, and delivers every
/// record once the peer is as it should be.
/// </summary>
public sealed class HostilePeersOfTheSourceTests
{
    private const int Count = 200;
    private const int Partitions = 2;
    private const long MostBytes = 64_000;
    private const string Tls = "does the beats input have the same TLS settings";
    private const string Foreign = "Is there a beats input at this port";

    private static readonly TimeSpan ShortTimeout = TimeSpan.FromMilliseconds(400);

    private static readonly Dictionary<string, (Hostility Does, string Said)> Peers = new(StringComparer.Ordinal)
    {
        ["accepts and closes"] = (Hostilities.Close, Tls),
        ["accepts and resets"] = (Hostilities.Reset, Tls),
        ["never reads"] = (Hostilities.Hang, "was silent for 0.4 s"),
        ["never answers"] = (Hostilities.Swallow, "was silent for 0.4 s"),
        ["reads a byte at a time"] = (Hostilities.Dribble, "was silent for 0.4 s"),
        ["resets within a window"] = (Hostilities.ResetWithin, "Logstash reset the connection"),
        ["acknowledges more than a window has"] = (Hostilities.AnswerWindows(count => ScriptedLogstash.Acknowledgement((uint)count + 1)), "of a window that has"),
        ["acknowledges all there can be"] = (Hostilities.AnswerWindows(_ => ScriptedLogstash.Acknowledgement(uint.MaxValue)), "of a window that has"),
        ["acknowledges what was never sent"] = (Hostilities.Answer([.. ScriptedLogstash.Acknowledgement(uint.MaxValue), .. ScriptedLogstash.Acknowledgement(7)]), "acknowledged"),
        ["acknowledges half a window, then less"] = (
            Hostilities.AnswerWindows(count => [.. ScriptedLogstash.Acknowledgement((uint)count - 1), .. ScriptedLogstash.Acknowledgement(1)]), "was silent for 0.4 s"),
        ["sends half an acknowledgement"] = (Hostilities.Answer("2A\0"u8.ToArray()), "was silent for 0.4 s"),
        ["speaks HTTP"] = (Hostilities.Answer("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"u8.ToArray()), Foreign),
        ["speaks TLS"] = (Hostilities.Answer([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x0A]), Foreign),
        ["sends garbage"] = (Hostilities.Answer(Garbage(10_000)), Foreign),
        ["speaks Lumberjack v1"] = (Hostilities.AnswerWindows(_ => "1A\0\0\0\x01"u8.ToArray()), Foreign),
    };

    public static TheoryData<string> Names => [.. Peers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_hostile_peer_costs_time_and_no_record(string peer)
    {
        var (does, said) = Peers[peer];
        await using var kafka = await FilledAsync();
        await using var logstash = ScriptedLogstash.Start(does, receiveBuffer: 1024);
        var log = new LogLines();
        await using var bridge = SourceRun.Start(kafka, Settings(logstash.Address), log: log);

        await Eventually.Async(() => log.Any(line => line.Contains(logstash.Address, StringComparison.Ordinal) && line.Contains(said, StringComparison.Ordinal)), $"the log says '{said}'");
        Assert.False(bridge.Running.IsCompleted);
        Assert.Equal(0, Records.Committed(kafka, Partitions));
        Assert.InRange(bridge.Metric("in_flight_bytes"), 0, MostBytes + 2000);

        logstash.Relent();
        await Eventually.Async(() => Numbers(logstash).Count() == Count, "all records arrive");
        await bridge.StopAsync();
        Assert.Equal(Count, Records.Committed(kafka, Partitions));
    }

    [Fact]
    public async Task Readiness_names_the_peer_that_accepts_and_closes_as_long_as_it_does_and_attempts_get_rarer()
    {
        await using var kafka = await FilledAsync();
        await using var logstash = ScriptedLogstash.Start(Hostilities.Close);
        var log = new LogLines();
        await using var bridge = SourceRun.Start(kafka, Settings(logstash.Address), log: log);
        await Eventually.Async(() => bridge.State.Message.Contains(Tls, StringComparison.Ordinal), "the state names the trouble");
        var began = TimeProvider.System.GetTimestamp();
        var before = logstash.Accepted;

        await Eventually.Async(
            () =>
            {
                Assert.False(bridge.State.Ready);
                Assert.StartsWith($"Logstash: {logstash.Address}: Logstash ", bridge.State.Message, StringComparison.Ordinal);
                return logstash.Accepted > before;
            },
            "a further attempt is made");

        // Pauses double from 0.2 s on, give or take half: one of the first is 0.1 s at least.
        Assert.InRange(logstash.Accepted - before, 1, 2 + (TimeProvider.System.GetElapsedTime(began) / TimeSpan.FromMilliseconds(100)));
        Assert.DoesNotContain(log.All, line => line.StartsWith("Connected", StringComparison.Ordinal) && line != log.All.First(first => first.StartsWith("Connected", StringComparison.Ordinal)));
        logstash.Relent();
        await Eventually.Async(() => bridge.State.Ready, "the state is good again");
        await Eventually.Async(() => Numbers(logstash).Count() == Count, "all records arrive");
    }

    [Theory]
    [InlineData("reads a byte at a time")]
    [InlineData("never reads")]
    [InlineData("accepts and closes")]
    [InlineData("speaks HTTP")]
    public async Task Beside_a_hostile_peer_the_others_go_on_and_get_its_records(string peer)
    {
        await using var kafka = await FilledAsync();
        await using var hostile = ScriptedLogstash.Start(Peers[peer].Does, receiveBuffer: 1024);
        await using var friendly = ScriptedLogstash.Start(hostility: null);
        await using var bridge = SourceRun.Start(kafka, Settings(hostile.Address, friendly.Address));

        await Eventually.Async(() => Numbers(friendly).Count() == Count, "all records arrive at the other");
        await bridge.StopAsync();
        Assert.Equal(Count, Records.Committed(kafka, Partitions));
    }

    [Fact]
    public async Task A_Logstash_that_only_says_that_it_is_alive_is_waited_for_named_and_not_sent_more()
    {
        await using var kafka = await FilledAsync();
        await using var logstash = ScriptedLogstash.Start(Hostilities.KeepAlive);
        var log = new LogLines();
        await using var bridge = SourceRun.Start(
            kafka, Settings(logstash.Address) with { MaxBytesInFlight = 2000, BusyTimeout = ShortTimeout }, log: log);

        await Eventually.Async(() => bridge.State.Message.Contains($"Logstash at {logstash.Address} has acknowledged nothing for", StringComparison.Ordinal), "the state names it");
        Assert.True(bridge.State.Ready);
        Assert.Single(log.All, line => line.Contains("has acknowledged nothing", StringComparison.Ordinal));
        Assert.Equal(1, logstash.Accepted);
        Assert.InRange(bridge.Metric("in_flight_bytes"), 1, 4000);
        Assert.Equal(0, Records.Committed(kafka, Partitions));

        logstash.Relent();
        await Eventually.Async(() => Numbers(logstash).Count() == Count, "all records arrive");
        await Eventually.Async(() => bridge.State.Message == $"Reads {Partitions} partitions.", "the state forgets it");
    }

    [Fact]
    public async Task What_a_Logstash_holds_that_only_says_that_it_is_alive_goes_to_another_that_takes_events()
    {
        await using var kafka = await FilledAsync();
        await using var busy = ScriptedLogstash.Start(Hostilities.KeepAlive);
        await using var friendly = ScriptedLogstash.Start(hostility: null);
        var log = new LogLines();
        await using var bridge = SourceRun.Start(
            kafka, Settings(busy.Address, friendly.Address) with { BusyTimeout = TimeSpan.FromSeconds(1), KeepPartitionOrder = false, WindowSize = 10, MaxWindowsInFlight = 1 }, log: log);

        // Something must go to the other after the busy one got its windows.
        var sent = Count;
        await Eventually.Async(
            async () =>
            {
                await Records.ProduceAsync(kafka, 20, Partitions, sent);
                sent += 20;
                return log.Any(line => line.Contains(busy.Address, StringComparison.Ordinal) && line.Contains("while others did", StringComparison.Ordinal));
            },
            "the busy one is given up");
        await Eventually.Async(() => Numbers(friendly).Count() == sent, "all records arrive at the other");
        await bridge.StopAsync();
        Assert.Equal(sent, Records.Committed(kafka, Partitions));
    }

    [Fact]
    public async Task A_Logstash_that_ends_idle_connections_is_no_trouble()
    {
        var time = new FakeTimeProvider();
        await using var idle = ScriptedLogstash.Start(hostility: null);
        var log = new LogLines();
        await using var delivery = LoneDelivery.Start(Settings(idle.Address), log, time);
        await Eventually.Async(() => delivery.Turn() is null, "it is connected");

        time.Advance(TimeSpan.FromSeconds(60));
        idle.Relent();
        await Eventually.Async(() => delivery.Turn() is null && log.Any(line => line.Contains("nothing to send", StringComparison.Ordinal)), "it is noticed");
        time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.Async(() => idle.Accepted == 2, "it is connected again");

        Assert.Null(delivery.Turn());
        Assert.DoesNotContain(log.All, line => line.Contains("is tried again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_record_is_not_blamed_for_a_peer_that_takes_nothing_at_all()
    {
        // As a proxy does, one of whose Logstashes is gone: one window of the two gets through once, and before and after that connections end.
        var connections = 0;
        await using var logstash = ScriptedLogstash.Start(async (socket, cancellationToken) =>
        {
            var number = Interlocked.Increment(ref connections);
            await using var stream = new NetworkStream(socket, ownsSocket: false);
            if (await StrictWindowReader.ReadAsync(stream, cancellationToken) is { } window && number == 4)
            {
                await stream.WriteAsync(ScriptedLogstash.Acknowledgement((uint)window.Count), cancellationToken);
            }
        });
        var time = new FakeTimeProvider();
        await using var delivery = LoneDelivery.Start(OneByOne(logstash), new LogLines(), time);
        var progress = Filled(delivery, "0", "1");

        await PassAsync(delivery, time, () => logstash.Accepted >= 12, "it is refused often enough to be blamed");
        logstash.Relent();

        await PassAsync(delivery, time, () => progress.Position == 2, "both are delivered");
        Assert.Empty(delivery.Undeliverable);
    }

    [Fact]
    public async Task A_record_that_a_Logstash_refuses_which_takes_others_is_found_behind_one_window_at_a_time()
    {
        await using var logstash = ScriptedLogstash.Start(async (socket, cancellationToken) =>
        {
            await using var stream = new NetworkStream(socket, ownsSocket: false);
            while (await StrictWindowReader.ReadAsync(stream, cancellationToken) is { } window && !window[0].AsSpan().SequenceEqual("poison"u8))
            {
                await stream.WriteAsync(ScriptedLogstash.Acknowledgement((uint)window.Count), cancellationToken);
            }
        });
        var time = new FakeTimeProvider();
        await using var delivery = LoneDelivery.Start(OneByOne(logstash), new LogLines(), time);
        var progress = Filled(delivery, "poison", "1", "2");

        await PassAsync(delivery, time, () => progress.Position == 3, "the others are delivered");
        Assert.Equal([0], delivery.Undeliverable);
    }

    [Fact]
    public async Task A_record_is_not_blamed_for_a_Logstash_that_ends_again_and_again_while_it_works_on_it()
    {
        var connections = 0;
        await using var logstash = ScriptedLogstash.Start(async (socket, cancellationToken) =>
        {
            // At first it comes to take nothing, which halves the window; later the window that it takes first.
            var takes = Interlocked.Increment(ref connections) > 7 ? 1 : 0;
            await using var stream = new NetworkStream(socket, ownsSocket: false);
            for (; await StrictWindowReader.ReadAsync(stream, cancellationToken) is { } window && takes > 0; takes--)
            {
                await stream.WriteAsync(ScriptedLogstash.Acknowledgement((uint)window.Count), cancellationToken);
            }
        });
        var time = new FakeTimeProvider();
        await using var delivery = LoneDelivery.Start(OneByOne(logstash) with { WindowSize = 16, MaxWindowsInFlight = 4 }, new LogLines(), time);
        var progress = Filled(delivery, [.. Enumerable.Range(0, 16).Select(number => $"{number}")]);

        await PassAsync(delivery, time, () => logstash.Accepted >= 10, "it ends often");
        logstash.Relent();

        await PassAsync(delivery, time, () => progress.Position == 16, "all are delivered");
        Assert.Empty(delivery.Undeliverable);
    }

    [Fact]
    public async Task What_a_Logstash_holds_that_takes_nothing_keeps_no_room_from_the_others()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", Partitions);
        await using var busy = ScriptedLogstash.Start(Hostilities.KeepAlive);
        var open = new TaskCompletionSource();
        await using var friendly = Receiver.Start((_, _, token) => open.Task.WaitAsync(token));

        // All records of a partition take 16 KB, and what is read at once more than half the bound.
        var settings = Settings(busy.Address, friendly.Address) with { WindowSize = 10, MaxBytesInFlight = 18_000, AcknowledgementTimeout = TimeSpan.FromSeconds(1) };
        await using var bridge = SourceRun.Start(kafka, settings);
        await Eventually.Async(() => bridge.Metric("connections") == 2 && bridge.Metric("partitions") == Partitions, "all are connected");
        await Records.ProduceAsync(kafka, 2 * Count, Partitions);
        await Eventually.Async(() => bridge.Metric("paused_partitions") == Partitions, "there is no room");

        open.SetResult();

        await Eventually.Async(() => friendly.Count >= Count, "all records of a partition arrive");
    }

    [Fact]
    public async Task A_Logstash_that_was_given_up_gets_one_window_until_it_takes_it()
    {
        var windows = new ConcurrentQueue<int>();
        var connections = 0;
        await using var busy = ScriptedLogstash.Start(async (socket, cancellationToken) =>
        {
            var connection = Interlocked.Increment(ref connections);
            await using var stream = new NetworkStream(socket, ownsSocket: false);
            var reading = StrictWindowReader.ReadAsync(stream, cancellationToken);
            while (true)
            {
                await stream.WriteAsync(ScriptedLogstash.Acknowledgement(0), cancellationToken);
                if (await Task.WhenAny(reading, Task.Delay(5, cancellationToken)) != reading)
                {
                    continue;
                }

                if (await reading is null)
                {
                    return;
                }

                windows.Enqueue(connection);
                reading = StrictWindowReader.ReadAsync(stream, cancellationToken);
            }
        });
        await using var friendly = ScriptedLogstash.Start(hostility: null);
        var time = new FakeTimeProvider();
        var settings = SourceRun.Settings(busy.Address, friendly.Address) with
        {
            WindowSize = 1,
            MaxWindowsInFlight = 4,
            AcknowledgementTimeout = TimeSpan.FromHours(1),
            BusyTimeout = TimeSpan.FromHours(2),
            ConnectTimeout = TimeSpan.FromDays(1),
        };
        await using var delivery = LoneDelivery.Start(settings, new LogLines(), time);
        await Eventually.Async(() => delivery.Turn() is null && busy.Accepted == 1 && friendly.Accepted == 1, "both are connected");
        var progresses = Enumerable.Range(0, 12).Select(partition => new PartitionProgress(new("orders", partition))).ToArray();
        var offset = 0;

        await Eventually.Async(
            () =>
            {
                // One takes nothing, and the other does: it is given up.
                AddToIdle(delivery, progresses, ref offset);
                delivery.Turn();
                time.Advance(TimeSpan.FromMinutes(3));
                return busy.Accepted == 2;
            },
            "the busy one is given up, and connected again");
        await Eventually.Async(
            () =>
            {
                delivery.Turn();
                return progresses.All(progress => !progress.IsUnderWay);
            },
            "what it had arrives at the other");
        for (var i = 0; i < 3; i++)
        {
            AddToIdle(delivery, progresses, ref offset);
            await Eventually.Async(
                () =>
                {
                    delivery.Turn();
                    return progresses.Count(progress => progress.IsUnderWay) <= 1;
                },
                "all but one window arrive at the other");
        }

        Assert.InRange(windows.Count(connection => connection == 2), 0, 1);
    }

    private static void AddToIdle(LoneDelivery delivery, IEnumerable<PartitionProgress> progresses, ref int offset)
    {
        foreach (var progress in progresses.Where(progress => !progress.IsUnderWay))
        {
            delivery.Add(progress, offset++, "{}");
        }
    }

    private static SourceSettings OneByOne(ScriptedLogstash logstash) => SourceRun.Settings(logstash.Address) with
    {
        WindowSize = 1,
        MaxWindowsInFlight = 1,

        // The clock is turned fast.
        AcknowledgementTimeout = TimeSpan.FromDays(1),
        ConnectTimeout = TimeSpan.FromDays(1),
    };

    private static PartitionProgress Filled(LoneDelivery delivery, params string[] texts)
    {
        var progress = new PartitionProgress(new("orders", 0));
        foreach (var (offset, text) in texts.Index())
        {
            delivery.Add(progress, offset, text);
        }

        return progress;
    }

    private static Task PassAsync(LoneDelivery delivery, FakeTimeProvider time, Func<bool> until, string what) => Eventually.Async(
        () =>
        {
            delivery.Turn();
            time.Advance(TimeSpan.FromSeconds(1));
            return until();
        },
        what);

    private static SourceSettings Settings(params IEnumerable<string> hosts) => SourceRun.Settings(hosts) with
    {
        WindowSize = 25,
        MaxBytesInFlight = MostBytes,
        AcknowledgementTimeout = ShortTimeout,
        ConnectTimeout = ShortTimeout,
    };

    private static async Task<KafkaMockCluster> FilledAsync()
    {
        var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", Partitions);
        await Records.ProduceAsync(kafka, Count, Partitions);
        return kafka;
    }

    private static IEnumerable<int> Numbers(ScriptedLogstash logstash) => Numbers(logstash.Events);

    private static IEnumerable<int> Numbers(IEnumerable<byte[]> events) =>
        events.Select(text => JsonDocument.Parse(Encoding.UTF8.GetString(text)).RootElement.GetProperty("n").GetInt32()).Distinct();

    private static byte[] Garbage(int length)
    {
        var bytes = new byte[length];
        new Random(20261123).NextBytes(bytes);
        return bytes;
    }
}
