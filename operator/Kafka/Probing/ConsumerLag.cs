using KafkaLogstash.Api;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>How far a consumer group is behind in a partition: a pure function.</summary>
internal static class ConsumerLag
{
    /// <summary>The records of a partition that the group will still read; null where that can't be said.</summary>
    /// <param name="committed">The group's committed offset, which is that of the next record it reads; null where it has committed nothing.</param>
    /// <param name="beginning">The offset of the oldest record there is.</param>
    /// <param name="end">The offset that the next record gets.</param>
    /// <param name="reset">Where the group begins without a committed offset, and where its committed offset is out of range.</param>
    /// <remarks>
    /// <para>Retention may have deleted records beyond the committed offset: they are not read any more, so they don't count.</para>
    /// <para>A committed offset beyond the end stems from a topic that was deleted and created again: the group begins anew, as it does without one.</para>
    /// <para>Where nothing is committed and the group begins at the end, Kafka's own tools show '-' and so does this: the records that come before the group has
    /// begun are never read, so that no number would be right. An empty partition has no lag either way.</para>
    /// </remarks>
    public static long? InPartition(long? committed, long beginning, long end, AutoOffsetReset reset)
    {
        var records = Math.Max(0, end - beginning);
        return committed switch
        {
            _ when records == 0 => 0,
            { } offset when offset <= end => Math.Min(records, end - offset),
            _ when reset == AutoOffsetReset.Earliest => records,
            _ => null,
        };
    }
}
