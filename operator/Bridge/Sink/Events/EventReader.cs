using System.Text.Json;
using System.Text.Unicode;
using KafkaLogstash.Bridge.Sink.Producing;
using KafkaLogstash.Logstash.Patterns;

namespace KafkaLogstash.Bridge.Sink.Events;

/// <summary>A body can't be split into events.</summary>
/// <param name="Index">The event that is wrong, from 0.</param>
/// <param name="Message">What is wrong and what to do, for people.</param>
/// <param name="IsTooLarge">Whether there are too many events, and nothing is malformed.</param>
internal sealed record BodyError(int Index, string Message, bool IsTooLarge = false);

/// <summary>
/// Makes records of events. One pass by <see cref="Utf8JsonReader"/> finds where each event ends and what the patterns need of it; an event's bytes are its record's value, as they came.
/// Thread-safe.
/// </summary>
/// <param name="topic">The pattern for topics.</param>
/// <param name="key">The pattern for keys; null for no keys.</param>
/// <param name="topics">Which topics may be written to.</param>
internal sealed class EventReader(EventPattern topic, EventPattern? key, TopicChoice topics)
{
    /// <summary>The most events in one request or window: each takes memory beside its bytes, however short it is.</summary>
    public const int MostEvents = 1 << 18;

    /// <summary>What a record takes in memory beside its bytes: its message in the batch, and librdkafka's.</summary>
    public const int RecordOverhead = 256;

    private const int MostValuesOnStack = 32;

    private static readonly JsonReaderOptions Options = EventFields.ReaderOptions with { AllowMultipleValues = true };

    private readonly EventFields _fields = key is null ? new(topic) : new(topic, key);
    private readonly ChosenTopic? _only = topic.IsConstant ? topics.Named(topic.Text) : null;

    /// <summary>Splits a body: one array of objects, or objects one after the other (one alone; NDJSON).</summary>
    /// <param name="batch">Holds the body, and gets the records.</param>
    /// <param name="named">The topic that the sender named; null for the pattern's.</param>
    /// <returns>Why it can't be split; null if it was.</returns>
    public BodyError? Split(RecordBatch batch, ChosenTopic? named)
    {
        var json = batch.Events.Written;
        var start = json.StartsWith("\uFEFF"u8) ? 3 : 0;
        json = json[start..];
        if (!Utf8.IsValid(json))
        {
            return new(IndexOf(json[..ValidLength(json)]), $"The body is not UTF-8, from byte {start + ValidLength(json)} on.");
        }

        Span<FieldValue> values = _fields.Count <= MostValuesOnStack ? stackalloc FieldValue[MostValuesOnStack] : new FieldValue[_fields.Count];
        var reader = new Utf8JsonReader(json, Options);
        try
        {
            if (!reader.Read())
            {
                return new(0, "The body is empty: send a JSON object, or an array of them.");
            }

            var isArray = reader.TokenType == JsonTokenType.StartArray;
            for (var more = !isArray || reader.Read(); more && reader.TokenType != JsonTokenType.EndArray; more = reader.Read())
            {
                if (reader.TokenType != JsonTokenType.StartObject)
                {
                    return new(batch.Count, $"Event {batch.Count} is {Describe(reader.TokenType)}: an event is a JSON object.");
                }

                if (batch.Count == MostEvents)
                {
                    return new(batch.Count, $"There are more than {MostEvents} events: send fewer at once.", IsTooLarge: true);
                }

                var (first, end) = Find(ref reader, values);
                Route(batch, json, start, first, end, values, named);
            }

            return isArray && reader.Read() ? new(batch.Count, $"Something follows the array of events, at byte {start + reader.TokenStartIndex}.") : null;
        }
        catch (JsonException malformed)
        {
            return new(batch.Count, $"Event {batch.Count} is malformed JSON: {malformed.Message}");
        }
    }

