using System.Collections.Frozen;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>Topics that Kafka keeps for itself: no pattern matches them (<c>exclude.internal.topics</c>), and nobody means them.</summary>
internal static class InternalTopics
{
    private static readonly FrozenSet<string> Names = FrozenSet.Create(StringComparer.Ordinal, "__consumer_offsets", "__transaction_state", "__share_group_state");

    /// <summary>Whether a topic is one of them.</summary>
    public static bool Contains(string topic) => Names.Contains(topic);
}
