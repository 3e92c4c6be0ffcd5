using System.Text.Json.Nodes;
using k8s.Models;

namespace KafkaLogstash.Api;

/// <summary>A Logstash that is not ours to manage, for instance on a virtual machine.</summary>
public sealed record ExternalLogstashSpec
{
    /// <summary>Its beats inputs, each as <c>host:port</c>.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>TLS towards them. Absent: plaintext. Empty: TLS with the system's roots.</summary>
    public KafkaTlsSpec? Tls { get; init; }
}

/// <summary>The bridge pods.</summary>
public sealed record BridgeSpec
{
    /// <summary>The number of pods, where nothing scales them.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>The container's resources.</summary>
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
    /// <summary>Events in one Lumberjack window.</summary>
    public int WindowSize { get; init; } = 2048;

    /// <summary>Windows under way on one connection.</summary>
    public int MaxInFlight { get; init; } = 8;

    /// <summary>zlib's level, 0 (none) to 9.</summary>
    public int CompressionLevel { get; init; } = 3;

    /// <summary>Where records go that Logstash can't take. Empty: nowhere, they are counted and dropped.</summary>
    public string DeadLetterTopic { get; init; } = "";
}

/// <summary>The bridge from Logstash to Kafka.</summary>
public sealed record BridgeSinkSpec
{
    /// <summary>The port it listens on.</summary>
    public int Port { get; init; } = 8443;

    /// <summary>Its certificate. Absent: plaintext.</summary>
    public ServerTlsSpec? Tls { get; init; }

    /// <summary>What clients must prove. Absent: nothing.</summary>
    public SinkAuthenticationSpec? Authentication { get; init; }

    /// <summary>Where events go that Kafka can't take. Empty: they are refused.</summary>
    public string DeadLetterTopic { get; init; } = "";
}

/// <summary>TLS of a server.</summary>
public sealed record ServerTlsSpec
{
    /// <summary>The Secret with the certificate and its key.</summary>
    public string SecretName { get; init; } = "";

    /// <summary>The key with the certificate chain.</summary>
    public string CertificateKey { get; init; } = "tls.crt";

    /// <summary>The key with the private key.</summary>
    public string PrivateKeyKey { get; init; } = "tls.key";

    /// <summary>Certificates that client certificates must come from (mTLS). Empty: clients need none.</summary>
    public IReadOnlyList<SecretKeyReference> TrustedClientCertificates { get; init; } = [];
}

/// <summary>How clients of the sink prove who they are.</summary>
public sealed record SinkAuthenticationSpec
{
    /// <summary>User name and password (RFC 7617), from a Secret of type <c>kubernetes.io/basic-auth</c>.</summary>
    public string? BasicSecretName { get; init; }

    /// <summary>A bearer token (RFC 6750).</summary>
    public SecretKeyReference? BearerTokenFrom { get; init; }
}

/// <summary>Scaling by consumer lag.</summary>
public sealed record AutoscalingSpec
{
    /// <summary>The fewest pods.</summary>
    public int MinReplicas { get; init; } = 1;

    /// <summary>The most pods; never more than partitions divided by consumer threads.</summary>
    public int MaxReplicas { get; init; } = 8;

    /// <summary>Records of lag that one pod is for.</summary>
    public long LagPerReplica { get; init; } = 10000;

    /// <summary>How long lag must be low before pods are taken away.</summary>
    public string ScaleDownStabilization { get; init; } = "5m";
}

/// <summary>A NetworkPolicy for the pods.</summary>
public sealed record NetworkPolicySpec
{
    /// <summary>Whether there is one.</summary>
    public bool Enabled { get; init; }
}

/// <summary>What is left behind when a connection is deleted.</summary>
public sealed record DeletionPolicySpec
{
    /// <summary>Whether the consumer group, with its committed offsets, stays in Kafka.</summary>
    public DeletionAction ConsumerGroup { get; init; } = DeletionAction.Retain;
}
