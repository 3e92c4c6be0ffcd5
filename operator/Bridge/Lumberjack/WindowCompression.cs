using System.Buffers;
using System.IO.Compression;

namespace KafkaLogstash.Bridge.Lumberjack;

/// <summary>Makes a window's frames into one compressed frame. The window frame stays outside of it, as in every known client.</summary>
internal static class WindowCompression
{
    /// <summary>Writes the window frame and the compressed frame.</summary>
    /// <param name="window">The window; sealed.</param>
    /// <param name="level">zlib's level, 1 to 9.</param>
    /// <param name="output">Where to.</param>
    public static void Write(Window window, int level, ArrayBufferWriter<byte> output)
    {
        output.ResetWrittenCount();
        var first = window.Blocks[0];
        output.Write(first.AsSpan(0, Frames.ShortLength));
        output.Advance(Clear(output.GetSpan(Frames.ShortLength)));
        using (var zlib = new ZLibStream(new BufferStream(output), new ZLibCompressionOptions { CompressionLevel = level }))
        {
            zlib.Write(first.AsSpan(Frames.ShortLength));
            for (var i = 1; i < window.Blocks.Count; i++)
            {
                zlib.Write(window.Blocks[i]);
            }
        }

        var written = System.Runtime.InteropServices.MemoryMarshal.AsMemory(output.WrittenMemory).Span[Frames.ShortLength..];
        Frames.WriteShort(written, Frames.Compressed, (uint)(written.Length - Frames.ShortLength));
    }

    private static int Clear(Span<byte> header)
    {
        header[..Frames.ShortLength].Clear();
        return Frames.ShortLength;
    }

    /// <summary>A stream that can only be written to, into a buffer.</summary>
    private sealed class BufferStream(ArrayBufferWriter<byte> output) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => output.WrittenCount;

        public override long Position
        {
            get => output.WrittenCount;
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => output.Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer) => output.Write(buffer);
    }
}
