using KafkaLogstash.Controller.Certificates;
using KafkaLogstash.Controller.References;

namespace KafkaLogstash.Controller.Rendering.Bridges;

/// <summary>What the bridge of a connection is made from, besides what every connection is made from.</summary>
internal sealed record BridgeRequest
{
    /// <summary>The image for bridges that name none.</summary>
    public required string DefaultImage { get; init; }

    /// <summary>TLS and logins, out of the Secrets that the connection names.</summary>
    public required BridgeSecrets Secrets { get; init; }

    /// <summary>The certificates with which bridge and Logstash know each other; null where the operator makes none.</summary>
    public BridgeCertificates? Certificates { get; init; }

    /// <summary>The number of pods; null leaves it to who has set it before.</summary>
    public int? Replicas { get; init; }
}
