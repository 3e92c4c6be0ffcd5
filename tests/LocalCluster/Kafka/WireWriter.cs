using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace KafkaLogstash.LocalCluster.Kafka;

/// <summary>Writes the primitives of Kafka's protocol in its old, not flexible form (https://kafka.apache.org/protocol#protocol_types).</summary>
internal sealed class WireWriter
{
    private readonly ArrayBufferWriter<byte> _data = new();

    /// <summary>INT8 and BOOLEAN.</summary>
    public WireWriter Int8(byte value)
    {
        _data.Write([value]);
        return this;
    }

    /// <summary>INT16.</summary>
    public WireWriter Int16(short value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteInt16BigEndian(bytes, value);
        _data.Write(bytes);
        return this;
    }

    /// <summary>INT32.</summary>
    public WireWriter Int32(int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        _data.Write(bytes);
        return this;
    }

    /// <summary>INT64.</summary>
    public WireWriter Int64(long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        _data.Write(bytes);
        return this;
    }

    /// <summary>NULLABLE_STRING.</summary>
    public WireWriter Text(string? value)
    {
        if (value is null)
        {
            return Int16(-1);
        }

        var bytes = Encoding.UTF8.GetBytes(value);
        Int16(checked((short)bytes.Length));
        _data.Write(bytes);
        return this;
    }

    /// <summary>BYTES without content.</summary>
    public WireWriter NoBytes() => Int32(0);

    /// <summary>ARRAY.</summary>
    public WireWriter Array<T>(IReadOnlyCollection<T> items, Action<T> write)
    {
        Int32(items.Count);
        foreach (var item in items)
        {
            write(item);
        }

        return this;
    }

    /// <summary>What was written, its length before it: a message.</summary>
    public byte[] ToMessage()
    {
        var message = new byte[4 + _data.WrittenCount];
        BinaryPrimitives.WriteInt32BigEndian(message, _data.WrittenCount);
        _data.WrittenSpan.CopyTo(message.AsSpan(4));
        return message;
    }
}
