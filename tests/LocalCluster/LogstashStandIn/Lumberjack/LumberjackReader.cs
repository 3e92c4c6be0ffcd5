using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Lumberjack;

/// <summary>
/// Reads windows of the Lumberjack protocol, versions 1 and 2, from a connection. Numbers are unsigned, 32 bits, big endian; every frame starts with a
/// version and a type byte.
/// </summary>
internal sealed class LumberjackReader(Stream stream, EndPoint peer, int maxFrameBytes)
{
    /// <summary>Reads the next complete window.</summary>
    /// <returns>The window, or null where the client closed the connection between two windows.</returns>
    /// <exception cref="InvalidDataException">The bytes are not the protocol.</exception>
    /// <exception cref="EndOfStreamException">The connection ended in the middle of a window.</exception>
    public async Task<LumberjackWindow?> ReadWindowAsync(CancellationToken cancellationToken)
    {
        var header = new byte[2];
        if (await stream.ReadAtLeastAsync(header, 2, throwOnEndOfStream: false, cancellationToken) < 2)
        {
            return null;
        }

        CheckVersion(header[0]);
        if (header[1] != (byte)'W')
        {
            throw new InvalidDataException($"A window frame must come first, not a frame of type 0x{header[1]:x2}.");
        }

        var size = await ReadNumberAsync(stream, cancellationToken);
        var events = new List<LumberjackEvent>();
        while (events.Count < size)
        {
            await ReadFrameAsync(stream, events, cancellationToken);
        }

        return events.Count == size
            ? new LumberjackWindow(peer, header[0], events)
            : throw new InvalidDataException($"The window announced {size} events and brought {events.Count}.");
    }

    private async Task ReadFrameAsync(Stream source, List<LumberjackEvent> events, CancellationToken cancellationToken)
    {
        var header = new byte[2];
        await source.ReadExactlyAsync(header, cancellationToken);
        CheckVersion(header[0]);
        switch (header[1])
        {
            case (byte)'J':
                events.Add(new(await ReadNumberAsync(source, cancellationToken), await ReadBytesAsync(source, cancellationToken)));
                break;
            case (byte)'D':
                events.Add(new(await ReadNumberAsync(source, cancellationToken), await ReadPairsAsync(source, cancellationToken)));
                break;
            case (byte)'C':
                await ReadCompressedAsync(await ReadBytesAsync(source, cancellationToken), events, cancellationToken);
                break;
            default:
                throw new InvalidDataException($"Unknown frame type 0x{header[1]:x2} inside a window.");
        }
    }

    private async Task ReadCompressedAsync(byte[] compressed, List<LumberjackEvent> events, CancellationToken cancellationToken)
    {
        using var inflated = new MemoryStream();
        await using (var zlib = new ZLibStream(new MemoryStream(compressed), CompressionMode.Decompress))
        {
            var buffer = new byte[64 * 1024];
            for (int count; (count = await zlib.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                inflated.Write(buffer, 0, count);
                CheckLength(inflated.Length);
            }
        }

        inflated.Position = 0;
        while (inflated.Position < inflated.Length)
        {
            await ReadFrameAsync(inflated, events, cancellationToken);
        }
    }

    private async Task<byte[]> ReadPairsAsync(Stream source, CancellationToken cancellationToken)
    {
        var pairs = new JsonObject();
        for (var remaining = await ReadNumberAsync(source, cancellationToken); remaining > 0; remaining--)
        {
            var key = Encoding.UTF8.GetString(await ReadBytesAsync(source, cancellationToken));
            pairs[key] = Encoding.UTF8.GetString(await ReadBytesAsync(source, cancellationToken, mayBeEmpty: true));
        }

        return pairs.Count > 0 ? Encoding.UTF8.GetBytes(pairs.ToJsonString()) : throw new InvalidDataException("A data frame without pairs.");
    }

    private async Task<byte[]> ReadBytesAsync(Stream source, CancellationToken cancellationToken, bool mayBeEmpty = false)
    {
        var length = await ReadNumberAsync(source, cancellationToken);
        CheckLength(length);
        if (length == 0 && !mayBeEmpty)
        {
            throw new InvalidDataException("A frame without a payload.");
        }

        var bytes = new byte[length];
        await source.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    private static async Task<uint> ReadNumberAsync(Stream source, CancellationToken cancellationToken)
    {
        var bytes = new byte[4];
        await source.ReadExactlyAsync(bytes, cancellationToken);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private static void CheckVersion(byte version)
    {
        if (version is not ((byte)'1' or (byte)'2'))
        {
            throw new InvalidDataException($"Unknown protocol version 0x{version:x2}; is the client speaking TLS or HTTP to a plain Lumberjack port?");
        }
    }

    private void CheckLength(long length)
    {
        if (length > maxFrameBytes)
        {
            throw new InvalidDataException($"A frame of {length} bytes; {maxFrameBytes} are allowed.");
        }
    }
}
