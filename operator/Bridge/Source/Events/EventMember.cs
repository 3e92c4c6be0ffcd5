using System.Text.Json;

namespace KafkaLogstash.Bridge.Source.Events;

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

    /// <summary><c>tags</c>: with a message they are set on an event, which takes texts alone.</summary>
    Tags,

    /// <summary><c>beat</c>: with a message its <c>id</c> and <c>resource_id</c> are read without a look at what they are.</summary>
    Beat,

    /// <summary><c>event</c>: with a message it is merged with what an ECS codec has put there, which only an object can be.</summary>
    Event,
}

/// <summary>Tells members apart.</summary>
internal static class EventMembers
{
    /// <summary>What a name means.</summary>
    /// <param name="quoted">The name as JSON has it, in its quotes.</param>
    public static EventMember Of(ReadOnlySpan<byte> quoted)
    {
        var name = quoted[1..^1];
        return name.Contains((byte)'\\') ? Plain(Unescape(quoted)) : Plain(name);
    }

    private static EventMember Plain(ReadOnlySpan<byte> name) => name switch
    {
        [(byte)'m', ..] when name.SequenceEqual("message"u8) => EventMember.Message,
        [(byte)'l', ..] when name.SequenceEqual("line"u8) => EventMember.Line,
        [(byte)'@', ..] when name.SequenceEqual("@timestamp"u8) => EventMember.Timestamp,
        [(byte)'@', ..] when name.SequenceEqual("@metadata"u8) => EventMember.Metadata,
        [(byte)'t', ..] when name.SequenceEqual("tags"u8) => EventMember.Tags,
        [(byte)'b', ..] when name.SequenceEqual("beat"u8) => EventMember.Beat,
        [(byte)'e', ..] when name.SequenceEqual("event"u8) => EventMember.Event,
        _ when name.IndexOfAny((byte)'[', (byte)']') >= 0 => EventMember.Bracketed,
        _ => EventMember.Other,
    };

    /// <summary>Whether a member has a name.</summary>
    /// <param name="quoted">Its name as JSON has it, in its quotes.</param>
    /// <param name="expected">The name.</param>
    public static bool IsNamed(ReadOnlySpan<byte> quoted, ReadOnlySpan<byte> expected)
    {
        var name = quoted[1..^1];
        return name.Contains((byte)'\\') ? Unescape(quoted).AsSpan().SequenceEqual(expected) : name.SequenceEqual(expected);
    }

    /// <summary>Names with escapes are rare enough to be made an array of.</summary>
    private static byte[] Unescape(ReadOnlySpan<byte> quoted)
    {
        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        var name = new byte[quoted.Length];
        try
        {
            return name[..reader.CopyString(name)];
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair. No name that means anything has one, but one with brackets is still one with brackets.
            return quoted.ToArray();
        }
    }
}
