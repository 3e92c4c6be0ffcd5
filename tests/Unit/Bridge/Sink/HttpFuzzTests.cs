using System.Globalization;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using CsCheck;
using KafkaLogstash.LocalCluster.Kafka;

namespace KafkaLogstash.Tests.Unit.Bridge.Sink;

/// <summary>Requests that were changed at random, over real connections: whatever is wrong with one is told to its sender, never by a 500, and others go on.</summary>
public sealed class HttpFuzzTests
{
    private const int MostPieces = 50;

    private static readonly byte[] Bomb = Compress(Encoding.UTF8.GetBytes($$"""[{"a":"{{new string('x', 50_000_000)}}"}]"""), "gzip");

    private static readonly Gen<byte[]> Body = Gen.Frequency(
        (20, Gen.Select(Gen.Int[0, 300].Array[0, 20], Gen.Bool).Select((lengths, isArray) =>
        {
            var events = lengths.Select(length => $$"""{"a":"{{new string('ä', length)}}","n":[{{length}},null,{}]}""");
            return Encoding.UTF8.GetBytes(isArray ? $"[{string.Join(',', events)}]" : string.Join("\r\n", events));
        })),
        (1, Gen.Byte.Array[0, 200]));

    /// <summary>Changes bytes in one place.</summary>
    private static readonly Gen<Func<byte[], byte[]>> Change = Gen.Select(Gen.Int[0, 4], Gen.Double[0, 1], Gen.Int[0, 60], Gen.Byte).Select((kind, where, length, value) => new Func<byte[], byte[]>(bytes =>
    {
        var at = (int)(bytes.Length * where);
        var to = Math.Min(at + length, bytes.Length);
        return kind switch
        {
            0 => [.. bytes[..at], value, .. bytes[Math.Min(at + 1, bytes.Length)..]],
            1 => bytes[..at],
            2 => [.. bytes[..to], .. bytes[at..to], .. bytes[to..]],
            3 => [.. bytes[..at], .. bytes[to..]],
            _ => [.. bytes[..at], value, .. bytes[at..]],
        };
    }));

    private static readonly Gen<(string Coding, byte[] Body)> Coded = Gen.Frequency(
        (30, Gen.Select(Body, Gen.OneOf(Gen.Const("identity"), Gen.Const("gzip"), Gen.Const("deflate")), Change.Array[0, 2], Gen.Bool).Select((body, coding, changes, isCodedLast) =>
            (coding, isCodedLast ? Compress(changes.Aggregate(body, (bytes, change) => change(bytes)), coding) : changes.Aggregate(Compress(body, coding), (bytes, change) => change(bytes))))),
        (1, Gen.Const(("gzip", Bomb))));

    /// <summary>How a body is framed: its length, too long a length, chunks, and chunks of which one is none.</summary>
    private enum Framing
    {
        Length,
        TooLong,
        Chunks,
        BrokenChunks,
    }

