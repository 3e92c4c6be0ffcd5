using System.Text.Json.Nodes;
using k8s.Models;

namespace KafkaLogstash.Api;

/// <summary>The Logstash pods, or the Logstash that is not ours.</summary>
public sealed record LogstashSpec
{
    /// <summary>Logstash's version.</summary>
    public string Version { get; init; } = "9.5.2";

    /// <summary>The image. Empty: the official one of that version.</summary>
    public string Image { get; init; } = "";

    /// <summary>The number of pods, where nothing scales them.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>The container's resources.</summary>
    public V1ResourceRequirements? Resources { get; init; }

    /// <summary>The part of the memory limit that is Java heap, per cent.</summary>
    public int HeapPercent { get; init; } = 50;

    /// <summary>Further settings for <c>logstash.yml</c>.</summary>
    public JsonObject? Config { get; init; }

    /// <summary>Environment variables, for <c>${NAME}</c> in the pipeline.</summary>
    public IReadOnlyList<V1EnvVar> Env { get; init; } = [];

    /// <summary>Environment variables from whole Secrets and ConfigMaps.</summary>
    public IReadOnlyList<V1EnvFromSource> EnvFrom { get; init; } = [];

    /// <summary>Ports that inputs listen on; a Service is made for them.</summary>
    public IReadOnlyList<PortSpec> Ports { get; init; } = [];

    /// <summary>Merged strategically over the operator's pod template; the container is called <c>logstash</c>.</summary>
    public JsonObject? PodTemplate { get; init; }

    /// <summary>A Logstash that is not ours, instead of all the above.</summary>
    public ExternalLogstashSpec? External { get; init; }
}

/// <summary>A port on which Logstash listens.</summary>
public sealed record PortSpec
{
    /// <summary>The port's name in pods and Service: at most 15 lower-case letters, digits and hyphens, at least one of them a letter (RFC 6335).</summary>
    public string Name { get; init; } = "";

    /// <summary>The Service's port.</summary>
    public int Port { get; init; }

    /// <summary>The port on which Logstash listens in its pod. Absent: the same as <c>port</c>.</summary>
    public int? TargetPort { get; init; }

    /// <summary>The transport protocol: <c>TCP</c> or <c>UDP</c>.</summary>
    public string Protocol { get; init; } = "TCP";

    /// <summary>What is spoken on the port, as a hint for proxies, for example <c>http</c> (https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol).</summary>
    public string? AppProtocol { get; init; }
}
