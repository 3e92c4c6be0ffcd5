using System.Text.Json;

namespace KafkaLogstash.Logstash.Patterns;

/// <summary>Where the value of a field stands in an event's JSON.</summary>
/// <param name="Start">Its first byte, in the JSON that the reader was given.</param>
/// <param name="Length">Its length in bytes, quotes and brackets with it.</param>
/// <param name="Kind">Its first token; <see cref="JsonTokenType.None"/> where the event has no such field.</param>
/// <param name="IsEscaped">Whether it is a string with escapes.</param>
public readonly record struct FieldValue(int Start, int Length, JsonTokenType Kind, bool IsEscaped)
{
    /// <summary>Its bytes.</summary>
    internal ReadOnlySpan<byte> In(ReadOnlySpan<byte> json) => json.Slice(Start, Length);
}
