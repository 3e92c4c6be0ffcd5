using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using KafkaLogstash.Api.Schema;

namespace KafkaLogstash.Api;

/// <summary>Kafka as Logstash's input.</summary>
[Rule("(has(self.topics) && size(self.topics) > 0) != has(self.topicsPattern)", RuleMessages.OneOfTopicsAndPattern, FieldPath = ".topics", Reason = RuleReason.FieldValueRequired)]
public sealed record InputSpec
{
    /// <summary>The names of the topics to read. Exactly one of topics and topicsPattern.</summary>
    [Length(0, 256), Item(Patterns.TopicLength, Patterns.Topic), ListType(ListTypeAttribute.Set)]
    [Rule("self.all(topic, topic != '.' && topic != '..')", RuleMessages.TopicIsDots)]
    public IReadOnlyList<string>? Topics { get; init; }

    /// <summary>A Java regular expression that the whole name of a topic matches, for example <c>orders-.*</c>. Exactly one of topics and topicsPattern.</summary>
    [Length(1, 1024)]
    public string? TopicsPattern { get; init; }

    /// <summary>The consumer group. Absent: <c>&lt;namespace&gt;-&lt;name&gt;</c> of the connection.</summary>
    [Length(1, 255), RegularExpression(Patterns.Printable)]
    public string? GroupId { get; init; }

    /// <summary>Consumers in each Logstash pod. All pods together need no more than there are partitions; the rest stays idle. Without effect with <c>transport: Bridge</c>.</summary>
    [Range(1, 256)]
    public int ConsumerThreads { get; init; } = 1;

    /// <summary>Where a group without a committed offset begins.</summary>
    public AutoOffsetReset AutoOffsetReset { get; init; } = AutoOffsetReset.Latest;

    /// <summary>The Logstash codec that turns a record's value into an event: a name, or a name with settings, <c>plain { charset => "UTF-8" }</c>.</summary>
    [Length(1, 4096), RegularExpression(Patterns.Codec)]
    public string Codec { get; init; } = "json";

    /// <summary>What of the record an event carries in <c>[@metadata][kafka]</c>.</summary>
    public DecorateEvents DecorateEvents { get; init; } = DecorateEvents.None;

    /// <summary>Any other option of Logstash's kafka input by its name there, for example <c>max_poll_records: 1000</c>; checked against what the Logstash version knows.</summary>
    public JsonObject? Options { get; init; }
}

/// <summary>Kafka as Logstash's output.</summary>
public sealed record OutputSpec
{
    /// <summary>The topic; <c>%{[field]}</c> stands for an event's field: <c>orders-%{[region]}</c>.</summary>
    [Required, Length(1, 1024), RegularExpression(Patterns.Printable)]
    public string TopicId { get; init; } = "";

    /// <summary>The record's key; <c>%{[field]}</c> stands for an event's field. Absent: no key.</summary>
    [Length(1, 1024)]
    public string? MessageKey { get; init; }

    /// <summary>How records are compressed.</summary>
    public CompressionType CompressionType { get; init; } = CompressionType.None;

    /// <summary>Whose word makes a record written. A text: quote the numbers.</summary>
    public Acks Acks { get; init; } = Acks.All;

    /// <summary>The Logstash codec that turns an event into a record's value: a name, or a name with settings, <c>plain { format => "%{message}" }</c>.</summary>
    [Length(1, 4096), RegularExpression(Patterns.Codec)]
    public string Codec { get; init; } = "json";

    /// <summary>A Logstash condition, <c>[type] == "order"</c>; only events for which it is true are written. Absent: all.</summary>
    [Length(1, 8192)]
    public string? When { get; init; }

    /// <summary>Any other option of Logstash's kafka output by its name there, for example <c>linger_ms: 20</c>; checked against what the Logstash version knows.</summary>
    public JsonObject? Options { get; init; }
}

/// <summary>What stands between input and output.</summary>
public sealed record PipelineSpec
{
    /// <summary>The body of Logstash's input section, without <c>input { }</c> around it: inputs besides Kafka.</summary>
    [Length(0, 262144)]
    public string Inputs { get; init; } = "";

    /// <summary>The body of Logstash's filter section, without <c>filter { }</c> around it.</summary>
    [Length(0, 262144)]
    public string Filter { get; init; } = "";

    /// <summary>The body of Logstash's output section, without <c>output { }</c> around it: outputs besides Kafka.</summary>
    [Length(0, 262144)]
    public string Outputs { get; init; } = "";

    /// <summary>Bodies of sections from ConfigMaps; each comes after the field's own text, in this order.</summary>
    [Length(0, 32)]
    public IReadOnlyList<PipelineConfigMapReference> ConfigMaps { get; init; } = [];

    /// <summary>Logstash's <c>pipeline.workers</c>: threads that run filters and outputs. Absent: as many as the container has processors.</summary>
    [Range(1, 1024)]
    public int? Workers { get; init; }

    /// <summary>Logstash's <c>pipeline.batch.size</c>: the most events a worker takes at once.</summary>
    [Range(1, 125000)]
    public int BatchSize { get; init; } = 125;

    /// <summary>Logstash's <c>pipeline.batch.delay</c>: how long a worker waits for a full batch, as a duration such as <c>50ms</c>.</summary>
    [Length(1, Patterns.MeasureLength), RegularExpression(Patterns.Duration)]
    public string BatchDelay { get; init; } = "50ms";

    /// <summary>Logstash's <c>pipeline.ecs_compatibility</c>: whether plugins name fields as the Elastic Common Schema does.</summary>
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
    /// <summary>The ConfigMap's name, in the connection's namespace.</summary>
    [Required, Length(1, Patterns.ObjectNameLength), RegularExpression(Patterns.ObjectName)]
    public string Name { get; init; } = "";

    /// <summary>The key in the ConfigMap.</summary>
    [Required, Length(1, Patterns.ObjectNameLength), RegularExpression(Patterns.DataKey)]
    public string Key { get; init; } = "";

    /// <summary>The section whose body it is. Absent: <c>filter</c>.</summary>
    public PipelineSection Section { get; init; } = PipelineSection.Filter;
}

/// <summary>Logstash's queue.</summary>
[Rule(
    "self.type == 'persisted' || !has(self.storageClassName) || self.storageClassName == ''",
    RuleMessages.StorageClassNeedsPersisted,
    FieldPath = ".storageClassName",
    Reason = RuleReason.FieldValueForbidden)]
public sealed record QueueSpec
{
    /// <summary>In memory or on a volume.</summary>
    public QueueType Type { get; init; } = QueueType.Memory;

    /// <summary>How much a persisted queue holds in each pod, as a quantity such as <c>1Gi</c>; its volume is a little larger.</summary>
    [Length(1, Patterns.MeasureLength), RegularExpression(Patterns.Bytes)]
    public string MaxBytes { get; init; } = "1Gi";

    /// <summary>The storage class of a persisted queue's volumes. Empty: the cluster's default.</summary>
    [Length(0, Patterns.ObjectNameLength), RegularExpression("^$|" + Patterns.ObjectName)]
    public string StorageClassName { get; init; } = "";
}

/// <summary>Logstash's dead letter queue.</summary>
public sealed record DeadLetterQueueSpec
{
    /// <summary>Whether there is one.</summary>
    public bool Enabled { get; init; }

    /// <summary>How much it holds in each pod, as a quantity such as <c>1Gi</c>.</summary>
    [Length(1, Patterns.MeasureLength), RegularExpression(Patterns.Bytes)]
    public string MaxBytes { get; init; } = "1Gi";
}
