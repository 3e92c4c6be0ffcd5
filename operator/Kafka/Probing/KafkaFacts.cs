namespace KafkaLogstash.Kafka.Probing;

/// <summary>What Kafka looks like for a connection.</summary>
public sealed record KafkaFacts
{
    /// <summary>Whether the cluster answers and lets the client in.</summary>
    public required KafkaFinding Reachable { get; init; }

    /// <summary>Whether every topic is there and may be used.</summary>
    public required KafkaFinding TopicsAvailable { get; init; }

    /// <summary>The topics, by name. For a pattern, those that match it.</summary>
    public IReadOnlyList<TopicFacts> Topics { get; init; } = [];

    /// <summary>Records that the consumer group has not yet read, over all topics; null while unknown.</summary>
    public long? Lag { get; init; }

    /// <summary>When this was found out, UTC.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>One thing found out about Kafka.</summary>
/// <param name="Holds">True or false; null where it could not be found out.</param>
/// <param name="Reason">One word in UpperCamelCase for programs, for example <c>AuthenticationFailed</c>.</param>
/// <param name="Message">A sentence for people: what is wrong and what to do. It never holds a credential.</param>
public sealed record KafkaFinding(bool? Holds, string Reason, string Message);

/// <summary>A topic as Kafka has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">Its number of partitions; null where it does not exist or may not be seen.</param>
/// <param name="Lag">Records of it that the consumer group has not yet read; null while unknown.</param>
public sealed record TopicFacts(string Name, int? Partitions, long? Lag);
