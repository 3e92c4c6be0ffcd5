using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using k8s.Models;
using KafkaLogstash.Api.Schema;

namespace KafkaLogstash.Api;

/// <summary>The Logstash pods, or the Logstash that is not the operator's.</summary>
[Rule(
    "!has(self.external) || !(has(self.resources) || has(self.config) || has(self.podTemplate) || (has(self.image) && self.image != '') || (has(self.env) && size(self.env) > 0)"
    + " || (has(self.envFrom) && size(self.envFrom) > 0) || (has(self.ports) && size(self.ports) > 0))",
    RuleMessages.ExternalExcludesPods,
    FieldPath = ".external",
    Reason = RuleReason.FieldValueForbidden)]
[Rule("!has(self.external) || self.replicas <= 1", RuleMessages.ExternalHasNoReplicas, FieldPath = ".replicas")]
public sealed record LogstashSpec
{
    /// <summary>Logstash's version in full, 8.15.0 or newer.</summary>
    [Length(5, 64), RegularExpression(Patterns.Version)]
    public string Version { get; init; } = "9.5.2";

    /// <summary>The image; it must hold that version. Empty: the official image of that version.</summary>
    [Length(0, 512), RegularExpression("^$|" + Patterns.Image)]
    public string Image { get; init; } = "";

    /// <summary>The number of Logstash pods. Without effect while autoscaling is on.</summary>
    [Range(0, 1000)]
    public int Replicas { get; init; } = 1;

    /// <summary>Requests and limits of Logstash's container. The Java heap follows from the memory limit.</summary>
    public V1ResourceRequirements? Resources { get; init; }

    /// <summary>The part of the memory limit that is Java heap, per cent.</summary>
    [Range(10, 90)]
    public int HeapPercent { get; init; } = 50;

    /// <summary>Further settings for <c>logstash.yml</c>, for example <c>log.format: json</c>. Those that have fields of their own are refused, and the message names the field.</summary>
    public JsonObject? Config { get; init; }

    /// <summary>Environment variables of Logstash's container, for <c>${NAME}</c> in the pipeline.</summary>
    [Length(0, 256), ListType(ListTypeAttribute.Map, "name")]
    public IReadOnlyList<V1EnvVar> Env { get; init; } = [];

    /// <summary>Environment variables of Logstash's container from whole Secrets and ConfigMaps.</summary>
    [Length(0, 64)]
    public IReadOnlyList<V1EnvFromSource> EnvFrom { get; init; } = [];

    /// <summary>Ports that inputs such as beats, http or syslog listen on; a Service is made for them.</summary>
    [Length(0, 32), ListType(ListTypeAttribute.Map, "name")]
    [Rule("self.all(a, self.exists_one(b, b.port == a.port && (has(b.protocol) && b.protocol == 'UDP') == (has(a.protocol) && a.protocol == 'UDP')))", RuleMessages.PortTwice)]
    public IReadOnlyList<PortSpec> Ports { get; init; } = [];

    /// <summary>Merged strategically over the operator's pod template; the container is called <c>logstash</c>.</summary>
    public JsonObject? PodTemplate { get; init; }

    /// <summary>A Logstash that is not the operator's, instead of all the above. Needs <c>transport: Bridge</c>.</summary>
    public ExternalLogstashSpec? External { get; init; }
}

/// <summary>A port on which Logstash listens.</summary>
[Rule("(has(self.protocol) && self.protocol != 'TCP') || (has(self.targetPort) ? self.targetPort : self.port) != 9600", RuleMessages.PortIsTaken, FieldPath = ".targetPort")]
public sealed record PortSpec
{
    /// <summary>The port's name in pods and Service: at most 15 lower-case letters, digits and hyphens, at least one of them a letter (RFC 6335).</summary>
    [Required, Length(1, 15), RegularExpression(Patterns.PortName)]
    public string Name { get; init; } = "";

    /// <summary>The Service's port.</summary>
    [Required, Range(1, 65535)]
    public int Port { get; init; }

    /// <summary>The port on which Logstash listens in its pod, above 1023. Absent: the same as <c>port</c>.</summary>
    [Range(1024, 65535)]
    public int? TargetPort { get; init; }

    /// <summary>The transport protocol: <c>TCP</c> or <c>UDP</c>. Absent: <c>TCP</c>.</summary>
    [AllowedValues("TCP", "UDP")]
    public string Protocol { get; init; } = "TCP";

    /// <summary>What is spoken on the port, as a hint for proxies, for example <c>http</c> (https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol).</summary>
    [Length(1, 253), RegularExpression(Patterns.Printable)]
    public string? AppProtocol { get; init; }
}
