using System.Buffers.Binary;
using System.IO.Compression;

namespace KafkaLogstash.Soak.Sink;

/// <summary>Frames of Lumberjack version 2 as a sender writes them, from the protocol's description alone.</summary>
internal static class LumberjackFrames
{
    /// <summary>The length of an acknowledgement.</summary>
    public const int AcknowledgementLength = 6;

    /// <summary>A window.</summary>
    /// <param name="sender">Whose events they are.</param>
    /// <param name="first">The first one's number.</param>
    /// <param name="count">How many.</param>
    /// <param name="compressed">Whether its events are in one compressed frame.</param>
    public static byte[] Window(int sender, int first, int count, bool compressed)
    {
        using var frames = new MemoryStream();
        for (var i = 0; i < count; i++)
        {
            var json = SinkEvents.Write(sender, first + i);
            frames.Write("2J"u8);
            frames.Write(Number(i + 1));
            frames.Write(Number(json.Length));
            frames.Write(json);
        }

        byte[] head = [.. "2W"u8, .. Number(count)];
        if (!compressed)
        {
            return [.. head, .. frames.ToArray()];
        }

        using var deflated = new MemoryStream();
        using (var zlib = new ZLibStream(deflated, CompressionLevel.Fastest, leaveOpen: true))
        {
            frames.Position = 0;
            frames.CopyTo(zlib);
        }

        return [.. head, .. "2C"u8, .. Number((int)deflated.Length), .. deflated.ToArray()];
    }

    /// <summary>The number of an acknowledgement; null if it is none.</summary>
    public static uint? Acknowledged(ReadOnlySpan<byte> frame) =>
        frame is [(byte)'2', (byte)'A', _, _, _, _] ? BinaryPrimitives.ReadUInt32BigEndian(frame[2..]) : null;

    private static byte[] Number(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }
}
