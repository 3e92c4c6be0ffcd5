using System.Text.Json.Nodes;

namespace KafkaLogstash.Api;

/// <summary>Kafka as Logstash's input.</summary>
public sealed record InputSpec
{
    /// <summary>The topics to read. Exactly one of <c>topics</c> and <c>topicsPattern</c>.</summary>
    public IReadOnlyList<string>? Topics { get; init; }

    /// <summary>A regular expression (Java's) that names the topics to read.</summary>
    public string? TopicsPattern { get; init; }

    /// <summary>The consumer group. Default: <c>&lt;namespace&gt;-&lt;name&gt;</c>.</summary>
    public string? GroupId { get; init; }

    /// <summary>Consumers in each Logstash pod. All pods together need no more than there are partitions.</summary>
    public int ConsumerThreads { get; init; } = 1;

    /// <summary>Where a group without a committed offset begins.</summary>
    public AutoOffsetReset AutoOffsetReset { get; init; } = AutoOffsetReset.Latest;

    /// <summary>The codec that turns a record's value into an event, for example <c>json</c>.</summary>
    public string Codec { get; init; } = "json";

    /// <summary>What of the record an event carries in <c>[@metadata][kafka]</c>.</summary>
    public DecorateEvents DecorateEvents { get; init; } = DecorateEvents.None;

    /// <summary>Further options of Logstash's kafka input, checked against the Logstash version's catalogue.</summary>
    public JsonObject? Options { get; init; }
}

/// <summary>Kafka as Logstash's output.</summary>
public sealed record OutputSpec
{
    /// <summary>The topic; <c>%{[field]}</c> stands for an event's field.</summary>
    public string TopicId { get; init; } = "";

    /// <summary>The record's key; <c>%{[field]}</c> stands for an event's field. Absent: no key.</summary>
    public string? MessageKey { get; init; }

    /// <summary>How records are compressed.</summary>
    public CompressionType CompressionType { get; init; } = CompressionType.None;

    /// <summary>Whose word makes a record written.</summary>
    public Acks Acks { get; init; } = Acks.All;

    /// <summary>The codec that turns an event into a record's value, for example <c>json</c>.</summary>
    public string Codec { get; init; } = "json";

    /// <summary>A Logstash condition; only events for which it is true are written. Absent: all.</summary>
    public string? When { get; init; }

    /// <summary>Further options of Logstash's kafka output, checked against the Logstash version's catalogue.</summary>
    public JsonObject? Options { get; init; }
}

/// <summary>What stands between input and output.</summary>
public sealed record PipelineSpec
{
    /// <summary>The body of an input section: inputs besides Kafka.</summary>
    public string Inputs { get; init; } = "";

    /// <summary>The body of a filter section.</summary>
    public string Filter { get; init; } = "";

    /// <summary>The body of an output section: outputs besides Kafka.</summary>
    public string Outputs { get; init; } = "";

    /// <summary>The same from ConfigMaps; each comes after the field's own text, in this order.</summary>
    public IReadOnlyList<PipelineConfigMapReference> ConfigMaps { get; init; } = [];

    /// <summary>Logstash's <c>pipeline.workers</c>. Absent: as many as the container has processors.</summary>
    public int? Workers { get; init; }

    /// <summary>Logstash's <c>pipeline.batch.size</c>: events a worker takes at once.</summary>
    public int BatchSize { get; init; } = 125;

    /// <summary>Logstash's <c>pipeline.batch.delay</c>: how long a worker waits for a full batch.</summary>
    public string BatchDelay { get; init; } = "50ms";

    /// <summary>Logstash's <c>pipeline.ecs_compatibility</c>.</summary>
    public EcsCompatibility EcsCompatibility { get; init; } = EcsCompatibility.V8;

    /// <summary>The queue between inputs and filters.</summary>
    public QueueSpec Queue { get; init; } = new();

    /// <summary>Where events go that an output refuses for good.</summary>
    public DeadLetterQueueSpec DeadLetterQueue { get; init; } = new();

    /// <summary>How a changed pipeline reaches the pods.</summary>
    public ReloadMode Reload { get; init; } = ReloadMode.Rolling;
}

/// <summary>A piece of pipeline in a ConfigMap of the connection's namespace.</summary>
public sealed record PipelineConfigMapReference
{
    /// <summary>The ConfigMap's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The key in it.</summary>
    public string Key { get; init; } = "";

    /// <summary>The section whose body it is.</summary>
    public PipelineSection Section { get; init; } = PipelineSection.Filter;
}

/// <summary>Logstash's queue.</summary>
public sealed record QueueSpec
{
    /// <summary>In memory or on a volume.</summary>
    public QueueType Type { get; init; } = QueueType.Memory;

    /// <summary>How much a persisted queue holds; its volume is a little larger.</summary>
    public string MaxBytes { get; init; } = "1Gi";

    /// <summary>The storage class of the volume. Empty: the cluster's default.</summary>
    public string StorageClassName { get; init; } = "";
}

/// <summary>Logstash's dead letter queue.</summary>
public sealed record DeadLetterQueueSpec
{
    /// <summary>Whether there is one.</summary>
    public bool Enabled { get; init; }

    /// <summary>How much it holds.</summary>
    public string MaxBytes { get; init; } = "1Gi";
}
