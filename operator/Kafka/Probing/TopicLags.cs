using Confluent.Kafka;
using AutoOffsetReset = KafkaLogstash.Api.AutoOffsetReset;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>How far a consumer group is behind, topic by topic and in all.</summary>
internal sealed record TopicLags
{
    /// <summary>The lag of each topic; null where it is unknown.</summary>
    public IReadOnlyDictionary<string, long?> ByTopic { get; private init; } = new Dictionary<string, long?>(StringComparer.Ordinal);

    /// <summary>The lag over all topics; null where it is unknown. What could not be read in one topic makes it unknown: a smaller number would look like progress.</summary>
    public long? Total { get; private init; }

    /// <summary>The sum of the end offsets of all partitions; null where one is unknown.</summary>
    public long? EndOffsets { get; private init; }

    /// <summary>A sentence that says why the lag is unknown; null where it is known.</summary>
    public string? Unknown { get; private init; }

    /// <summary>Why nothing can be told of the group; <see cref="ErrorCode.NoError"/> where it can.</summary>
    public ErrorCode GroupError { get; private init; }

    /// <summary>Works them out.</summary>
    /// <param name="topics">The topics that the group reads and that there are.</param>
    /// <param name="partitions">The partitions of each.</param>
    /// <param name="committed">What the group has committed.</param>
    /// <param name="beginnings">The first offset of each partition.</param>
    /// <param name="ends">The last offset of each partition.</param>
    /// <param name="reset">Where the group begins without a committed offset.</param>
    public static TopicLags Of(
        IEnumerable<string> topics,
        IReadOnlyDictionary<string, List<TopicPartition>> partitions,
        GroupOffsets committed,
        IReadOnlyDictionary<TopicPartition, PartitionOffset> beginnings,
        IReadOnlyDictionary<TopicPartition, PartitionOffset> ends,
        AutoOffsetReset reset)
    {
        var lags = new Dictionary<string, long?>(StringComparer.Ordinal);
        long? endOffsets = 0;
        string? failure = null;
        string? nothingCommitted = null;
        foreach (var topic in topics)
        {
            var all = partitions[topic];
            endOffsets += all.Aggregate((long?)0, (sum, partition) => sum + ends.GetValueOrDefault(partition).Offset);
            var failed = all.Select(partition => (partition, Error: Failure(partition, committed, beginnings, ends))).FirstOrDefault(entry => entry.Error != ErrorCode.NoError);
            if (failed.partition is not null)
            {
                lags[topic] = null;
                failure ??= committed.Error != ErrorCode.NoError
                    ? $"The group's committed offsets can't be read: {KafkaFindings.Words(failed.Error)}."
                    : $"The offsets of partition {failed.partition.Partition.Value} of '{topic}' can't be read: {KafkaFindings.Words(failed.Error)}.";
                continue;
            }

            var inPartitions = all
                .Select(partition => ConsumerLag.InPartition(committed.Offsets[partition].Offset, beginnings[partition].Offset!.Value, ends[partition].Offset!.Value, reset))
                .ToList();
            if (inPartitions.Contains(null) && !all.Exists(partition => committed.Offsets[partition].Offset is not null))
            {
                lags[topic] = null;
                nothingCommitted ??= reset == AutoOffsetReset.None
                    ? $"The group has committed nothing for '{topic}', and with spec.input.autoOffsetReset None it can't begin."
                    : $"The group has committed nothing for '{topic}' yet: it begins at the end.";
                continue;
            }

            // A group that has begun begins at the end of the partitions that it has committed nothing for: nothing in them is before it.
            lags[topic] = inPartitions.Sum(lag => lag ?? 0);
        }

        long? total = failure is null && lags.Values.Any(lag => lag is not null) ? lags.Values.Sum(lag => lag ?? 0) : null;
        return new TopicLags
        {
            ByTopic = lags,
            Total = total,
            EndOffsets = total is null ? null : endOffsets,
            Unknown = total is null ? failure ?? nothingCommitted ?? "There is no topic to read." : null,
            GroupError = committed.Error,
        };
    }

    private static ErrorCode Failure(
        TopicPartition partition,
        GroupOffsets committed,
        IReadOnlyDictionary<TopicPartition, PartitionOffset> beginnings,
        IReadOnlyDictionary<TopicPartition, PartitionOffset> ends)
    {
        if (committed.Error != ErrorCode.NoError)
        {
            return committed.Error;
        }

        if (!committed.Offsets.TryGetValue(partition, out var offset))
        {
            return ErrorCode.UnknownTopicOrPart;
        }

        return new[] { offset.Error, Known(beginnings), Known(ends) }.FirstOrDefault(error => error != ErrorCode.NoError);

        ErrorCode Known(IReadOnlyDictionary<TopicPartition, PartitionOffset> offsets) =>
            offsets.TryGetValue(partition, out var known) && (known.Offset is not null || known.Error != ErrorCode.NoError) ? known.Error : ErrorCode.UnknownTopicOrPart;
    }
}
