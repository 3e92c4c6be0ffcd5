using k8s.Models;

namespace KafkaLogstash.Api;

/// <summary>What the operator found.</summary>
public sealed record ConnectionStatus
{
    /// <summary>The generation of the spec that this status speaks of.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Conditions, by type.</summary>
    public IReadOnlyList<V1Condition> Conditions { get; init; } = [];

    /// <summary>Logstash pods there are; bridge pods where Logstash is not the operator's.</summary>
    public int Replicas { get; init; }

    /// <summary>Those of them that are ready.</summary>
    public int ReadyReplicas { get; init; }

    /// <summary>What flows where, as one text for people: <c>orders, refunds → orders-clean</c>.</summary>
    public string? Flow { get; init; }

    /// <summary>Ready and wished pods, as <c>2/3</c>: what people look for first.</summary>
    public string? ReadyRatio { get; init; }

    /// <summary>The label selector of the pods, as text, for the scale subresource.</summary>
    public string? Selector { get; init; }

    /// <summary>The transport in use.</summary>
    public Transport? Transport { get; init; }

    /// <summary>Logstash's version in use.</summary>
    public string? Version { get; init; }

    /// <summary>The digest of the pipeline that is rolled out, not of the one that is wished.</summary>
    public string? PipelineHash { get; init; }

    /// <summary>How the pipeline that is rolled out came to the pods.</summary>
    public RolloutStatus? Rollout { get; init; }

    /// <summary>The consumer group in use.</summary>
    public string? GroupId { get; init; }

    /// <summary>The topics that are read, with their lag.</summary>
    public IReadOnlyList<TopicStatus> Topics { get; init; } = [];

    /// <summary>Records that the consumer group has not yet read; absent while unknown.</summary>
    public long? Lag { get; init; }

    /// <summary>The bridge pods; absent with <c>transport: Native</c>.</summary>
    public BridgeStatus? Bridge { get; init; }
}

/// <summary>How a pipeline came to the pods.</summary>
public sealed record RolloutStatus
{
    /// <summary>Whether Logstash reloaded it in place, or the pods were restarted with it.</summary>
    public ReloadMode Method { get; init; }

    /// <summary>The same for people, with the reason where it is not what the spec asks for.</summary>
    public string Message { get; init; } = "";
}

/// <summary>A topic as the operator sees it.</summary>
public sealed record TopicStatus
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its number of partitions; absent while unknown.</summary>
    public int? Partitions { get; init; }

    /// <summary>Records of it that the consumer group has not yet read; absent while unknown.</summary>
    public long? Lag { get; init; }
}

/// <summary>The bridge pods as the operator sees them.</summary>
public sealed record BridgeStatus
{
    /// <summary>Bridge pods there are.</summary>
    public int Replicas { get; init; }

    /// <summary>Bridge pods that are ready.</summary>
    public int ReadyReplicas { get; init; }

    /// <summary>Where Logstash can send events for Kafka: <c>/events</c> and <c>/topics/{topic}</c> below it. Absent where nothing is written.</summary>
    public string? SinkUrl { get; init; }
}
