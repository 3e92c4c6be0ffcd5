using CsCheck;
using KafkaLogstash.Bridge.Lumberjack.Server;
using KafkaLogstash.LocalCluster.Kafka;
using static KafkaLogstash.Tests.Unit.Bridge.Sink.LumberjackPeer;

namespace KafkaLogstash.Tests.Unit.Bridge.Sink;

/// <summary>
/// Streams of windows that were changed at random, over real connections: each is acknowledged exactly as far as it is right, then its connection ends, and others go on.
/// </summary>
public sealed class LumberjackFuzzTests
{
    private const int MostBytes = 1 << 20;

    /// <summary>More would take longer than a window may, on a busy machine.</summary>
    private const int MostPieces = 50;

    private static readonly byte[] Bomb = Compressed(Json(1, $$"""{"a":"{{new string('x', 5_000_000)}}"}"""));

    private static readonly Gen<string> Event = Gen.Frequency(
        (6, Gen.Int[0, 600].Select(length => $$"""{"a":"{{new string('x', length)}}"}""")),
        (1, Gen.Const("{}")),
        (1, Gen.String[1, 20].Where(text => text.Length > 0)));

    private static readonly Gen<byte[]> OneWindow = Gen.Select(Event.Array[0, 12], Gen.UInt, Gen.Bool, Gen.Int[0, 4]).Select((events, before, countsOn, way) =>
    {
        uint Sequence(int i) => (uint)i + 1 + (countsOn ? before : 0);
        byte[] Frames(Func<uint, string, byte[]> frame) => [.. events.SelectMany((text, i) => frame(Sequence(i), text))];
        var (json, data) = (Frames(Json), Frames((sequence, text) => Data(sequence, ("line", text))));
        return events.Length == 0 ? Window(0) : way switch
        {
            0 => [.. Window((uint)events.Length), .. json],
            1 => [.. Window((uint)events.Length), .. Compressed(json)],
            2 => [.. Window((uint)events.Length, '1'), .. Compressed(data, '1')],
            3 => [.. Window((uint)events.Length, '1'), .. data],
            _ => [.. Window((uint)events.Length), .. Compressed(Json(Sequence(0), events[0])), .. events.Skip(1).SelectMany((text, i) => Json(Sequence(i + 1), text))],
        };
    });

    /// <summary>Changes bytes in one place.</summary>
    private static readonly Gen<Func<byte[], byte[]>> Change = Gen.Select(Gen.Int[0, 9], Gen.Double[0, 1], Gen.Int[0, 60], Gen.UInt).Select((kind, where, length, number) => new Func<byte[], byte[]>(bytes =>
    {
        var at = (int)(bytes.Length * where);
        var to = Math.Min(at + length, bytes.Length);
        return kind switch
        {
            0 => [.. bytes[..at], (byte)number, .. bytes[Math.Min(at + 1, bytes.Length)..]],
            1 => bytes[..at],
            2 => [.. bytes[..to], .. bytes[at..to], .. bytes[to..]],
            3 => [.. bytes[..at], .. bytes[to..]],
            4 => [.. bytes[..at], .. "2A"u8, .. Number(number), .. bytes[at..]],
            5 => Overwrite(bytes, bytes.AsSpan(at).IndexOf("2J"u8) is var next and >= 0 ? at + next + 6 : at, number),
            6 => Overwrite(bytes, bytes.AsSpan(at).IndexOf("2C"u8) is var next and >= 0 ? at + next + 2 : at, number % 5000),
            7 => Overwrite(bytes, bytes.AsSpan(at).IndexOf("W"u8) is var next and >= 0 ? at + next + 1 : at, number % 20),
            8 => [.. bytes[..at], .. Compressed(bytes[at..to]), .. bytes[to..]],
            _ => [.. bytes[..at], .. Window(1), .. Bomb, .. bytes[at..]],
        };
    }));

    private static readonly Gen<byte[]> Stream = Gen.Select(OneWindow.Array[1, 5], Change.Array[0, 3]).Select((windows, changes) =>
        changes.Aggregate(windows.SelectMany(window => window).ToArray(), (bytes, change) => change(bytes)));

    private static readonly Gen<Ending> Endings = Gen.Frequency((6, Gen.Const(Ending.HalfClose)), (3, Gen.Const(Ending.Reset)), (1, Gen.Const(Ending.Silence)));

