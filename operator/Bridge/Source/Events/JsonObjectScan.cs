using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace KafkaLogstash.Bridge.Source.Events;

/// <summary>How a record's text can become an event.</summary>
internal enum JsonShape
{
    /// <summary>No JSON object that Logstash can read.</summary>
    Text,

    /// <summary>A JSON object that can be passed on as it is.</summary>
    Object,

    /// <summary>A JSON object with members that the beats input would take for something else; they have to be moved out of its way.</summary>
    Delicate,
}

/// <summary>
/// Looks through a record's text, once, without keeping anything: whether it is a JSON object that the beats input can read, and whether it can go there as it is.
/// One text that it can't read makes the beats input close the connection, and the window come again for ever.
/// </summary>
internal static class JsonObjectScan
{
    /// <summary>Jackson, Logstash's JSON parser, refuses numbers longer than this (StreamReadConstraints).</summary>
    private const int LongestNumber = 1000;

    /// <summary>And names longer than this.</summary>
    private const int LongestName = 50_000;

    /// <summary>And objects nested deeper than 1000; well below it, for what is wrapped around an event.</summary>
    private const int DeepestNesting = 900;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = DeepestNesting };

    /// <summary>Looks through a text.</summary>
    /// <param name="json">UTF-8, without white space around it.</param>
    public static JsonScan Scan(ReadOnlySpan<byte> json)
    {
        if (json.Length < 2 || json[0] != '{' || !Utf8.IsValid(json))
        {
            return default;
        }

        bool timestamp = false, metadata = false, message = false, otherMessage = false, line = false, bracketed = false;
        var isEmpty = true;
        try
        {
            var reader = new Utf8JsonReader(json, Options);
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.Number && reader.ValueSpan.Length > LongestNumber)
                {
                    return default;
                }

                if (reader.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                if (reader.ValueSpan.Length > LongestName)
                {
                    return default;
                }

                if (reader.CurrentDepth != 1)
                {
                    continue;
                }

                isEmpty = false;
                switch (EventMembers.Of(ref reader))
                {
                    case EventMember.Timestamp:
                        reader.Read();
                        timestamp = reader.TokenType != JsonTokenType.Null;
                        break;
                    case EventMember.Metadata:
                        metadata = true;
                        break;
                    case EventMember.Message:
                        reader.Read();
                        message |= reader.TokenType == JsonTokenType.String;
                        otherMessage |= reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null);
                        break;
                    case EventMember.Line:
                        reader.Read();
                        line |= reader.TokenType != JsonTokenType.Null;
                        break;
                    case EventMember.Bracketed:
                        bracketed = true;
                        break;
                }

                if (reader.TokenType == JsonTokenType.Number && reader.ValueSpan.Length > LongestNumber)
                {
                    return default;
                }
            }
        }
        catch (JsonException)
        {
            return default;
        }

        var moveMessage = otherMessage || (message && bracketed);
        var moveLine = line && (moveMessage || !message);
        return new(metadata || moveMessage || moveLine ? JsonShape.Delicate : JsonShape.Object, timestamp, isEmpty, moveMessage, moveLine);
    }
}

/// <summary>What a look through a record's text has found.</summary>
/// <param name="Shape">How it can become an event.</param>
/// <param name="HasTimestamp">Whether it has an <c>@timestamp</c> of its own.</param>
/// <param name="IsEmpty">Whether it is an object without members.</param>
/// <param name="MoveMessage">Whether its <c>message</c> has to be moved out of the beats input's way.</param>
/// <param name="MoveLine">Whether its <c>line</c> has to be.</param>
internal readonly record struct JsonScan(JsonShape Shape, bool HasTimestamp, bool IsEmpty, bool MoveMessage, bool MoveLine);

/// <summary>The members of an event that mean something to the beats input.</summary>
internal enum EventMember
{
    /// <summary>Any other.</summary>
    Other,

    /// <summary><c>@timestamp</c>.</summary>
    Timestamp,

    /// <summary><c>@metadata</c>: where the beats input puts the sender's address, and fails if it is no object.</summary>
    Metadata,

    /// <summary><c>message</c>: what goes through the input's codec, as text whatever it was.</summary>
    Message,

    /// <summary><c>line</c>: without a message it is taken for one, as logstash-forwarder's.</summary>
    Line,

    /// <summary>A name with brackets: with a message it is taken for a reference to a field, and a malformed one ends the connection.</summary>
    Bracketed,
}

/// <summary>Tells members apart.</summary>
internal static class EventMembers
{
    /// <summary>What the name that the reader stands at means.</summary>
    public static EventMember Of(ref Utf8JsonReader reader)
    {
        var name = reader.ValueSpan;
        if (reader.ValueIsEscaped)
        {
            // Rare enough to be made a string of.
            name = Encoding.UTF8.GetBytes(Unescape(ref reader));
        }

        return name switch
        {
            [(byte)'m', ..] when name.SequenceEqual("message"u8) => EventMember.Message,
            [(byte)'l', ..] when name.SequenceEqual("line"u8) => EventMember.Line,
            [(byte)'@', ..] when name.SequenceEqual("@timestamp"u8) => EventMember.Timestamp,
            [(byte)'@', ..] when name.SequenceEqual("@metadata"u8) => EventMember.Metadata,
            _ when name.IndexOfAny((byte)'[', (byte)']') >= 0 => EventMember.Bracketed,
            _ => EventMember.Other,
        };
    }

    private static string Unescape(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: no name that means anything.
            return "";
        }
    }
}
