using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace KafkaLogstash.Bridge.Source.Consuming;

/// <summary>A part of a record in the capture's buffer.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="Length">Its length; negative where the record has no such part.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CapturedBytes(int Start, int Length)
{
    /// <summary>Whether the record has no such part.</summary>
    public bool IsNull => Length < 0;
}

/// <summary>
/// Takes a record's bytes out of librdkafka's memory into one buffer that is used again for the next record, where Confluent.Kafka's own deserializers would allocate an array
/// for each. Belongs to the thread that consumes.
/// </summary>
internal sealed class RecordCapture
{
    private byte[] _buffer = new byte[4096];
    private int _used;

    /// <summary>Captures values.</summary>
    public IDeserializer<CapturedBytes> Values => new Capture(this);

    /// <summary>Captures keys, or skips them.</summary>
    /// <param name="wanted">Whether anybody asks for keys.</param>
    public IDeserializer<CapturedBytes> Keys(bool wanted) => wanted ? new Capture(this) : new Skip();

    /// <summary>Forgets the record before.</summary>
    public void Clear() => _used = 0;

    /// <summary>The bytes of a part.</summary>
    public ReadOnlySpan<byte> this[CapturedBytes part] => _buffer.AsSpan(part.Start, Math.Max(part.Length, 0));

    private CapturedBytes Take(ReadOnlySpan<byte> data)
    {
        if (_buffer.Length - _used < data.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _used + data.Length));
        }

        data.CopyTo(_buffer.AsSpan(_used));
        var part = new CapturedBytes(_used, data.Length);
        _used += data.Length;
        return part;
    }

    private sealed class Capture(RecordCapture owner) : IDeserializer<CapturedBytes>
    {
        public CapturedBytes Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) => isNull ? new(0, -1) : owner.Take(data);
    }

    private sealed class Skip : IDeserializer<CapturedBytes>
    {
        public CapturedBytes Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) => new(0, -1);
    }
}
