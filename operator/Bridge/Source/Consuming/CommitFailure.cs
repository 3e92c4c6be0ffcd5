using Confluent.Kafka;

namespace KafkaLogstash.Bridge.Source.Consuming;

/// <summary>Why offsets could not be committed.</summary>
internal static class CommitFailure
{
    /// <summary>What an exception of a commit says of the first partition that failed, or of all of them.</summary>
    public static Error Of(KafkaException failure) =>
        failure is TopicPartitionOffsetException partial && partial.Results.Find(result => result.Error.IsError) is { } first ? first.Error : failure.Error;

    /// <summary>
    /// Whether the same commit may succeed soon. librdkafka itself tries again twice where the coordinator moves; never where the group rebalances. Not among them: the group went
    /// on without this member, which then has nothing to commit any more.
    /// </summary>
    /// <param name="code">What was answered.</param>
    /// <param name="takesPart">
    /// Whether this member goes on with a rebalance meanwhile. While partitions are taken back it does not: then a group that rebalances waits for it, and refuses as long as it tries.
    /// </param>
    public static bool MayPass(ErrorCode code, bool takesPart) => code switch
    {
        // Generation: the answer to the last join may be on its way.
        ErrorCode.RebalanceInProgress or ErrorCode.IllegalGeneration => takesPart,
        ErrorCode.StaleMemberEpoch or
            ErrorCode.GroupLoadInProgress or
            ErrorCode.GroupCoordinatorNotAvailable or
            ErrorCode.NotCoordinatorForGroup or
            ErrorCode.RequestTimedOut or
            ErrorCode.Local_Transport or
            ErrorCode.Local_TimedOut or
            ErrorCode.Local_WaitCoord => true,
        _ => false,
    };
}
