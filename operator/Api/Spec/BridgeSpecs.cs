using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using k8s.Models;
using KafkaLogstash.Api.Schema;

namespace KafkaLogstash.Api;

/// <summary>A Logstash that is not ours to manage, for instance on a virtual machine.</summary>
public sealed record ExternalLogstashSpec
{
    /// <summary>Its beats inputs, each as <c>host:port</c>.</summary>
    [Required, Length(1, 64), Item(Patterns.HostAndPortLength, Patterns.HostAndPort), ListType(ListTypeAttribute.Set)]
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>TLS towards them. Absent: plaintext. Empty (<c>tls: {}</c>): TLS with the system's root certificates.</summary>
    public KafkaTlsSpec? Tls { get; init; }
}

/// <summary>The bridge pods.</summary>
public sealed record BridgeSpec
{
    /// <summary>The image. Empty: that of the operator's own release, or what the operator is told with <c>--bridge-image</c>.</summary>
    [Length(0, 512), RegularExpression("^$|" + Patterns.Image)]
    public string Image { get; init; } = "";

    /// <summary>The number of bridge pods. With <c>input</c> no more than there are partitions have something to read; the rest stands by.</summary>
    [Range(0, 1000)]
    public int Replicas { get; init; } = 1;

    /// <summary>Requests and limits of the bridge's container.</summary>
    public V1ResourceRequirements? Resources { get; init; }

    /// <summary>Merged strategically over the operator's pod template; the container is called <c>bridge</c>.</summary>
    public JsonObject? PodTemplate { get; init; }

    /// <summary>Kafka → Logstash.</summary>
    public BridgeSourceSpec Source { get; init; } = new();

    /// <summary>Logstash → Kafka.</summary>
    public BridgeSinkSpec Sink { get; init; } = new();
}

/// <summary>The bridge from Kafka to Logstash.</summary>
public sealed record BridgeSourceSpec
{
    /// <summary>The most events in one Lumberjack window; Logstash acknowledges whole windows.</summary>
    [Range(1, 65536)]
    public int WindowSize { get; init; } = 2048;

    /// <summary>The most windows under way on one connection.</summary>
    [Range(1, 256)]
    public int MaxInFlight { get; init; } = 8;

    /// <summary>The most bytes of events under way in one bridge pod, as a quantity such as <c>32Mi</c>; beyond it partitions are paused. Most of the pod's memory.</summary>
    [Length(1, Patterns.MeasureLength), RegularExpression(Patterns.Bytes)]
    public string MaxInFlightBytes { get; init; } = "32Mi";

    /// <summary>Connections of one bridge pod to each Logstash.</summary>
    [Range(1, 16)]
    public int ConnectionsPerHost { get; init; } = 1;

    /// <summary>zlib's compression level, 0 (none) to 9. Absent: 0 towards pods of this cluster, 3 towards a Logstash that is not the operator's.</summary>
    [Range(0, 9)]
    public int? CompressionLevel { get; init; }

    /// <summary>Whether the records of a partition arrive in their order, or are spread over all connections, so that more Logstash pods than partitions have work.</summary>
    public RecordOrdering Ordering { get; init; } = RecordOrdering.Partition;

    /// <summary>The topic for records that Logstash can never take. Empty: such a record holds its partition up, and the status says so.</summary>
    [Length(0, Patterns.TopicLength), RegularExpression("^$|" + Patterns.Topic)]
    public string DeadLetterTopic { get; init; } = "";
}

/// <summary>The bridge from Logstash to Kafka.</summary>
[Rule("(!has(self.port) || self.port != 8080) && (!has(self.lumberjackPort) || self.lumberjackPort != 8080)", RuleMessages.BridgePortIsTaken, FieldPath = ".port")]
[Rule("!has(self.lumberjackPort) || !has(self.port) || self.lumberjackPort != self.port", RuleMessages.SinkPortTwice, FieldPath = ".lumberjackPort")]
[Rule(
    "!has(self.lumberjackPort) || !has(self.authentication) || (has(self.tls) && has(self.tls.trustedClientCertificates) && size(self.tls.trustedClientCertificates) > 0)",
    RuleMessages.LumberjackHasNoLogin,
    FieldPath = ".lumberjackPort",
    Reason = RuleReason.FieldValueForbidden)]
public sealed record BridgeSinkSpec
{
    /// <summary>The port the sink listens on for HTTP; above 1023, because its user has no rights.</summary>
    [Range(1024, 65535)]
    public int Port { get; init; } = 8443;

    /// <summary>The port the sink listens on for Lumberjack, as Beats and Logstash's lumberjack output speak it. Absent: none.</summary>
    [Range(1024, 65535)]
    public int? LumberjackPort { get; init; }

    /// <summary>
    /// The sink's certificate. Absent: one that the operator makes, which lets in none but its own Logstash unless authentication is set; with an external Logstash, plaintext.
    /// </summary>
    public ServerTlsSpec? Tls { get; init; }

    /// <summary>What HTTP clients must prove. Absent: nothing but what <c>tls</c> asks of them.</summary>
    public SinkAuthenticationSpec? Authentication { get; init; }

    /// <summary>Topics that may be written to. Empty: those that <c>output.topicId</c> can name.</summary>
    [Length(0, 256), Item(Patterns.TopicLength, Patterns.Topic), ListType(ListTypeAttribute.Set)]
    public IReadOnlyList<string> AllowedTopics { get; init; } = [];