    /// <summary>Makes a record of an event that stands alone, as in a frame. What is no event is refused.</summary>
    /// <param name="batch">Holds the event, and gets the record.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="length">Its length in bytes.</param>
    public void Add(RecordBatch batch, int start, int length)
    {
        if (!TryAdd(batch, start, length))
        {
            batch.Refuse(RefusalReason.Malformed, "The event is no JSON object in UTF-8.", topic: null, start, length);
        }
    }

    /// <summary>Makes a record of an event that stands alone.</summary>
    /// <param name="batch">Holds the event, and gets the record.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>Whether it is an event; else nothing was made of it.</returns>
    public bool TryAdd(RecordBatch batch, int start, int length)
    {
        var json = batch.Events.Written.Slice(start, length);
        Span<FieldValue> values = _fields.Count <= MostValuesOnStack ? stackalloc FieldValue[MostValuesOnStack] : new FieldValue[_fields.Count];
        var count = batch.Count;
        try
        {
            var reader = new Utf8JsonReader(json, EventFields.ReaderOptions);
            if (Utf8.IsValid(json) && reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                var (first, end) = Find(ref reader, values);

                // Finds, or throws, if something follows.
                reader.Read();
                Route(batch, json, start, first, end, values, named: null);
            }
        }
        catch (JsonException)
        {
            // What is malformed adds nothing, like all else that is no event.
        }

        return batch.Count > count;
    }

    private static string Describe(JsonTokenType token) => token switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "a boolean",
    };

    /// <summary>How many bytes are UTF-8.</summary>
    private static int ValidLength(ReadOnlySpan<byte> text)
    {
        var valid = 0;
        while (valid < text.Length && System.Text.Rune.DecodeFromUtf8(text[valid..], out _, out var length) == System.Buffers.OperationStatus.Done)
        {
            valid += length;
        }

        return valid;
    }

    /// <summary>The event within which the beginning of a body ends.</summary>
    private static int IndexOf(ReadOnlySpan<byte> beginning)
    {
        var (index, depth) = (0, beginning.TrimStart(" \t\r\n"u8) is [(byte)'[', ..] ? 1 : 0);
        try
        {
            var reader = new Utf8JsonReader(beginning, isFinalBlock: false, new JsonReaderState(Options));
            while (reader.Read())
            {
                index += reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == depth ? 1 : 0;
            }
        }
        catch (JsonException)
        {
            // The event before is malformed, too.
        }

        return index;
    }

    /// <summary>Finds where the event ends that the reader stands at, and what the patterns need of it.</summary>
    private (int Start, int End) Find(ref Utf8JsonReader reader, scoped Span<FieldValue> values)
    {
        var start = (int)reader.TokenStartIndex;
        _fields.Read(ref reader, values);
        return (start, (int)reader.BytesConsumed);
    }

    /// <summary>Makes a record of an event.</summary>
    private void Route(RecordBatch batch, ReadOnlySpan<byte> json, int offset, int start, int end, scoped ReadOnlySpan<FieldValue> values, ChosenTopic? named)
    {
        var length = end - start;
        var chosen = named ?? _only ?? FromPattern(batch, json, values);
        if (chosen.Reason is { } reason)
        {
            batch.Refuse(reason, chosen.Problem!, reason == RefusalReason.NoTopic ? null : chosen.Name, offset + start, length);
            return;
        }

        var keyStart = -1;
        if (key is not null)
        {
            // A reference without a value stays, as in Logstash: such events keep their order among each other.
            keyStart = batch.Keys.Length;
            _fields.Patterns[1].Write(json, values, batch.Keys);
        }

        batch.Add(chosen.Name, offset + start, length, keyStart);
    }

    private ChosenTopic FromPattern(RecordBatch batch, ReadOnlySpan<byte> json, scoped ReadOnlySpan<FieldValue> values)
    {
        batch.Scratch.ResetWrittenCount();
        return _fields.Patterns[0].Write(json, values, batch.Scratch) is { } unresolved
            ? new("", RefusalReason.NoTopic, $"The event has no value for {unresolved} of the topic pattern {topic}.")
            : topics.FromPattern(batch.Scratch.WrittenSpan);
    }
}
