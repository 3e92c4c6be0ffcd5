using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using KafkaLogstash.Api;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>Labels and annotations of what the operator makes (https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/).</summary>
internal static class ConnectionLabels
{
    /// <summary>The name of this operator among those that manage objects.</summary>
    public const string ManagedByValue = "kafka-logstash-operator";

    /// <summary>The label that names the program that manages an object.</summary>
    public const string ManagedBy = "app.kubernetes.io/managed-by";

    /// <summary>The label that names the connection.</summary>
    public const string Instance = "app.kubernetes.io/instance";

    /// <summary>Annotation of the pod template: changes whenever something changes that pods read only at start.</summary>
    public const string StartHash = "kafka-logstash.io/start-hash";

    /// <summary>Annotation of the pipeline's ConfigMap: the digest of the pipeline in it.</summary>
    public const string PipelineHash = "kafka-logstash.io/pipeline-hash";

    private const string Prefix = KafkaLogstashConnection.GroupName + "/";

    private const string Name = "app.kubernetes.io/name";

    private const string Component = "app.kubernetes.io/component";

    private const string PartOf = "app.kubernetes.io/part-of";

    /// <summary>The label selector, as text, of everything the operator made for any connection.</summary>
    public const string AllManaged = ManagedBy + "=" + ManagedByValue;

    /// <summary>What tells the pods of a workload of a connection from all others. It can't change: a Deployment's selector is immutable.</summary>
    public static JsonObject Selector(string connection, Workload workload = Workload.Logstash) => new()
    {
        [Name] = NameOf(workload),
        [Instance] = connection,
        [ManagedBy] = ManagedByValue,
    };

    /// <summary>The labels of every object of a workload of a connection.</summary>
    public static JsonObject For(string connection, Workload workload = Workload.Logstash)
    {
        var labels = Selector(connection, workload);
        labels[Component] = workload == Workload.Bridge ? "bridge" : "pipeline";
        labels[PartOf] = "kafka-logstash-connection";
        return labels;
    }

    /// <summary>The labels of the operator's own pods that no installation changes: their name and instance are the release's.</summary>
    public static JsonObject OfOperator() => new() { [PartOf] = ManagedByValue, [Component] = "operator" };

    /// <summary>The selector as text, as the scale subresource's <c>labelSelectorPath</c> wants it.</summary>
    public static string SelectorText(string connection, Workload workload = Workload.Logstash) =>
        string.Join(',', Selector(connection, workload).Select(label => $"{label.Key}={label.Value}"));

    /// <summary>Whether a pod is one of a workload's.</summary>
    public static bool IsOf(V1Pod pod, Workload workload) => pod.Metadata.Labels?.TryGetValue(Name, out var name) == true && name == NameOf(workload);

    /// <summary>
    /// Drops from an object's metadata what others wrote into labels and annotations: <c>kubectl apply</c> puts the whole object there, the contents of a Secret with it.
    /// </summary>
    public static void KeepOwn(IKubernetesObject<V1ObjectMeta> live)
    {
        var own = live.Metadata.Annotations?.Where(annotation => annotation.Key.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
        (live.Metadata.Annotations, live.Metadata.Labels) = (own is { Count: > 0 } ? own : null, null);
    }

    private static string NameOf(Workload workload) => workload == Workload.Bridge ? "kafka-logstash-bridge" : "logstash";
}
