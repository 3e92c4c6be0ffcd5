using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using KafkaLogstash.Bridge.Lumberjack;
using KafkaLogstash.Bridging;

namespace KafkaLogstash.Bridge.Source.Events;

/// <summary>
/// Makes events of records, in the form that the beats input takes. A JSON object is copied, not written anew: what the bridge adds stands behind its members, and counts
/// where a name comes twice (Jackson keeps the last). Belongs to one thread.
/// </summary>
/// <remarks>
/// The hot path allocates nothing: a record's bytes are looked through once (validity decides whether Logstash could read it) and copied once, into a window's block.
/// Text and delicate objects go through a buffer that is used again.
/// </remarks>
/// <param name="codec">How records are read.</param>
/// <param name="decoration">What events say about their record.</param>
/// <param name="groupId">The consumer group.</param>
internal sealed class EventEncoder(RecordCodec codec, RecordDecoration decoration, string groupId) : IDisposable
{
    /// <summary>The tag of events whose record was no JSON object, as Logstash's json codec has it.</summary>
    public const string NotJsonTag = "_jsonparsefailure";

    /// <summary>The tag of events whose record was not all UTF-8; what was not is replaced by U+FFFD.</summary>
    public const string NotUtf8Tag = "_invalidutf8";

    /// <summary>The tag of events whose record had no value: a tombstone, which says that its key is gone.</summary>
    public const string TombstoneTag = "_kafkatombstone";

    /// <summary>Where members wait that the beats input would take for something else; the operator's pipelines put them back: <c>[@metadata][kafka_logstash]</c>.</summary>
    public const string KeptMembers = "kafka_logstash";

