using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>What a pod's status says to those who count pods.</summary>
internal static class PodState
{
    /// <summary>Neither at its end nor told to end.</summary>
    public static bool IsActive(V1Pod pod) => pod.Status?.Phase is not ("Succeeded" or "Failed") && pod.Metadata.DeletionTimestamp is null;

    public static bool IsReady(V1Pod pod) => ReadyCondition(pod)?.Status == "True";

    /// <summary>When a pod counts as available; null while it is not ready.</summary>
    public static DateTimeOffset? AvailableFrom(V1Pod pod, int minReadySeconds) => ReadyCondition(pod) is { Status: "True" } ready
        ? new DateTimeOffset(ready.LastTransitionTime ?? default, TimeSpan.Zero).AddSeconds(minReadySeconds)
        : null;

    private static V1PodCondition? ReadyCondition(V1Pod pod) => pod.Status?.Conditions?.FirstOrDefault(condition => condition.Type == "Ready");
}
