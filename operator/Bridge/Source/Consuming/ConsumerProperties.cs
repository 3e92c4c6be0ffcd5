using KafkaLogstash.Bridging;

namespace KafkaLogstash.Bridge.Source.Consuming;

/// <summary>The consumer's properties (https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md).</summary>
internal static class ConsumerProperties
{
    /// <summary>Puts them together: what is good unless said otherwise, what was said, and what the bridge depends on.</summary>
    /// <param name="settings">The source's settings.</param>
    /// <param name="given">Of the client file and the settings; credentials among them.</param>
    /// <param name="instanceId">The pod's name.</param>
    public static IReadOnlyDictionary<string, string> For(SourceSettings settings, IReadOnlyDictionary<string, string> given, string instanceId)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["client.id"] = instanceId,

            // What is read ahead counts to the bridge's memory; librdkafka's own 64 MiB are for programs with nothing else to keep.
            ["queued.max.messages.kbytes"] = "8192",
            ["fetch.max.bytes"] = "8388608",

            // How long to wait once that much is read ahead; librdkafka's own second is an eternity for 8 MiB.
            ["fetch.queue.backoff.ms"] = "5",

            // Longer than Kafka takes to send what there is; a bridge that waits for more adds to everybody's latency.
            ["fetch.wait.max.ms"] = "100",
            ["fetch.error.backoff.ms"] = "200",
            ["allow.auto.create.topics"] = "false",

            // After a crash, what was acknowledged since the last commit comes again.
            ["auto.commit.interval.ms"] = "200",
        };
        foreach (var (name, value) in given)
        {
            properties[name] = value;
        }

        properties["group.id"] = settings.GroupId;

        // KIP-345: a container that starts again within the session's time-out gets its partitions back without a rebalance.
        properties["group.instance.id"] = instanceId;
        properties["auto.offset.reset"] = settings.AutoOffsetReset;

        // Offsets are stored when Logstash has acknowledged, and only then.
        properties["enable.auto.offset.store"] = "false";
        properties["enable.auto.commit"] = "true";
        properties["enable.partition.eof"] = "false";
        if (properties.GetValueOrDefault("group.protocol") is not "consumer")
        {
            // KIP-429: only partitions that really move are revoked.
            properties["partition.assignment.strategy"] = "cooperative-sticky";
        }

        return properties;
    }

    /// <summary>Whether records' headers are asked for: by events, or for the dead-letter topic.</summary>
    public static bool NeedsHeaders(SourceSettings settings) => settings.Decoration == RecordDecoration.Extended || settings.DeadLetterTopic.Length > 0;
}
