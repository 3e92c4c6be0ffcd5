using Confluent.Kafka;

namespace KafkaLogstash.LocalCluster.Kafka;

/// <summary>A topic of a <see cref="ScriptedBroker"/>.</summary>
public sealed record ScriptedTopic
{
    /// <summary>What answers about the topic carry.</summary>
    public ErrorCode Error { get; init; }

    /// <summary>The first and the last offset of each partition.</summary>
    public IReadOnlyList<(long Beginning, long End)> Partitions { get; init; } = [(0, 0)];

    /// <summary>The partition that no broker leads; null where all have leaders.</summary>
    public int? Leaderless { get; init; }
}

/// <summary>A consumer group of a <see cref="ScriptedBroker"/>.</summary>
public sealed record ScriptedGroup
{
    /// <summary>What answers about the group carry.</summary>
    public ErrorCode Error { get; init; }

    /// <summary>Kafka's word for its state.</summary>
    public string State { get; init; } = "Stable";

    /// <summary>How many consumers are in it.</summary>
    public int Members { get; init; } = 1;

    /// <summary>What it has committed, by topic and partition.</summary>
    public IReadOnlyDictionary<(string Topic, int Partition), long> Committed { get; init; } = new Dictionary<(string, int), long>();
}

/// <summary>The releases of Kafka that a <see cref="ScriptedBroker"/> can pretend to be, as far as clients can tell.</summary>
public enum ScriptedRelease
{
    /// <summary>0.10.0 of 2016: it creates topics that are asked for by name, whatever the client wishes, and knows no DescribeConfigs.</summary>
    Release0100,

    /// <summary>0.11 of 2017: the first that heeds a client that wants no topic created.</summary>
    Release0110,

    /// <summary>1.1 of 2018: the first that deletes consumer groups.</summary>
    Release11,
}
