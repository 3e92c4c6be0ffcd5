using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace KafkaLogstash.Tests.Integration.Chart;

/// <summary>What the chart uses of the Prometheus Operator's kinds (https://prometheus-operator.dev/docs/api-reference/api/); KubernetesClient knows none of them.</summary>
internal static class MonitoringModels
{
    public abstract record Entity : IKubernetesObject<V1ObjectMeta>
    {
        [JsonPropertyName("apiVersion")]
        public string ApiVersion { get; set; } = "";

        [JsonPropertyName("kind")]
        public string Kind { get; set; } = "";

        [JsonPropertyName("metadata")]
        public V1ObjectMeta Metadata { get; set; } = null!;
    }

    [KubernetesEntity(Group = "monitoring.coreos.com", ApiVersion = "v1", Kind = "ServiceMonitor", PluralName = "servicemonitors")]
    public sealed record ServiceMonitor : Entity
    {
        [JsonPropertyName("spec")]
        public required MonitorSpec Spec { get; init; }
    }

    [KubernetesEntity(Group = "monitoring.coreos.com", ApiVersion = "v1", Kind = "PodMonitor", PluralName = "podmonitors")]
    public sealed record PodMonitor : Entity
    {
        [JsonPropertyName("spec")]
        public required PodMonitorSpec Spec { get; init; }
    }

    [KubernetesEntity(Group = "monitoring.coreos.com", ApiVersion = "v1", Kind = "PrometheusRule", PluralName = "prometheusrules")]
    public sealed record PrometheusRule : Entity
    {
        [JsonPropertyName("spec")]
        public required RuleSpec Spec { get; init; }
    }

    public sealed record MonitorSpec(
        [property: JsonPropertyName("namespaceSelector")] NamespaceSelector NamespaceSelector,
        [property: JsonPropertyName("selector")] V1LabelSelector Selector,
        [property: JsonPropertyName("endpoints")] IReadOnlyList<Endpoint> Endpoints);

    public sealed record PodMonitorSpec(
        [property: JsonPropertyName("namespaceSelector")] NamespaceSelector NamespaceSelector,
        [property: JsonPropertyName("selector")] V1LabelSelector Selector,
        [property: JsonPropertyName("podMetricsEndpoints")] IReadOnlyList<Endpoint> PodMetricsEndpoints);

    public sealed record NamespaceSelector(
        [property: JsonPropertyName("any")] bool? Any, [property: JsonPropertyName("matchNames")] IReadOnlyList<string>? MatchNames);

    public sealed record Endpoint(
        [property: JsonPropertyName("port")] string Port,
        [property: JsonPropertyName("path")] string Path,
        [property: JsonPropertyName("interval")] string Interval,
        [property: JsonPropertyName("scrapeTimeout")] string? ScrapeTimeout,
        [property: JsonPropertyName("honorLabels")] bool HonorLabels,
        [property: JsonPropertyName("relabelings")] IReadOnlyList<Relabeling>? Relabelings,
        [property: JsonPropertyName("metricRelabelings")] IReadOnlyList<Relabeling>? MetricRelabelings);

    public sealed record Relabeling(
        [property: JsonPropertyName("action")] string? Action,
        [property: JsonPropertyName("sourceLabels")] IReadOnlyList<string>? SourceLabels,
        [property: JsonPropertyName("separator")] string? Separator,
        [property: JsonPropertyName("regex")] string? Regex,
        [property: JsonPropertyName("targetLabel")] string? TargetLabel,
        [property: JsonPropertyName("replacement")] string? Replacement,
        [property: JsonPropertyName("modulus")] long? Modulus);

    public sealed record RuleSpec([property: JsonPropertyName("groups")] IReadOnlyList<RuleGroup> Groups);

    public sealed record RuleGroup(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("interval")] string? Interval,
        [property: JsonPropertyName("labels")] IReadOnlyDictionary<string, string>? Labels,
        [property: JsonPropertyName("rules")] IReadOnlyList<Rule> Rules);

    public sealed record Rule(
        [property: JsonPropertyName("alert")] string? Alert,
        [property: JsonPropertyName("record")] string? Record,
        [property: JsonPropertyName("expr")] string Expr,
        [property: JsonPropertyName("for")] string? For,
        [property: JsonPropertyName("keep_firing_for")] string? KeepFiringFor,
        [property: JsonPropertyName("labels")] IReadOnlyDictionary<string, string>? Labels,
        [property: JsonPropertyName("annotations")] IReadOnlyDictionary<string, string>? Annotations);
}
