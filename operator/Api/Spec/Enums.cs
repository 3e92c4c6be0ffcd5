using System.Text.Json.Serialization;

namespace KafkaLogstash.Api;

/// <summary>Who talks to Kafka.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Transport>))]
public enum Transport
{
    /// <summary>Logstash's own kafka input and output.</summary>
    Native,

    /// <summary>Bridge pods of the operator; Logstash talks only to them.</summary>
    Bridge,
}

/// <summary>How a client proves to Kafka who it is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AuthenticationType>))]
public enum AuthenticationType
{
    /// <summary>SASL PLAIN: user name and password.</summary>
    Plain,

    /// <summary>SASL SCRAM-SHA-256.</summary>
    ScramSha256,

    /// <summary>SASL SCRAM-SHA-512.</summary>
    ScramSha512,

    /// <summary>SASL OAUTHBEARER with client credentials (KIP-768).</summary>
    OAuthBearer,
}

/// <summary>Whether the operator itself may dial Kafka.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProbeMode>))]
public enum ProbeMode
{
    /// <summary>It may.</summary>
    Enabled,

    /// <summary>It may not: conditions about Kafka and lag stay unknown.</summary>
    Disabled,
}

/// <summary>Where a consumer group without a committed offset begins.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AutoOffsetReset>))]
public enum AutoOffsetReset
{
    /// <summary>With what arrives from now on.</summary>
    Latest,

    /// <summary>With the oldest record there is.</summary>
    Earliest,

    /// <summary>Nowhere: it is an error.</summary>
    None,
}

/// <summary>What of the record an event carries in <c>[@metadata][kafka]</c>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DecorateEvents>))]
public enum DecorateEvents
{
    /// <summary>Nothing.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>Topic, consumer group, partition, offset, key and timestamp.</summary>
    [JsonStringEnumMemberName("basic")]
    Basic,

    /// <summary>The same, and the headers.</summary>
    [JsonStringEnumMemberName("extended")]
    Extended,
}

/// <summary>How a producer compresses.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CompressionType>))]
public enum CompressionType
{
    /// <summary>Not at all.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>gzip.</summary>
    [JsonStringEnumMemberName("gzip")]
    Gzip,

    /// <summary>snappy.</summary>
    [JsonStringEnumMemberName("snappy")]
    Snappy,

    /// <summary>LZ4.</summary>
    [JsonStringEnumMemberName("lz4")]
    Lz4,

    /// <summary>Zstandard.</summary>
    [JsonStringEnumMemberName("zstd")]
    Zstd,
}

/// <summary>Whose word makes a record written.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Acks>))]
public enum Acks
{
    /// <summary>Nobody's: records can be lost unseen.</summary>
    [JsonStringEnumMemberName("0")]
    NoBroker,

    /// <summary>The partition leader's: records can be lost with it.</summary>
    [JsonStringEnumMemberName("1")]
    Leader,

    /// <summary>All in-sync replicas'.</summary>
    [JsonStringEnumMemberName("all")]
    All,
}

/// <summary>A section of a Logstash pipeline.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PipelineSection>))]
public enum PipelineSection
{
    /// <summary>Inputs.</summary>
    [JsonStringEnumMemberName("inputs")]
    Inputs,

    /// <summary>Filters.</summary>
    [JsonStringEnumMemberName("filter")]
    Filter,

    /// <summary>Outputs.</summary>
    [JsonStringEnumMemberName("outputs")]
    Outputs,
}

/// <summary>Logstash's <c>pipeline.ecs_compatibility</c>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EcsCompatibility>))]
public enum EcsCompatibility
{
    /// <summary>No ECS.</summary>
    [JsonStringEnumMemberName("disabled")]
    Disabled,

    /// <summary>ECS 1.</summary>
    [JsonStringEnumMemberName("v1")]
    V1,

    /// <summary>ECS 8.</summary>
    [JsonStringEnumMemberName("v8")]
    V8,
}

/// <summary>What of the order of records a bridge keeps on their way to Logstash.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RecordOrdering>))]
public enum RecordOrdering
{
    /// <summary>The order within each partition: while records of it are under way, all take the same connection.</summary>
    Partition,

    /// <summary>None: every connection takes what comes next.</summary>
    None,
}

/// <summary>What bridge pods may reach.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EgressPolicy>))]
public enum EgressPolicy
{
    /// <summary>Anything.</summary>
    Open,

    /// <summary>DNS, Kafka's ports and that of the token endpoint at any address, and Logstash: the operator's pods, or the ports of external hosts.</summary>
    Restricted,
}

/// <summary>Where Logstash keeps events between its inputs and its filters.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<QueueType>))]
public enum QueueType
{
    /// <summary>In memory: gone with the process.</summary>
    [JsonStringEnumMemberName("memory")]
    Memory,

    /// <summary>On a volume.</summary>
    [JsonStringEnumMemberName("persisted")]
    Persisted,
}

/// <summary>How a changed pipeline reaches the pods.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReloadMode>))]
public enum ReloadMode
{
    /// <summary>The pods roll.</summary>
    Rolling,

    /// <summary>Logstash reloads it by itself, without a restart.</summary>
    InPlace,
}

/// <summary>What happens to something in Kafka when the connection is deleted.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeletionAction>))]
public enum DeletionAction
{
    /// <summary>It stays.</summary>
    Retain,

    /// <summary>It is deleted.</summary>
    Delete,
}
