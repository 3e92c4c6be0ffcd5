using System.Buffers.Binary;

namespace KafkaLogstash.Bridge.Lumberjack;

/// <summary>
/// The frames of Lumberjack, versions 1 and 2 (PROTOCOL.md of logstash-input-beats): a version byte, a type byte, then unsigned 32-bit integers, big endian.
/// </summary>
internal static class Frames
{
    /// <summary>Version 1, as of the lumberjack output.</summary>
    public const byte Version1 = (byte)'1';

    /// <summary>Version 2, as of Beats.</summary>
    public const byte Version2 = (byte)'2';

    /// <summary>How many events follow, as one window.</summary>
    public const byte Window = (byte)'W';

    /// <summary>An event as a JSON object: sequence number, length, text.</summary>
    public const byte Json = (byte)'J';

    /// <summary>An event as pairs of strings; version 1 only.</summary>
    public const byte Data = (byte)'D';

    /// <summary>Frames, compressed by zlib (RFC 1950): length, bytes.</summary>
    public const byte Compressed = (byte)'C';

    /// <summary>The highest sequence number that was taken; 0 only says that the server is alive.</summary>
    public const byte Acknowledgement = (byte)'A';

    /// <summary>Length of a window frame, of an acknowledgement, and of what precedes compressed bytes.</summary>
    public const int ShortLength = 6;

    /// <summary>Length of what precedes the text of an event.</summary>
    public const int JsonHeaderLength = 10;

    /// <summary>Writes a frame that is one number long, or the beginning of a compressed one.</summary>
    public static void WriteShort(Span<byte> frame, byte type, uint number)
    {
        frame[0] = Version2;
        frame[1] = type;
        BinaryPrimitives.WriteUInt32BigEndian(frame[2..], number);
    }

    /// <summary>Writes what precedes the text of an event.</summary>
    public static void WriteJsonHeader(Span<byte> frame, uint sequence, uint length)
    {
        WriteShort(frame, Json, sequence);
        BinaryPrimitives.WriteUInt32BigEndian(frame[ShortLength..], length);
    }
}