    [Fact]
    public async Task Whatever_comes_is_answered_by_what_it_is()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, SinkRun.Settings with { MaxRequestBytes = 1 << 20, MaxPendingBytes = 4 << 20 });
        using var over = new CancellationTokenSource();
        var neighbour = PostUntilAsync(sink, over.Token);

        await Gen.Select(Coded, Gen.Enum<Framing>(), Gen.Int[1, 2000].Array[1, 5]).Seeded().SampleAsync(
            async (coded, framing, pieces) =>
            {
                var (status, written) = await AnswerAsync(sink, coded.Coding, coded.Body, framing, pieces);
                var isWhole = framing is Framing.Length or Framing.Chunks;
                if (isWhole && Events(coded.Coding, coded.Body) is { } events)
                {
                    Assert.Equal((200, events), (status, written));
                }
                else if (status == 200)
                {
                    // Events that follow each other without a line's end between them are taken as well.
                    Assert.True(isWhole && written > 0, $"{framing}: {written}");
                }
                else
                {
                    Assert.True(status is 400 or 413 || (status == 0 && !isWhole), $"{framing}: {status}");
                }
            },
            iter: 400,
            threads: 8,
            print: sample => $"{sample.Item1.Coding} {Convert.ToHexString(sample.Item1.Body.AsSpan(0, Math.Min(sample.Item1.Body.Length, 2000)))} {sample.Item2} {string.Join(',', sample.Item3)}");

        await over.CancelAsync();
        await neighbour;
        await Eventually.TrueAsync(async () => await sink.CountAsync("in_flight_requests") == 0);
        Assert.Equal(0, await sink.CountAsync("pending_bytes"));
        Assert.Equal(0, await sink.CountAsync("requests_total", "status=\"5"));
    }

    private static byte[] Compress(byte[] bytes, string coding)
    {
        if (coding == "identity")
        {
            return bytes;
        }

        using var output = new MemoryStream();
        using (Stream compressing = coding == "gzip" ? new GZipStream(output, CompressionLevel.Optimal) : new ZLibStream(output, CompressionLevel.Optimal))
        {
            compressing.Write(bytes);
        }

        return output.ToArray();
    }

    /// <summary>How many events a body has, as other readers see it; null if they see none, or what is wrong.</summary>
    private static int? Events(string coding, byte[] body)
    {
        try
        {
            using var output = new MemoryStream();
            using (Stream input = coding switch
            {
                "identity" => new MemoryStream(body),
                "gzip" => new GZipStream(new MemoryStream(body), CompressionMode.Decompress),
                _ => new ZLibStream(new MemoryStream(body), CompressionMode.Decompress),
            })
            {
                input.CopyTo(output);
            }

            var text = output.ToArray();
            return text.Length > 1 << 20 || !Utf8.IsValid(text) ? null : Array(text) ?? Lines(text);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static int? Array(byte[] text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Array && document.RootElement.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object)
                ? document.RootElement.GetArrayLength()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static int? Lines(byte[] text)
    {
        var lines = Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        try
        {
            foreach (var line in lines)
            {
                using var document = JsonDocument.Parse(line);
                if (document.RootElement.ValueKind != JsonValueKind.Object)
                {
                    return null;
                }
            }

            return lines.Length == 0 ? null : lines.Length;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Sends a request in pieces.</summary>
    /// <returns>The answer's status, and how many events it says are written; 0 where the connection ended without an answer.</returns>
    private static async Task<(int Status, int Written)> AnswerAsync(SinkRun sink, string coding, byte[] body, Framing framing, int[] pieces)
    {
        byte[] request =
        [
            .. Encoding.ASCII.GetBytes($"POST /events HTTP/1.1\r\nHost: sink\r\nConnection: close\r\nContent-Encoding: {coding}\r\n"),
            .. Encoding.ASCII.GetBytes(framing is Framing.Length or Framing.TooLong
                ? string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length + (framing == Framing.TooLong ? 100 : 0)}\r\n\r\n")
                : "Transfer-Encoding: chunked\r\n\r\n"),
            .. framing is Framing.Length or Framing.TooLong ? body : Chunks(body, pieces, isBroken: framing == Framing.BrokenChunks),
        ];
        using var client = new TcpClient { NoDelay = true };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(SinkRun.Patience);
        using var answer = new MemoryStream();
        try
        {
            await client.ConnectAsync(sink.Addresses.Http, limit.Token);
            var stream = client.GetStream();
            for (var (sent, piece) = (0, 0); sent < request.Length; piece++)
            {
                var length = Math.Min(Math.Max(pieces[piece % pieces.Length], request.Length / MostPieces), request.Length - sent);
                await stream.WriteAsync(request.AsMemory(sent, length), limit.Token);
                sent += length;
            }

            if (framing == Framing.TooLong)
            {
                client.Client.Shutdown(SocketShutdown.Send);
            }

            await stream.CopyToAsync(answer, limit.Token);
        }
        catch (IOException)
        {
            // It was cut off, perhaps after an answer.
        }

        var text = Encoding.UTF8.GetString(answer.ToArray());
        if (text.Length == 0)
        {
            return (0, 0);
        }

        using var told = JsonDocument.Parse(text[text.IndexOf("\r\n\r\n", StringComparison.Ordinal)..]);
        return (int.Parse(text.Split(' ')[1], CultureInfo.InvariantCulture), told.RootElement.GetProperty("written").GetInt32());
    }

    private static byte[] Chunks(byte[] body, int[] pieces, bool isBroken)
    {
        var chunks = new List<byte>();
        for (var (sent, piece) = (0, 0); sent < body.Length; piece++)
        {
            var length = Math.Min(pieces[piece % pieces.Length], body.Length - sent);
            chunks.AddRange([.. Encoding.ASCII.GetBytes(length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"), .. body[sent..(sent + length)], .. "\r\n"u8]);
            sent += length;
        }

        chunks.AddRange(isBroken ? "zz\r\n\r\n"u8 : "0\r\n\r\n"u8);
        return [.. chunks];
    }

    /// <summary>A sender as it should be. It is to notice nothing.</summary>
    private static async Task PostUntilAsync(SinkRun sink, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await sink.PostAsync("/events", """[{"n":1},{"n":2}]""").ExpectAsync(200);
        }
    }
}
