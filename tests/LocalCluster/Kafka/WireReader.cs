using System.Buffers.Binary;
using System.Text;

namespace KafkaLogstash.LocalCluster.Kafka;

/// <summary>Reads the primitives of Kafka's protocol in its old, not flexible form (https://kafka.apache.org/protocol#protocol_types).</summary>
internal sealed class WireReader(ReadOnlyMemory<byte> data)
{
    private int _at;

    /// <summary>INT8 and BOOLEAN.</summary>
    public byte Int8() => Take(1).Span[0];

    /// <summary>INT16.</summary>
    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2).Span);

    /// <summary>INT32.</summary>
    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4).Span);

    /// <summary>INT64.</summary>
    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8).Span);

    /// <summary>NULLABLE_STRING.</summary>
    public string? Text() => Int16() is var length and >= 0 ? Encoding.UTF8.GetString(Take(length).Span) : null;

    /// <summary>BYTES.</summary>
    public ReadOnlyMemory<byte> Bytes() => Take(Int32());

    /// <summary>ARRAY; null where the array is.</summary>
    public List<T>? Array<T>(Func<T> item)
    {
        var count = Int32();
        return count < 0 ? null : [.. Enumerable.Range(0, count).Select(_ => item())];
    }

    private ReadOnlyMemory<byte> Take(int length)
    {
        var taken = data.Slice(_at, length);
        _at += length;
        return taken;
    }
}
