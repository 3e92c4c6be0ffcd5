using k8s.Models;
using KafkaLogstash.Runtime;

namespace KafkaLogstash.Controller.Rollout;

/// <summary>Reads what several judges ask of live objects.</summary>
internal static class LiveObjects
{
    /// <summary>Whether a Deployment's status speaks of its present spec.</summary>
    public static bool IsObserved(this V1Deployment deployment) => (deployment.Status?.ObservedGeneration ?? 0) >= (deployment.Metadata.Generation ?? 0);

    /// <summary>Whether an object is older than a version of it that is known; resource versions grow (Kubernetes 1.35 and KEP-5504 say so, and etcd never did otherwise).</summary>
    public static bool IsOlderThan(this V1Deployment deployment, string? resourceVersion) =>
        ulong.TryParse(deployment.Metadata.ResourceVersion, out var seen) && ulong.TryParse(resourceVersion, out var known) && seen < known;

    /// <summary>Whether a pod is at an end: evicted, for instance. It stays until somebody deletes it, and another has long taken its place.</summary>
    public static bool HasEnded(this V1Pod pod) => pod.Status?.Phase is "Succeeded" or "Failed";

    /// <summary>
    /// Whether a pod is of a Deployment: by the ReplicaSet that it names as its controller. Its labels alone anybody may give to any pod. ReplicaSets are not read, so that the
    /// operator needs no right to.
    /// </summary>
    /// <param name="pod">The pod.</param>
    /// <param name="deployment">The Deployment's name.</param>
    public static bool IsOfDeployment(this V1Pod pod, string deployment) =>
        pod.Controller() is { Kind: V1ReplicaSet.KubeKind } owner && owner.Name.StartsWith($"{deployment}-", StringComparison.Ordinal);

    /// <summary>A time of the API, which is always UTC.</summary>
    public static DateTimeOffset ToUtc(this DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
