using System.Numerics;

namespace KafkaLogstash.Bridge.Sink.Producing;

/// <summary>
/// Buffers that never move, so that librdkafka can read records where they were received, used again and again. Thread-safe: taken and given back once a request or window, not a record.
/// </summary>
/// <param name="keptBytes">The most bytes that wait here to be used again.</param>
internal sealed class PinnedBuffers(long keptBytes)
{
    /// <summary>The shortest buffer.</summary>
    public const int ShortestLength = 1 << ShortestPower;

    private const int ShortestPower = 16;

    /// <summary>Longer ones are rare, and left to the collector.</summary>
    private const int LongestKeptPower = 24;

    private readonly Lock _gate = new();
    private readonly Stack<byte[]>[] _free = [.. Enumerable.Range(0, LongestKeptPower - ShortestPower + 1).Select(_ => new Stack<byte[]>())];
    private long _kept;

    /// <summary>A buffer of at least so many bytes. What stands in it is not cleared.</summary>
    public byte[] Rent(int length)
    {
        var power = Math.Max(BitOperations.Log2((uint)Math.Max(length, 1) - 1 | 1) + 1, ShortestPower);
        if (power > LongestKeptPower)
        {
            return GC.AllocateUninitializedArray<byte>(length, pinned: true);
        }

        lock (_gate)
        {
            if (_free[power - ShortestPower].TryPop(out var buffer))
            {
                _kept -= buffer.Length;
                return buffer;
            }
        }

        return GC.AllocateUninitializedArray<byte>(1 << power, pinned: true);
    }

    /// <summary>Takes a buffer back.</summary>
    public void Return(byte[] buffer)
    {
        var power = BitOperations.Log2((uint)buffer.Length);
        if (!BitOperations.IsPow2(buffer.Length) || power is < ShortestPower or > LongestKeptPower)
        {
            return;
        }

        lock (_gate)
        {
            if (_kept + buffer.Length <= keptBytes)
            {
                _free[power - ShortestPower].Push(buffer);
                _kept += buffer.Length;
            }
        }
    }
}
