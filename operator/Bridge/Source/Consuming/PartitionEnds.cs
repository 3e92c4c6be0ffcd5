using Confluent.Kafka;

namespace KafkaLogstash.Bridge.Source.Consuming;

/// <summary>Asks Kafka where partitions end: one request to each leader, however many there are.</summary>
internal static class PartitionEnds
{
    /// <summary>To Kafka, no time but the end (ListOffsets).</summary>
    private static readonly Timestamp End = new(Offset.End.Value, TimestampType.NotAvailable);

    /// <summary>Where they end, as far as it is answered.</summary>
    /// <param name="consumer">Whom to ask.</param>
    /// <param name="partitions">Which.</param>
    /// <param name="timeout">How long to wait for the answers.</param>
    /// <exception cref="KafkaException">Nothing was answered.</exception>
    public static IReadOnlyList<TopicPartitionOffset> Of(IConsumer<Ignore, Ignore> consumer, IReadOnlyCollection<TopicPartition> partitions, TimeSpan timeout)
    {
        if (partitions.Count == 0)
        {
            return [];
        }

        try
        {
            return [.. consumer.OffsetsForTimes(partitions.Select(partition => new TopicPartitionTimestamp(partition, End)), timeout).Where(answer => answer.Offset.Value >= 0)];
        }
        catch (TopicPartitionOffsetException partial)
        {
            return [.. partial.Results.Where(answer => !answer.Error.IsError && answer.Offset.Value >= 0).Select(answer => answer.TopicPartitionOffset)];
        }
    }
}