    [Fact]
    public async Task Whatever_comes_is_acknowledged_as_far_as_it_is_right_and_then_ends()
    {
        var (least, most) = (0L, 0L);
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(
            kafka.BootstrapServers,
            SinkRun.Settings with { LumberjackPort = 0, MaxRequestBytes = MostBytes, MaxPendingBytes = 4 * MostBytes },
            new LumberjackLimits { IdleTimeout = TimeSpan.FromSeconds(6), WindowTimeout = TimeSpan.FromSeconds(20), KeepAliveInterval = TimeSpan.FromMinutes(1) });
        using var over = new CancellationTokenSource();
        var neighbour = SendUntilAsync(sink, over.Token);

        await Gen.Select(Stream, Gen.Int[1, 3000].Array[1, 6], Endings).Seeded().SampleAsync(
            async (bytes, pieces, ending) =>
            {
                var expected = ExpectedWindows.Of(bytes, MostBytes);
                var acknowledged = await AcknowledgedAsync(sink, bytes, pieces, ending);

                Assert.Equal(expected.Acknowledgements.Take(acknowledged.Count), acknowledged);
                if (ending != Ending.Reset && !expected.IsBroken)
                {
                    // Where something is wrong, what is not read any more resets the connection, and with it acknowledgements that are on their way.
                    Assert.Equal(expected.Acknowledgements.Count, acknowledged.Count);
                    Interlocked.Add(ref least, expected.Events);
                }

                Interlocked.Add(ref most, expected.Events);
                Assert.InRange(await sink.CountAsync("pending_bytes"), 0, 6 * MostBytes);
            },
            iter: 200,
            threads: 8,
            print: sample => $"{Convert.ToHexString(sample.Item1.AsSpan(0, Math.Min(sample.Item1.Length, 2000)))} {string.Join(',', sample.Item2)} {sample.Item3}");

        await over.CancelAsync();
        var others = await neighbour;
        await Eventually.TrueAsync(async () => await sink.CountAsync("lumberjack_open_connections") == 0);
        Assert.Equal(0, await sink.CountAsync("pending_bytes"));
        Assert.Equal(0, await sink.CountAsync("lumberjack_in_flight_windows"));
        Assert.InRange(await sink.CountAsync("events_total") + await sink.CountAsync("refused_events_total") - others, least, most);
    }

    /// <summary>What a sender does when it has sent all.</summary>
    private enum Ending
    {
        /// <summary>It closes its half of the connection.</summary>
        HalfClose,

        /// <summary>It resets the connection.</summary>
        Reset,

        /// <summary>It waits.</summary>
        Silence,
    }

    private static byte[] Overwrite(byte[] bytes, int at, uint number) => at + 4 > bytes.Length ? bytes : [.. bytes[..at], .. Number(number), .. bytes[(at + 4)..]];

    private static async Task<List<(char Version, uint Sequence)>> AcknowledgedAsync(SinkRun sink, byte[] bytes, int[] pieces, Ending ending)
    {
        var acknowledged = new List<(char Version, uint Sequence)>();
        await using var peer = await ConnectAsync(sink.Addresses.Lumberjack!);
        try
        {
            for (var (sent, piece) = (0, 0); sent < bytes.Length; piece++)
            {
                var length = Math.Min(Math.Max(pieces[piece % pieces.Length], bytes.Length / MostPieces), bytes.Length - sent);
                await peer.SendAsync(bytes[sent..(sent + length)]);
                sent += length;
            }

            if (ending == Ending.Reset)
            {
                peer.Reset();
                return acknowledged;
            }

            if (ending == Ending.HalfClose)
            {
                peer.HalfClose();
            }
        }
        catch (IOException)
        {
            // It was cut off: what it has sent was wrong, and the rest is not wanted.
        }

        while (await peer.AcknowledgementAsync() is { } acknowledgement)
        {
            acknowledged.Add(acknowledgement);
        }

        return acknowledged;
    }

    /// <summary>A sender as it should be. It is to notice nothing.</summary>
    /// <returns>How many events it has sent.</returns>
    private static async Task<int> SendUntilAsync(SinkRun sink, CancellationToken over)
    {
        var sent = 0;
        await using var peer = await ConnectAsync(sink.Addresses.Lumberjack!);
        for (; !over.IsCancellationRequested; sent += 2)
        {
            await peer.SendAsync(Window(2), Json(1, "{}"), Json(2, "{}"));
            Assert.Equal(('2', 2u), await peer.AcknowledgementAsync());
        }

        return sent;
    }
}
