using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Clients;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>
/// Looks at Kafka beside the reconcile loop: the loop says what each connection needs to know (<see cref="Follow"/>), and reads the latest
/// answer (<see cref="Latest"/>). It never waits for Kafka. Connections to the same cluster with the same credentials share one client.
/// </summary>
public interface IKafkaProber
{
    /// <summary>Says what is to be found out for a connection; called again, it replaces what was said before.</summary>
    /// <param name="connection">The connection, as <c>namespace/name</c>.</param>
    /// <param name="question">What is to be found out.</param>
    void Follow(string connection, KafkaQuestion question);

    /// <summary>Ends the looking for a connection.</summary>
    /// <param name="connection">The connection, as <c>namespace/name</c>.</param>
    void Forget(string connection);

    /// <summary>The latest answer for a connection, or null where there is none yet.</summary>
    /// <param name="connection">The connection, as <c>namespace/name</c>.</param>
    KafkaFacts? Latest(string connection);
}

/// <summary>What is to be found out about Kafka for a connection. It holds secrets: never log it.</summary>
public sealed record KafkaQuestion
{
    /// <summary>The cluster.</summary>
    public required KafkaSpec Kafka { get; init; }

    /// <summary>How to log in to it.</summary>
    public required KafkaSecrets Secrets { get; init; }

    /// <summary>Topics that are read.</summary>
    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary>Topics that are written; those whose names depend on the event can't be among them.</summary>
    public IReadOnlyList<string> WrittenTopics { get; init; } = [];

    /// <summary>A regular expression of Java's that the whole name of a topic matches that is read; null where topics are listed.</summary>
    public string? TopicsPattern { get; init; }

    /// <summary>The consumer group whose lag is wanted; null without an input.</summary>
    public string? GroupId { get; init; }

    /// <summary>Where the group begins in a partition for which it has committed nothing; the lag there depends on it.</summary>
    public AutoOffsetReset AutoOffsetReset { get; init; }

    /// <summary>Consumers that the connection runs in the group, threads times pods; 0 where that is not known.</summary>
    public int Consumers { get; init; }

    /// <summary>Whether another question about the same cluster asks for the same.</summary>
    internal bool AsksTheSameAs(KafkaQuestion other) =>
        Topics.SequenceEqual(other.Topics)
        && WrittenTopics.SequenceEqual(other.WrittenTopics)
        && (TopicsPattern, GroupId, AutoOffsetReset, Consumers) == (other.TopicsPattern, other.GroupId, other.AutoOffsetReset, other.Consumers);

    /// <summary>A fixed text: secrets never reach a log by accident.</summary>
    public override string ToString() => nameof(KafkaQuestion);
}
