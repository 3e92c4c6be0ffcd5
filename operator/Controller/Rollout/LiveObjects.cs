using k8s.Models;

namespace KafkaLogstash.Controller.Rollout;

/// <summary>Reads what several judges ask of live objects.</summary>
internal static class LiveObjects
{
    /// <summary>Whether a Deployment's status speaks of its present spec.</summary>
    public static bool IsObserved(this V1Deployment deployment) => (deployment.Status?.ObservedGeneration ?? 0) >= (deployment.Metadata.Generation ?? 0);

    /// <summary>Whether an object is older than a version of it that is known; resource versions grow (Kubernetes 1.35 and KEP-5504 say so, and etcd never did otherwise).</summary>
    public static bool IsOlderThan(this V1Deployment deployment, string? resourceVersion) =>
        ulong.TryParse(deployment.Metadata.ResourceVersion, out var seen) && ulong.TryParse(resourceVersion, out var known) && seen < known;

    /// <summary>A time of the API, which is always UTC.</summary>
    public static DateTimeOffset ToUtc(this DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
