using System.Text;
using Confluent.Kafka;

namespace KafkaLogstash.Bridge.Source;

/// <summary>Why a record can't be delivered.</summary>
internal enum DeadLetterReason
{
    /// <summary>Its event would be longer than the settings allow.</summary>
    TooLarge,

    /// <summary>Logstash ends the connection whenever it gets it.</summary>
    Refused,
}

/// <summary>A record for the dead-letter topic: what it was, and headers that say where it was and why it could not be delivered.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Message">The same for people.</param>
/// <param name="Record">Where it was.</param>
/// <param name="Key">Its key; null where it had none or it is no longer known.</param>
/// <param name="Value">Its value, or the event that was made of it.</param>
/// <param name="Headers">Its headers, where they are known.</param>
internal sealed record DeadLetter(DeadLetterReason Reason, string Message, TopicPartitionOffset Record, byte[]? Key, byte[]? Value, Headers? Headers)
{
    /// <summary>Begins the names of the headers that the bridge adds.</summary>
    public const string HeaderPrefix = "kafka-logstash-";

    /// <summary>What it takes of the memory, about.</summary>
    public long Bytes => 1024 + (Key?.Length ?? 0) + (Value?.Length ?? 0);

    /// <summary>A reason in one word, for headers and labels.</summary>
    public static string Word(DeadLetterReason reason) => reason switch
    {
        DeadLetterReason.TooLarge => "too-large",
        _ => "refused",
    };

    /// <summary>The record to write.</summary>
    public Message<byte[]?, byte[]?> ToMessage()
    {
        var headers = new Headers();
        foreach (var header in Headers ?? [])
        {
            headers.Add(header.Key, header.GetValueBytes());
        }

        Add("reason", Word(Reason));
        Add("error", Message);
        Add("topic", Record.Topic);
        Add("partition", Record.Partition.Value.ToString());
        Add("offset", Record.Offset.Value.ToString());
        return new() { Key = Key, Value = Value, Headers = headers };

        void Add(string name, string value) => headers.Add(HeaderPrefix + name, Encoding.UTF8.GetBytes(value));
    }
}
