using System.Globalization;
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

        // librdkafka refuses to begin where a fetch could not hold the largest record that is allowed, or an answer not the fetch and its header.
        Raise(properties, "fetch.max.bytes", properties.GetValueOrDefault("message.max.bytes"), beyond: 0);
        Raise(properties, "receive.message.max.bytes", properties["fetch.max.bytes"], beyond: 512);
        properties["group.id"] = settings.GroupId;
        properties["auto.offset.reset"] = settings.AutoOffsetReset;

        // Offsets are stored when Logstash has acknowledged, and only then.
        properties["enable.auto.offset.store"] = "false";
        properties["enable.auto.commit"] = "true";
        properties["enable.partition.eof"] = "false";
        if (properties.GetValueOrDefault("group.protocol") is not "consumer")
        {
            // KIP-345: a container that starts again within the session's time-out gets its partitions back without a rebalance. With KIP-848 a static member can't leave its group:
            // nobody would read the partitions of a pod that is gone until that time is over.
            properties["group.instance.id"] = instanceId;

            // KIP-429: only partitions that really move are revoked.
            properties["partition.assignment.strategy"] = "cooperative-sticky";
        }

        return properties;
    }

    /// <summary>Raises a number that was given to what it must be at least. What is no number is left to librdkafka's judgement.</summary>
    private static void Raise(Dictionary<string, string> properties, string name, string? least, long beyond)
    {
        if (long.TryParse(properties.GetValueOrDefault(name), CultureInfo.InvariantCulture, out var given)
            && long.TryParse(least, CultureInfo.InvariantCulture, out var bound)
            && given < bound + beyond)
        {
            properties[name] = (bound + beyond).ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Whether records' headers are asked for: by events, or for the dead-letter topic.</summary>
    public static bool NeedsHeaders(SourceSettings settings) => settings.Decoration == RecordDecoration.Extended || settings.DeadLetterTopic.Length > 0;
}
