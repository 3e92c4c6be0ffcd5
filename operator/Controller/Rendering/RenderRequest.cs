using KafkaLogstash.Api;
using KafkaLogstash.Controller.References;
using KafkaLogstash.Controller.Rendering.Bridges;
using KafkaLogstash.Controller.Rollout;
using KafkaLogstash.Kafka.Clients;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>Everything that the objects of a connection are made from.</summary>
internal sealed record RenderRequest
{
    /// <summary>The connection.</summary>
    public required KafkaLogstashConnection Connection { get; init; }

    /// <summary>The Secrets and ConfigMaps it names.</summary>
    public required ResolvedReferences References { get; init; }

    /// <summary>What Kafka's client needs, out of those Secrets.</summary>
    public required KafkaSecrets Secrets { get; init; }

    /// <summary>
    /// What makes the hash over secrets in a pod's annotation worthless to who wants to guess them: random, and kept in the derived Secret.
    /// Empty where there are no secrets, so that the hash is the same every time.
    /// </summary>
    public required string Salt { get; init; }

    /// <summary>The number of pods; null leaves it to who has set it before.</summary>
    public int? Replicas { get; init; }

    /// <summary>The repository of the image of Logstash pods that name none.</summary>
    public string LogstashImage { get; init; } = EffectiveValues.LogstashImage;

    /// <summary>What the bridge is made from; null with the transport Native.</summary>
    public BridgeRequest? Bridge { get; init; }

    /// <summary>The last restart because a pipeline was not reloaded in place; null where there was none.</summary>
    public PodRestart? Restart { get; init; }
}
