using KafkaLogstash.Bridging;

namespace KafkaLogstash.Bridge.Sink.Producing;

/// <summary>The properties of the sink's producers.</summary>
internal static class ProducerProperties
{
    /// <summary>More than any broker takes: the topic's own limit counts.</summary>
    private const string AnySize = "268435456";

    /// <summary>Those of the producer that writes batches.</summary>
    /// <param name="settings">What the sink takes.</param>
    /// <param name="kafka">Properties of the client file and the settings. What the sink depends on stands above them.</param>
    public static Dictionary<string, string> ForBatches(SinkSettings settings, IReadOnlyDictionary<string, string> kafka)
    {
        var properties = Common(settings, kafka);

        // Kafka's Java clients, Logstash's among them, send a key to the partition that murmur2 says; whoever moves to the bridge keeps the order within keys.
        properties.TryAdd("partitioner", "murmur2_random");
        properties.TryAdd("linger.ms", "0.5");
        properties.TryAdd("batch.num.messages", "10000");

        // MaxPendingBytes is the bound; a second one below it would only make senders wait.
        properties["queue.buffering.max.messages"] = "0";
        properties["queue.buffering.max.kbytes"] = "2147483647";
        return properties;
    }

    /// <summary>Those of the producer that writes one record in a batch, so that an error is about that record alone.</summary>
    /// <param name="settings">What the sink takes.</param>
    /// <param name="kafka">Properties of the client file and the settings.</param>
    public static Dictionary<string, string> ForSingleRecords(SinkSettings settings, IReadOnlyDictionary<string, string> kafka)
    {
        var properties = Common(settings, kafka);
        properties.TryAdd("partitioner", "murmur2_random");
        properties["linger.ms"] = "0";
        properties["batch.num.messages"] = "1";
        properties["message.max.bytes"] = AnySize;
        return properties;
    }

    private static Dictionary<string, string> Common(SinkSettings settings, IReadOnlyDictionary<string, string> kafka)
    {
        var properties = new Dictionary<string, string>(kafka, StringComparer.Ordinal)
        {
            ["acks"] = settings.Acks,
            ["enable.idempotence"] = settings.Acks is "all" or "-1" ? "true" : "false",
            ["message.timeout.ms"] = ((long)settings.DeliveryTimeout.TotalMilliseconds).ToString(),

            // A topic's max.message.bytes counts what is left after compression: what fits by it must not be refused because it goes alone.
            ["compression.type"] = settings.CompressionType,
        };

        // Without reports of success nothing would ever be acknowledged.
        properties.Remove("delivery.report.only.error");

        // A topic that does not exist is an answer to the sender, not a wait of half a minute (the default) before each.
        properties.TryAdd("topic.metadata.propagation.max.ms", "5000");
        return properties;
    }
}
