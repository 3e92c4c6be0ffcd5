using System.Buffers.Binary;
using System.IO.Compression;

namespace KafkaLogstash.Tests.Unit.Bridge.Hostile;

/// <summary>
/// Reads what a Lumberjack v2 client writes, and takes nothing but what clients are known to write: a window frame, then as many JSON frames, numbered from 1 on, as they are or in one
/// compressed frame that holds exactly those. A window of none is a question whether the server is alive.
/// </summary>
internal static class StrictWindowReader
{
    /// <summary>Reads a window.</summary>
    /// <returns>The texts of its events; null at the end of the stream.</returns>
    /// <exception cref="InvalidDataException">It is not as it should be.</exception>
    /// <exception cref="EndOfStreamException">The stream ends within the window.</exception>
    public static async Task<IReadOnlyList<byte[]>?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var version = new byte[1];
        if (await stream.ReadAsync(version, cancellationToken) == 0)
        {
            return null;
        }

        var count = Number(await FrameAsync(stream, version[0], "W", 4, cancellationToken), 0);
        Demand(count <= int.MaxValue, $"a window of {count} events");
        if (count == 0)
        {
            return [];
        }

        var header = await ExactlyAsync(stream, 2, cancellationToken);
        if (header is not [(byte)'2', (byte)'C'])
        {
            return await EventsAsync(stream, header, (int)count, cancellationToken);
        }

        var compressed = await ExactlyAsync(stream, (int)Number(await ExactlyAsync(stream, 4, cancellationToken), 0), cancellationToken);
        using var inflated = new MemoryStream(Inflate(compressed));
        var events = await EventsAsync(inflated, await ExactlyAsync(inflated, 2, cancellationToken), (int)count, cancellationToken);
        Demand(inflated.Position == inflated.Length, "more in a compressed frame than its window has");
        return events;
    }

    private static async Task<List<byte[]>> EventsAsync(Stream stream, byte[] header, int count, CancellationToken cancellationToken)
    {
        var events = new List<byte[]>();
        while (true)
        {
            Demand(header is [(byte)'2', (byte)'J'], $"{Convert.ToHexString(header)} where an event begins");
            var numbers = await ExactlyAsync(stream, 8, cancellationToken);
            Demand(Number(numbers, 0) == events.Count + 1, $"number {Number(numbers, 0)} after {events.Count}");
            Demand(Number(numbers, 4) is > 0 and <= int.MaxValue, $"an event of {Number(numbers, 4)} bytes");
            events.Add(await ExactlyAsync(stream, (int)Number(numbers, 4), cancellationToken));
            if (events.Count == count)
            {
                return events;
            }

            header = await ExactlyAsync(stream, 2, cancellationToken);
        }
    }

    /// <summary>Inflates a whole zlib stream (RFC 1950), and checks what the library does not: that it begins as one, ends with its checksum, and nothing follows.</summary>
    private static byte[] Inflate(byte[] compressed)
    {
        Demand(compressed.Length > 6 && (compressed[0] & 0x0F) == 8 && ((compressed[0] << 8) + compressed[1]) % 31 == 0 && (compressed[1] & 0x20) == 0, "no zlib header");
        using var zlib = new ZLibStream(new MemoryStream(compressed), CompressionMode.Decompress);
        using var inflated = new MemoryStream();
        zlib.CopyTo(inflated);
        var bytes = inflated.ToArray();
        Demand(Number(compressed, compressed.Length - 4) == Adler32(bytes), "no checksum at the end of the compressed frame");
        return bytes;
    }

    private static uint Adler32(byte[] bytes)
    {
        uint a = 1, b = 0;
        foreach (var item in bytes)
        {
            a = (a + item) % 65521;
            b = (b + a) % 65521;
        }

        return (b << 16) | a;
    }

    private static async Task<byte[]> FrameAsync(Stream stream, byte version, string type, int length, CancellationToken cancellationToken)
    {
        var rest = await ExactlyAsync(stream, 1 + length, cancellationToken);
        Demand(version == '2' && rest[0] == type[0], $"{version:X2}{rest[0]:X2} where a frame {type} begins");
        return rest[1..];
    }

    private static async Task<byte[]> ExactlyAsync(Stream stream, int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    private static uint Number(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));

    private static void Demand(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException($"The client wrote {otherwise}.");
        }
    }
}
