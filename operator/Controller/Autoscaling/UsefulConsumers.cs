using System.Globalization;
using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Probing;

namespace KafkaLogstash.Controller.Autoscaling;

/// <summary>How many consumers of a group get something to read.</summary>
internal static class UsefulConsumers
{
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
        $"{consumers} partition{(consumers == 1 ? "" : "s")} for {threads} consumer thread{(threads == 1 ? "" : "s")} in each pod");

    private static bool DealsTogether(InputSpec input)
    {
        var protocol = input.Options?["group_protocol"]?.ToString();
        var strategy = input.Options?["partition_assignment_strategy"]?.ToString();
        return protocol == "consumer" || (!string.IsNullOrEmpty(strategy) && !strategy.Contains("range", StringComparison.OrdinalIgnoreCase));
    }
}
