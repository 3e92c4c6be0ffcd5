namespace KafkaLogstash.Api;

/// <summary>What a connection should be.</summary>
public sealed record ConnectionSpec
{
    /// <summary>While true, nothing but the status is touched: what runs goes on running as it is.</summary>
    public bool Paused { get; init; }

    /// <summary>Who talks to Kafka: <c>Native</c>, Logstash's own kafka plugins, or <c>Bridge</c>, bridge pods of the operator.</summary>
    public Transport Transport { get; init; } = Transport.Native;

    /// <summary>The Kafka cluster and how to log in to it.</summary>
    public KafkaSpec Kafka { get; init; } = new();

    /// <summary>Kafka as Logstash's input: which topics are read, and how. Absent: nothing is read.</summary>
    public InputSpec? Input { get; init; }

    /// <summary>Kafka as Logstash's output: which topic is written, and how. Absent: nothing is written.</summary>
    public OutputSpec? Output { get; init; }

    /// <summary>What stands between: further inputs and outputs, filters, and how the pipeline runs.</summary>
    public PipelineSpec Pipeline { get; init; } = new();

    /// <summary>The Logstash pods.</summary>
    public LogstashSpec Logstash { get; init; } = new();

    /// <summary>The bridge pods; only with <c>transport: Bridge</c>.</summary>
    public BridgeSpec Bridge { get; init; } = new();

    /// <summary>Scaling by consumer lag. Absent: <c>logstash.replicas</c> counts.</summary>
    public AutoscalingSpec? Autoscaling { get; init; }

    /// <summary>Whether the pods accept connections only where they must.</summary>
    public NetworkPolicySpec NetworkPolicy { get; init; } = new();

    /// <summary>What is left behind when the connection is deleted.</summary>
    public DeletionPolicySpec DeletionPolicy { get; init; } = new();
}
