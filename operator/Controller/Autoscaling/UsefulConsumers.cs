using System.Globalization;
using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Probing;

namespace KafkaLogstash.Controller.Autoscaling;

/// <summary>How many consumers of a group, and pods with them, get something to do.</summary>
internal static class UsefulConsumers
{
    /// <summary>The most pods that have something to do, and why.</summary>
    /// <param name="spec">The connection.</param>
    /// <param name="input">What is read, and how.</param>
    /// <param name="topics">The topics that are read.</param>
    /// <returns>The pods; null where there is no bound, or it is not known.</returns>
    public static (int? Pods, string Reason) Pods(ConnectionSpec spec, InputSpec input, IReadOnlyCollection<TopicFacts> topics)
    {
        if (spec.Transport == Transport.Native)
        {
            var consumers = Count(input, topics);
            return (consumers is { } useful ? Math.Max(1, useful / input.ConsumerThreads) : null, Describe(consumers ?? 0, input.ConsumerThreads));
        }

        // A bridge pod is one consumer, and bridges deal out all partitions together; behind them a partition whose order is kept is worked on by one Logstash at a time.
        if (topics.Count == 0 || topics.Any(topic => topic.Partitions is null) || (spec.Logstash.External is null && spec.Bridge.Source.Ordering == RecordOrdering.None))
        {
            return (null, "");
        }

        var partitions = topics.Sum(topic => topic.Partitions ?? 0);
        return (Math.Max(1, partitions), spec.Logstash.External is null
            ? $"{Partitions(partitions)}, each in order: spec.bridge.source.ordering None lifts this"
            : $"{Partitions(partitions)} for bridge pods");
    }

    /// <summary>
    /// The most consumers that get a partition. Kafka's default assignor for Java clients (<c>range</c>) deals the partitions of each topic out by itself,
    /// beginning with the same consumer each time, so that the largest topic decides; the others, and the broker's own assignor, deal out all partitions together.
    /// </summary>
    /// <param name="input">What is read, and how.</param>
    /// <param name="topics">The topics that are read.</param>
    /// <returns>The consumers; null where a topic's partitions are unknown.</returns>
    public static int? Count(InputSpec input, IReadOnlyCollection<TopicFacts> topics)
    {
        if (topics.Count == 0 || topics.Any(topic => topic.Partitions is null))
        {
            return null;
        }

        var partitions = topics.Select(topic => topic.Partitions ?? 0);
        return DealsTogether(input) ? partitions.Sum() : partitions.Max();
    }

    /// <summary>Says where the number of useful pods comes from.</summary>
    public static string Describe(int consumers, int threads) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Partitions(consumers)} for {threads} consumer thread{(threads == 1 ? "" : "s")} in each pod");

    private static bool DealsTogether(InputSpec input)
    {
        var protocol = input.Options?["group_protocol"]?.ToString();
        var strategy = input.Options?["partition_assignment_strategy"]?.ToString();
        return protocol == "consumer" || (!string.IsNullOrEmpty(strategy) && !strategy.Contains("range", StringComparison.OrdinalIgnoreCase));
    }

    private static string Partitions(int number) => string.Create(CultureInfo.InvariantCulture, $"{number} partition{(number == 1 ? "" : "s")}");
}
