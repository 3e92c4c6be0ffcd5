using Confluent.Kafka;
using KafkaLogstash.Bridge.Source.Consuming;
using KafkaLogstash.Bridge.Source.Delivery;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Source;

/// <summary>
/// Where partitions begin for which the group has committed nothing, and that begin at their end. librdkafka would look for the end whenever somebody starts to read: what comes
/// between the first start and the first acknowledgement would be nobody's after a restart. So the first start is found out, begun at and committed. For the thread that consumes.
/// </summary>
/// <param name="consumer">Reads the partitions.</param>
/// <param name="logger">The log.</param>
internal sealed partial class PartitionStarts(IConsumer<Ignore, Ignore> consumer, ILogger logger)
{
    /// <summary>How long each of two questions may take while partitions are given. The group does not wait for it, but for the next rebalance it would.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>The same later on, when nothing is read meanwhile.</summary>
    private static readonly TimeSpan RetryTimeout = TimeSpan.FromMilliseconds(500);

    /// <summary>Partitions that are tried again at a time: one without a leader must not keep others from their start, nor the loop from turning.</summary>
    private const int MostRetries = 3;

    private readonly Queue<PartitionProgress> _unknown = [];

    /// <summary>Finds out where partitions begin before they are read. What can't be found out is tried again.</summary>
    public void Given(IReadOnlyCollection<PartitionProgress> partitions)
    {
        foreach (var progress in Unsettled(partitions, Timeout, _ => { }))
        {
            _unknown.Enqueue(progress);
        }
    }

    /// <summary>Tries again what could not be found out, of partitions that are being read by now.</summary>
    /// <param name="isOurs">Whether a partition is read here still.</param>
    /// <returns>The partitions that begin anew, at their end.</returns>
    public IReadOnlyList<PartitionProgress> TryAgain(Func<PartitionProgress, bool> isOurs)
    {
        var begun = new List<PartitionProgress>();
        for (var i = Math.Min(_unknown.Count, MostRetries); i > 0; i--)
        {
            // Where a record was taken, that is the start.
            var progress = _unknown.Dequeue();
            if (!isOurs(progress) || progress.Position is not null)
            {
                continue;
            }

            foreach (var still in Unsettled([progress], RetryTimeout, consumer.Seek))
            {
                _unknown.Enqueue(still);
            }

            if (progress.Position is not null)
            {
                begun.Add(progress);
            }
        }

        return begun;
    }

    /// <summary>Asks for what is committed, and for the ends of the others.</summary>
    /// <returns>The partitions of which nothing was found out.</returns>
    private Dictionary<TopicPartition, PartitionProgress>.ValueCollection Unsettled(IReadOnlyCollection<PartitionProgress> partitions, TimeSpan timeout, Action<TopicPartitionOffset> begin)
    {
        var unsettled = partitions.ToDictionary(progress => progress.Partition);
        try
        {
            var answers = unsettled.Count == 0 ? [] : consumer.Committed([.. unsettled.Keys], timeout);
            foreach (var committed in answers.Where(answer => answer.Offset.Value >= 0))
            {
                unsettled.Remove(committed.TopicPartition);
            }

            foreach (var end in PartitionEnds.Of(consumer, [.. unsettled.Keys], timeout))
            {
                begin(end);
                unsettled[end.TopicPartition].BeginAt(end.Offset.Value);
                unsettled.Remove(end.TopicPartition);
            }
        }
        catch (KafkaException failure)
        {
            LogUnknown(logger, unsettled.Count, failure.Error.Reason);
        }

        return unsettled.Values;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "For {Count} partitions it can't be found out yet where they begin: {Reason}. It is tried again")]
    private static partial void LogUnknown(ILogger logger, int count, string reason);
}
