using System.ComponentModel.DataAnnotations;
using KafkaLogstash.Api.Schema;

namespace KafkaLogstash.Api;

/// <summary>What the connection should be: where Kafka is, what flows in which direction, and how Logstash runs.</summary>
[Rule("has(self.input) || has(self.output)", RuleMessages.NoDirection, Reason = RuleReason.FieldValueRequired)]
[Rule("!has(self.logstash.external) || self.transport == 'Bridge'", RuleMessages.ExternalNeedsBridge, FieldPath = ".transport")]
[Rule(
    "!has(self.logstash.external) || ((!has(self.pipeline.inputs) || size(self.pipeline.inputs) == 0) && (!has(self.pipeline.filter) || size(self.pipeline.filter) == 0)"
    + " && (!has(self.pipeline.outputs) || size(self.pipeline.outputs) == 0) && (!has(self.pipeline.configMaps) || size(self.pipeline.configMaps) == 0))",
    RuleMessages.ExternalHasNoPipeline,
    FieldPath = ".pipeline",
    Reason = RuleReason.FieldValueForbidden)]
[Rule("!has(self.autoscaling) || has(self.input)", RuleMessages.ScalingNeedsInput, FieldPath = ".autoscaling", Reason = RuleReason.FieldValueForbidden)]
[Rule(
    "self.deletionPolicy.consumerGroup != 'Delete' || self.kafka.probe != 'Disabled'",
    RuleMessages.GroupDeletionNeedsProbe,
    FieldPath = ".deletionPolicy.consumerGroup")]
public sealed record ConnectionSpec
{
    /// <summary>While true, nothing but the status is touched: what runs goes on running as it is.</summary>
    public bool Paused { get; init; }

    /// <summary>Who talks to Kafka.</summary>
    public Transport Transport { get; init; } = Transport.Native;

    /// <summary>The Kafka cluster: addresses, encryption, authentication.</summary>
    [Required]
    public KafkaSpec Kafka { get; init; } = new();

    /// <summary>Kafka as Logstash's input: which topics are read, and how. Absent: nothing is read. At least one of input and output is needed.</summary>
    public InputSpec? Input { get; init; }

    /// <summary>Kafka as Logstash's output: which topic is written, and how. Absent: nothing is written. At least one of input and output is needed.</summary>
    public OutputSpec? Output { get; init; }

    /// <summary>What stands between input and output: filters, further inputs and outputs, batches and queues.</summary>
    public PipelineSpec Pipeline { get; init; } = new();

    /// <summary>The Logstash pods: version, replicas, resources, settings. Or the Logstash that is not the operator's.</summary>
    public LogstashSpec Logstash { get; init; } = new();

    /// <summary>The bridge pods between Kafka and Logstash. Only with <c>transport: Bridge</c>; without effect otherwise.</summary>
    public BridgeSpec Bridge { get; init; } = new();

    /// <summary>Scaling of Logstash by consumer lag, or of the bridge where Logstash is not the operator's. Absent: <c>logstash.replicas</c> and <c>bridge.replicas</c> count.</summary>
    public AutoscalingSpec? Autoscaling { get; init; }

    /// <summary>Whether the pods accept connections only where they must.</summary>
    public NetworkPolicySpec NetworkPolicy { get; init; } = new();

    /// <summary>What is left behind when the connection is deleted.</summary>
    public DeletionPolicySpec DeletionPolicy { get; init; } = new();
}
