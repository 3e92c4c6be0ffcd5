using System.Net;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Node;

/// <summary>Reads what pods may learn about themselves.</summary>
internal static class DownwardApi
{
    private const string NodeAddress = "127.0.0.1";

    /// <summary>A field of the pod.</summary>
    /// <exception cref="ContainerConfigException">There is no such field.</exception>
    public static string Field(V1Pod pod, string path, IPAddress address) => path switch
    {
        "metadata.name" => pod.Metadata.Name,
        "metadata.namespace" => pod.Metadata.NamespaceProperty,
        "metadata.uid" => pod.Metadata.Uid,
        "metadata.labels" => Lines(pod.Metadata.Labels),
        "metadata.annotations" => Lines(pod.Metadata.Annotations),
        "spec.nodeName" => pod.Spec.NodeName ?? "",
        "spec.serviceAccountName" => pod.Spec.ServiceAccountName ?? "default",
        "status.podIP" or "status.podIPs" => address.ToString(),
        "status.hostIP" or "status.hostIPs" => NodeAddress,
        _ when Entry(path, "metadata.labels") is { } label => Value(pod.Metadata.Labels, label),
        _ when Entry(path, "metadata.annotations") is { } annotation => Value(pod.Metadata.Annotations, annotation),
        _ => throw new ContainerConfigException($"fieldRef '{path}' names no field that a pod can be told."),
    };

    /// <summary>A limit or request of a container.</summary>
    /// <exception cref="ContainerConfigException">There is no such resource.</exception>
    public static string Resource(V1Container container, V1ResourceFieldSelector selector)
    {
        var (from, name) = selector.Resource.Split('.', 2) is [var kind, var resource] ? (kind, resource) : ("", "");
        var quantities = from switch
        {
            "limits" => container.Resources?.Limits,
            "requests" => container.Resources?.Requests,
            _ => throw new ContainerConfigException($"resourceFieldRef '{selector.Resource}' must begin with 'limits.' or 'requests.'."),
        };
        var value = quantities?.TryGetValue(name, out var quantity) == true ? quantity.ToDecimal() : from == "limits" ? Allocatable(name) : 0;
        var divisor = selector.Divisor?.ToDecimal() is { } given and > 0 ? given : 1;
        return Math.Ceiling(value / divisor).ToString("0");
    }

    /// <summary>Without a limit it is the node that limits.</summary>
    private static decimal Allocatable(string resource) => resource switch
    {
        "cpu" => Environment.ProcessorCount,
        "memory" => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        _ => 0,
    };

    private static string? Entry(string path, string map) =>
        path.StartsWith(map + "['", StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal) ? path[(map.Length + 2)..^2] : null;

    private static string Value(IDictionary<string, string>? map, string key) => map?.TryGetValue(key, out var value) == true ? value : "";

    private static string Lines(IDictionary<string, string>? map) => string.Join(
        '\n',
        (map ?? new Dictionary<string, string>()).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}=\"{Escaped(pair.Value)}\""));

    private static string Escaped(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
