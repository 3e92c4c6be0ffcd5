using System.Globalization;
using System.Text;
using System.Text.Json;

namespace KafkaLogstash.Soak.Source;

/// <summary>Writes records of the soak and reads the events that come of them.</summary>
internal static class EventReader
{
    /// <summary>The value of a record, about 100 bytes.</summary>
    public static byte[] Write(int partition, int sequence) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $$"""{"p":{{partition}},"s":{{sequence}},"text":"What is written here is there for its length alone: sixty bytes"}"""));

    /// <summary>Reads an event: its record's own number, and the offset that the bridge has added.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="InvalidDataException">It is none of the soak's, or lacks what the bridge adds.</exception>
    public static RecordId Read(ReadOnlySpan<byte> json)
    {
        int partition = -1, sequence = -1;
        long offset = -1;
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            if (reader.CurrentDepth == 1 && reader.ValueTextEquals("p"u8))
            {
                partition = Next(ref reader);
            }
            else if (reader.CurrentDepth == 1 && reader.ValueTextEquals("s"u8))
            {
                sequence = Next(ref reader);
            }
            else if (reader.CurrentDepth == 3 && reader.ValueTextEquals("offset"u8))
            {
                offset = Next(ref reader);
            }
        }

        return partition >= 0 && sequence >= 0 && offset >= 0
            ? new(partition, sequence, offset)
            : throw new InvalidDataException($"an event that is none of the soak's: {Encoding.UTF8.GetString(json)}");
    }

    private static int Next(ref Utf8JsonReader reader) => reader.Read() && reader.TryGetInt32(out var number) ? number : -1;
}
