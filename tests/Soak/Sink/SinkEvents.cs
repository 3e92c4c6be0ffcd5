using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace KafkaLogstash.Soak.Sink;

/// <summary>The events of the soak, as Logstash would write them. Each follows from its sender and its number alone, so that what is read can be compared byte by byte.</summary>
internal static class SinkEvents
{
    /// <summary>How many keys a sender's events have, in turns.</summary>
    public const int KeysEach = 8;

    private static ReadOnlySpan<byte> Beginning => """{"@timestamp":"2026-01-01T00:00:00.000Z","@version":"1","s":"""u8;

    private static ReadOnlySpan<byte> Middle => ""","n":"""u8;

    /// <summary>An event, about 150 bytes.</summary>
    public static byte[] Write(int sender, int number) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"@timestamp":"2026-01-01T00:00:00.000Z","@version":"1","s":{{sender}},"n":{{number}},"k":"{{Key(sender, number)}}","message":"What is written here is there for its length alone"}"""));

    /// <summary>The key that an event's record has to have.</summary>
    public static string Key(int sender, int number) => string.Create(CultureInfo.InvariantCulture, $"{sender}-{number % KeysEach}");

    /// <summary>Which event a record's value is.</summary>
    /// <returns>Sender and number; null if it is none of the soak's, or not as it was sent.</returns>
    public static (int Sender, int Number)? Read(ReadOnlySpan<byte> json)
    {
        if (!json.StartsWith(Beginning)
            || !Utf8Parser.TryParse(json[Beginning.Length..], out int sender, out var digits)
            || !json[(Beginning.Length + digits)..].StartsWith(Middle)
            || !Utf8Parser.TryParse(json[(Beginning.Length + digits + Middle.Length)..], out int number, out _))
        {
            return null;
        }

        return json.SequenceEqual(Write(sender, number)) ? (sender, number) : null;
    }
}
