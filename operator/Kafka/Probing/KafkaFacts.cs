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

    /// <summary>
    /// The sum of the end offsets of all partitions that are read; null while unknown. Between two looks it grows by the records that were written.
    /// </summary>
    public long? EndOffsets { get; init; }

    /// <summary>A sentence that says why <see cref="Lag"/> is unknown; null where it is known, and where there is no consumer group.</summary>
    public string? LagUnknown { get; init; }

    /// <summary>The consumer group; null without one, and while its state is unknown (brokers that can't tell, no right to see it, not asked yet).</summary>
    public GroupFacts? Group { get; init; }

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
public sealed record TopicFacts(string Name, int? Partitions, long? Lag)
{
    /// <summary>Whether it is read; else it is only written.</summary>
    public bool IsRead { get; init; } = true;
}

/// <summary>A consumer group as its coordinator has it.</summary>
/// <param name="State">Kafka's word for its state: <c>Stable</c>, <c>Empty</c>, <c>PreparingRebalance</c>, <c>CompletingRebalance</c> or <c>Dead</c> (there is no such group).</param>
/// <param name="Members">Consumers in it. Each Logstash pod has as many as <c>spec.input.consumerThreads</c> says.</param>
public sealed record GroupFacts(string State, int Members);
