using k8s;

namespace KafkaLogstash.Operator.Hosting;

/// <summary>The namespace that the program runs in.</summary>
internal static class OwnNamespace
{
    private const string InClusterFile = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

    /// <summary>What <c>$POD_NAMESPACE</c> says, else the pod's service account, else <c>default</c>.</summary>
    public static string Find() => Environment.GetEnvironmentVariable("POD_NAMESPACE") is { Length: > 0 } ns
        ? ns
        : File.Exists(InClusterFile) ? File.ReadAllText(InClusterFile).Trim() : "default";

    /// <summary>The same where the program runs in a pod; null where it does not.</summary>
    public static string? FindInCluster() => KubernetesClientConfiguration.IsInCluster() ? Find() : null;
}
