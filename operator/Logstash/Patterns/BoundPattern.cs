using System.Buffers;
using System.Text.Json;

namespace KafkaLogstash.Logstash.Patterns;

/// <summary>A pattern that takes what it needs of an event from what <see cref="EventFields"/> found.</summary>
public sealed class BoundPattern
{
    private readonly EventPattern _pattern;
    private readonly int[] _slots;

    internal BoundPattern(EventPattern pattern, int[] slots) => (_pattern, _slots) = (pattern, slots);

    /// <summary>Writes the pattern with an event's values. A reference without a value is written as it stands in the pattern, as Logstash does.</summary>
    /// <param name="json">The JSON that the reader was given.</param>
    /// <param name="values">What was found.</param>
    /// <param name="output">Where to.</param>
    /// <returns>The first reference without a value, as it stands in the pattern; null when all have one.</returns>
    public string? Write(ReadOnlySpan<byte> json, ReadOnlySpan<FieldValue> values, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        string? unresolved = null;
        var parts = _pattern.Parts;
        for (var i = 0; i < parts.Length; i++)
        {
            var part = parts[i];
            if (_slots[i] < 0)
            {
                output.Write(part.Utf8);
                continue;
            }

            var value = values[_slots[i]];
            if (value.Kind is JsonTokenType.None or JsonTokenType.Null || (part.Date is not null && !TryWriteDate(part.Date, value, json, output)))
            {
                output.Write(part.Utf8);
                unresolved ??= part.Text;
            }
            else if (part.Date is null)
            {
                FieldText.Write(value, json, output);
            }
        }

        return unresolved;
    }

    private static bool TryWriteDate(DatePattern date, in FieldValue timestamp, ReadOnlySpan<byte> json, IBufferWriter<byte> output)
    {
        if (timestamp.Kind != JsonTokenType.String)
        {
            return false;
        }

        var reader = new Utf8JsonReader(timestamp.In(json));
        reader.Read();
        DateTimeOffset time;
        try
        {
            if (!reader.TryGetDateTimeOffset(out time))
            {
                return false;
            }
        }
        catch (InvalidOperationException)
        {
            // An escape for half a surrogate pair stands for no character, and so in no time.
            return false;
        }

        date.Write(time.UtcDateTime, output);
        return true;
    }
}