    /// <summary>The end of the year 9999.</summary>
    private const long LatestTimestamp = 253_402_300_799_999;

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _tail = new();
    private readonly ArrayBufferWriter<byte> _scratch = new();
    private readonly Utf8JsonWriter _writer = new(Stream.Null, WriterOptions);
    private readonly JsonEncodedText _groupId = JsonEncodedText.Encode(groupId, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
    private readonly byte[] _timestamp = new byte["yyyy-MM-ddTHH:mm:ss.fffZ".Length];
    private long _timestampOf = -1;
    private string _topic = "";
    private JsonEncodedText _topicText;

    /// <summary>Adds a record's event to a window.</summary>
    /// <param name="value">The record's value.</param>
    /// <param name="isNull">Whether it has none.</param>
    /// <param name="key">Its key.</param>
    /// <param name="keyIsNull">Whether it has none.</param>
    /// <param name="record">What else is known of it.</param>
    /// <param name="window">The window.</param>
    /// <param name="mostBytes">The longest the event may be.</param>
    /// <returns>The event's length; negative where it would be longer than <paramref name="mostBytes"/>: nothing is added then.</returns>
    public int Encode(ReadOnlySpan<byte> value, bool isNull, ReadOnlySpan<byte> key, bool keyIsNull, in RecordMetadata record, Window window, int mostBytes)
    {
        var json = codec == RecordCodec.Json && !isNull ? TrimWhiteSpace(value) : default;
        var scan = JsonObjectScan.Scan(json);
        var isEmpty = scan.IsEmpty;
        ReadOnlySpan<byte> head, kept = [];
        if (scan.Shape == JsonShape.Object)
        {
            head = json[..^1];
        }
        else
        {
            _scratch.ResetWrittenCount();
            if (scan.Shape == JsonShape.Delicate)
            {
                (kept, isEmpty) = WriteWithoutDelicateMembers(json, scan);
            }
            else
            {
                WriteText(value, isNull);
                isEmpty = false;
            }

            head = _scratch.WrittenSpan;
        }

        WriteTail(record, key, keyIsNull, withTimestamp: !scan.HasTimestamp, kept);

        // Behind an empty object, the comma that the tail begins with would be one too many.
        var tail = _tail.WrittenSpan[(isEmpty ? 1 : 0)..];
        var length = head.Length + tail.Length;
        if (length > mostBytes)
        {
            return -length;
        }

        var room = window.Reserve(length);
        head.CopyTo(room);
        tail.CopyTo(room[head.Length..]);
        window.Add(length);
        return length;
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private static ReadOnlySpan<byte> TrimWhiteSpace(ReadOnlySpan<byte> text) => text.Trim(" \t\r\n"u8);

    /// <summary>Writes <c>{"message":…</c> into the scratch buffer, without a closing brace.</summary>
    private void WriteText(ReadOnlySpan<byte> value, bool isNull)
    {
        var valid = isNull || Utf8.IsValid(value);
        _writer.Reset(_scratch);
        _writer.WriteStartObject();
        if (!isNull)
        {
            if (valid)
            {
                _writer.WriteString("message"u8, value);
            }
            else
            {
                _writer.WriteString("message"u8, Encoding.UTF8.GetString(value));
            }
        }

        if (isNull || !valid || codec == RecordCodec.Json)
        {
            _writer.WriteStartArray("tags"u8);
            if (isNull)
            {
                _writer.WriteStringValue(TombstoneTag);
            }
            else
            {
                if (codec == RecordCodec.Json)
                {
                    _writer.WriteStringValue(NotJsonTag);
                }

                if (!valid)
                {
                    _writer.WriteStringValue(NotUtf8Tag);
                }
            }

            _writer.WriteEndArray();
        }

        _writer.Flush();
    }

    /// <summary>Writes the object into the scratch buffer, without a closing brace and without what the beats input would misread.</summary>
    /// <returns>What was left out, as members of the event's metadata: raw JSON, each behind a comma; and whether no other members are there.</returns>
    private (byte[] Metadata, bool IsEmpty) WriteWithoutDelicateMembers(ReadOnlySpan<byte> json, in JsonScan scan)
    {
        var own = new ArrayBufferWriter<byte>();
        var kept = new ArrayBufferWriter<byte>();
        _scratch.Write("{"u8);
        var isEmpty = true;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1000 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var nameStart = (int)reader.TokenStartIndex;
            var member = EventMembers.Of(json[nameStart..(nameStart + reader.ValueSpan.Length + 2)]);
            reader.Read();
            var valueStart = (int)reader.TokenStartIndex;
            var kind = reader.TokenType;
            reader.Skip();
            var value = json[valueStart..(int)reader.BytesConsumed];
            switch (member)
            {
                case EventMember.Metadata when kind == JsonTokenType.StartObject:
                    SplitMetadata(value, own, kept);
                    break;
                case EventMember.Metadata:
                    Keep(kept, "@metadata"u8, value);
                    break;
                case EventMember.Message when scan.MoveMessage:
                    Keep(kept, "message"u8, value);
                    break;
                case EventMember.Line when scan.MoveLine:
                    Keep(kept, "line"u8, value);
                    break;
                default:
                    _scratch.Write(isEmpty ? ""u8 : ","u8);
                    isEmpty = false;
                    _scratch.Write(json[nameStart..(int)reader.BytesConsumed]);
                    break;
            }
        }

        if (kept.WrittenCount > 0)
        {
            own.Write(",\""u8);
            own.Write(Encoding.UTF8.GetBytes(KeptMembers));
            own.Write("\":{"u8);
            own.Write(kept.WrittenSpan[1..]);
            own.Write("}"u8);
        }

        return (own.WrittenSpan.ToArray(), isEmpty);
    }

    /// <summary>Takes a record's own metadata apart: the beats input puts the sender's address into <c>input</c>, and fails where that is something else than it expects.</summary>
    private static void SplitMetadata(ReadOnlySpan<byte> json, ArrayBufferWriter<byte> own, ArrayBufferWriter<byte> kept)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1000 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var isInput = EventMembers.IsNamed(json[start..(start + reader.ValueSpan.Length + 2)], "input"u8);
            reader.Read();
            var valueStart = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isInput)
            {
                Keep(kept, "input"u8, json[valueStart..(int)reader.BytesConsumed]);
            }
            else
            {
                own.Write(","u8);
                own.Write(json[start..(int)reader.BytesConsumed]);
            }
        }
    }

    private static void Keep(ArrayBufferWriter<byte> kept, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        kept.Write(",\""u8);
        kept.Write(name);
        kept.Write("\":"u8);
        kept.Write(value);
    }

    /// <summary>Writes what follows an object's members: <c>,"@timestamp":…,"@metadata":{…}}</c>.</summary>
    /// <param name="record">The record.</param>
    /// <param name="key">Its key.</param>
    /// <param name="keyIsNull">Whether it has none.</param>
    /// <param name="withTimestamp">Whether the record's timestamp is the event's.</param>
    /// <param name="metadata">Further members of the metadata, each behind a comma.</param>
    private void WriteTail(in RecordMetadata record, ReadOnlySpan<byte> key, bool keyIsNull, bool withTimestamp, ReadOnlySpan<byte> metadata)
    {
        _tail.ResetWrittenCount();
        if (withTimestamp && record.UnixMilliseconds >= 0)
        {
            _tail.Write(",\"@timestamp\":\""u8);
            WriteTimestamp(record.UnixMilliseconds);
            _tail.Write("\""u8);
        }

        // Always an object: the beats input sets members of it without asking whether it is there.
        _tail.Write(",\"@metadata\":{"u8);
        var before = _tail.WrittenCount;
        _tail.Write(metadata.Length > 0 ? metadata[1..] : metadata);
        if (decoration != RecordDecoration.None)
        {
            _tail.Write(_tail.WrittenCount > before ? ",\"kafka\":"u8 : "\"kafka\":"u8);
            WriteKafka(record, key, keyIsNull);
        }

        _tail.Write("}}"u8);
    }

    private void WriteKafka(in RecordMetadata record, ReadOnlySpan<byte> key, bool keyIsNull)
    {
        if (!ReferenceEquals(_topic, record.Topic))
        {
            _topic = record.Topic;
            _topicText = JsonEncodedText.Encode(record.Topic, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        }

        _writer.Reset(_tail);
        _writer.WriteStartObject();
        _writer.WriteString("topic"u8, _topicText);
        _writer.WriteString("consumer_group"u8, _groupId);
        _writer.WriteNumber("partition"u8, record.Partition);
        _writer.WriteNumber("offset"u8, record.Offset);
        if (keyIsNull)
        {
            _writer.WriteNull("key"u8);
        }
        else if (Utf8.IsValid(key))
        {
            _writer.WriteString("key"u8, key);
        }
        else
        {
            _writer.WriteString("key"u8, Encoding.UTF8.GetString(key));
        }

        _writer.WriteNumber("timestamp"u8, record.UnixMilliseconds);
        if (decoration == RecordDecoration.Extended && record.Headers is { Count: > 0 } headers)
        {
            _writer.WriteStartObject("headers"u8);
            foreach (var header in headers)
            {
                // As the plugin: what is no UTF-8 is left out, and the last of a name counts.
                if (header.GetValueBytes() is { } bytes && Utf8.IsValid(bytes))
                {
                    _writer.WriteString(header.Key, bytes);
                }
            }

            _writer.WriteEndObject();
        }

        _writer.WriteEndObject();
        _writer.Flush();
    }

    /// <summary>ISO 8601 with milliseconds, in UTC. Neighbours mostly share the millisecond.</summary>
    private void WriteTimestamp(long unixMilliseconds)
    {
        if (_timestampOf != unixMilliseconds)
        {
            var time = DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(unixMilliseconds, LatestTimestamp));
            time.TryFormat(_timestamp, out _, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            _timestampOf = unixMilliseconds;
        }

        _tail.Write(_timestamp);
    }
}