    /// <summary>The topic for events that Kafka can never take, for example because they are too large. Empty: they are refused.</summary>
    [Length(0, Patterns.TopicLength), RegularExpression("^$|" + Patterns.Topic)]
    public string DeadLetterTopic { get; init; } = "";
}

/// <summary>TLS of a server.</summary>
[Rule("self.certificateKey != self.privateKeyKey", RuleMessages.SameKeyTwice, FieldPath = ".privateKeyKey")]
public sealed record ServerTlsSpec
{
    /// <summary>The name of the Secret with the certificate and its private key; a <c>kubernetes.io/tls</c> Secret fits.</summary>
    [Required, Length(1, Patterns.ObjectNameLength), RegularExpression(Patterns.ObjectName)]
    public string SecretName { get; init; } = "";

    /// <summary>The key in the Secret with the certificate, its issuers after it.</summary>
    [Length(1, Patterns.ObjectNameLength), RegularExpression(Patterns.DataKey)]
    public string CertificateKey { get; init; } = "tls.crt";

    /// <summary>The key in the Secret with the private key.</summary>
    [Length(1, Patterns.ObjectNameLength), RegularExpression(Patterns.DataKey)]
    public string PrivateKeyKey { get; init; } = "tls.key";

    /// <summary>Secrets with the certificates that client certificates must come from (mTLS), as PEM. Empty: clients need none.</summary>
    [Length(0, 32)]
    public IReadOnlyList<SecretKeyReference> TrustedClientCertificates { get; init; } = [];
}

/// <summary>How clients of the sink prove who they are: by user name and password, or by token.</summary>
[Rule("has(self.basicSecretName) != has(self.bearerTokenFrom)", RuleMessages.OneSinkAuthentication, FieldPath = ".basicSecretName", Reason = RuleReason.FieldValueRequired)]
public sealed record SinkAuthenticationSpec
{
    /// <summary>The name of a Secret of type <c>kubernetes.io/basic-auth</c> with user name and password (RFC 7617).</summary>
    [Length(1, Patterns.ObjectNameLength), RegularExpression(Patterns.ObjectName)]
    public string? BasicSecretName { get; init; }

    /// <summary>A bearer token (RFC 6750) from a Secret.</summary>
    public SecretKeyReference? BearerTokenFrom { get; init; }
}

/// <summary>Scaling by consumer lag.</summary>
[Rule("self.minReplicas <= self.maxReplicas", RuleMessages.ReplicasOutOfOrder, FieldPath = ".minReplicas")]
public sealed record AutoscalingSpec
{
    /// <summary>The fewest pods.</summary>
    [Range(1, 1000)]
    public int MinReplicas { get; init; } = 1;

    /// <summary>The most pods; with <c>transport: Native</c> never more than partitions divided by consumer threads, with Bridge never more than partitions while their order is kept.</summary>
    [Range(1, 1000)]
    public int MaxReplicas { get; init; } = 8;

    /// <summary>Records of lag that one pod is for.</summary>
    [Range(1, 1_000_000_000_000)]
    public long LagPerReplica { get; init; } = 10000;

    /// <summary>How long lag must be low before pods are taken away, as a duration such as <c>5m</c>.</summary>
    [Length(1, Patterns.MeasureLength), RegularExpression(Patterns.Duration)]
    public string ScaleDownStabilization { get; init; } = "5m";
}

/// <summary>NetworkPolicies for the pods.</summary>
public sealed record NetworkPolicySpec
{
    /// <summary>Whether there are any. Logstash pods then take connections only at their ports, bridge pods only from their Logstash unless the sink is set up for others.</summary>
    public bool Enabled { get; init; }

    /// <summary>What bridge pods may reach. Logstash pods may reach anything: where their outputs and lookups go is not for the operator to know.</summary>
    public EgressPolicy Egress { get; init; } = EgressPolicy.Open;

    /// <summary>Ports that Kafka's brokers advertise, where they are others than those of <c>kafka.bootstrapServers</c>. Used with <c>egress: Restricted</c>.</summary>
    [Length(0, 32)]
    public IReadOnlyList<KafkaPortSpec> KafkaPorts { get; init; } = [];
}

/// <summary>A port of Kafka's brokers, or a range of them.</summary>
[Rule("!has(self.endPort) || self.endPort >= self.port", RuleMessages.PortRangeOutOfOrder, FieldPath = ".endPort")]
public sealed record KafkaPortSpec
{
    /// <summary>The port, or the first of them.</summary>
    [Required, Range(1, 65535)]
    public int Port { get; init; }

    /// <summary>The last of them. Absent: the port is the only one.</summary>
    [Range(1, 65535)]
    public int? EndPort { get; init; }
}

/// <summary>What is left behind when a connection is deleted.</summary>
public sealed record DeletionPolicySpec
{
    /// <summary>
    /// Whether the consumer group, with its committed offsets, stays in Kafka. Delete: the pods end first, and the connection is gone only when the group is. Where that
    /// does not come about within four minutes, or the credentials are gone, or another connection reads as the same group, the group stays and an event says so.
    /// Needs <c>kafka.probe: Enabled</c>, and the right to delete the group.
    /// </summary>
    public DeletionAction ConsumerGroup { get; init; } = DeletionAction.Retain;
}
