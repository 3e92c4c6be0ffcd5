using System.Buffers;

namespace KafkaLogstash.Bridge.Sink.Producing;

/// <summary>Bytes that are received, one after the other, in one pinned buffer that grows as they come: what a sender claims costs nothing. Disposing gives the buffer back.</summary>
/// <param name="buffers">Where buffers come from.</param>
internal sealed class EventBuffer(PinnedBuffers buffers) : IBufferWriter<byte>, IDisposable
{
    private byte[] _bytes = [];

    /// <summary>How many bytes there are.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>The buffer that holds them. It does not move, but growing replaces it.</summary>
    public byte[] Bytes => _bytes;

    /// <inheritdoc/>
    public void Advance(int count) => Length += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(Length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(Length);
    }

    /// <summary>Makes room for so many more bytes, one at least.</summary>
    public void Reserve(int more)
    {
        var needed = checked(Length + Math.Max(more, 1));
        if (needed <= _bytes.Length)
        {
            return;
        }

        var longer = buffers.Rent((int)Math.Min(Math.Max(needed, 2L * _bytes.Length), Array.MaxLength));
        Written.CopyTo(longer);
        buffers.Return(_bytes);
        _bytes = longer;
    }

    /// <summary>Forgets the bytes from a place on.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Forgets the first bytes.</summary>
    public void RemoveFirst(int count)
    {
        _bytes.AsSpan(count, Length - count).CopyTo(_bytes);
        Length -= count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        buffers.Return(_bytes);
        (_bytes, Length) = ([], 0);
    }
}
