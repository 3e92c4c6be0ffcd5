using k8s.Models;
using KafkaLogstash.Controller.Rollout;

namespace KafkaLogstash.Controller.Status;

/// <summary>How far the pods of a Deployment are.</summary>
/// <param name="Replicas">Pods there are.</param>
/// <param name="ReadyReplicas">Pods that are ready.</param>
/// <param name="WishedReplicas">Pods there should be.</param>
/// <param name="AllCurrent">Whether every pod is of the wished template.</param>
/// <param name="Verdict">What there is to say without asking the pods; null where all of them are up to date and ready.</param>
/// <param name="Stalled">Whether it won't get better by waiting.</param>
internal sealed record PodProgress(int Replicas, int ReadyReplicas, int WishedReplicas, bool AllCurrent, Verdict? Verdict, bool Stalled)
{
    /// <summary>Whether nothing is left to be rolled out.</summary>
    public bool IsDone => Verdict is null or { Holds: true };

    /// <summary>Looks at them.</summary>
    /// <param name="deployment">The Deployment; null where there is none yet.</param>
    /// <param name="pods">Its pods.</param>
    /// <param name="name">What they are called in messages, for example <c>Logstash pod</c>.</param>
    /// <param name="applied">The version of the Deployment after it was applied last; null where that is not known. One that is older says nothing of what is wished now.</param>
    public static PodProgress Of(V1Deployment? deployment, IReadOnlyList<V1Pod> pods, string name, string? applied = null)
    {
        if (deployment is null)
        {
            return new PodProgress(0, 0, 0, false, new Verdict(false, "NotDeployed", "There is no Deployment yet."), false);
        }

        var wished = deployment.Spec.Replicas ?? 1;
        var status = deployment.Status ?? new V1DeploymentStatus();
        var (total, ready, updated) = (status.Replicas ?? 0, status.ReadyReplicas ?? 0, status.UpdatedReplicas ?? 0);
        var observed = deployment.IsObserved() && !deployment.IsOlderThan(applied);
        var current = updated == total && observed;
        PodProgress Result(bool? holds, string reason, string message, bool stalled = false) =>
            new(total, ready, wished, current, new Verdict(holds, reason, message), stalled);

        if (wished == 0 && observed)
        {
            return Result(true, "ScaledToZero", $"No {name} is wished (replicas is 0).");
        }

        if (observed && updated >= wished && ready >= wished && total <= updated)
        {
            return new PodProgress(total, ready, wished, current, null, false);
        }

        if (!observed)
        {
            // Its status, and the pods there are, speak of what was wished before.
            return Result(false, "RollingOut", $"The {name}s are about to be rolled out.");
        }

        var progress = $"{Math.Min(updated, ready)} of {wished} {name}s are up to date and ready";
        if (deployment.Status?.Conditions?.FirstOrDefault(condition => condition is { Type: "ReplicaFailure", Status: "True" }) is { } refused)
        {
            return Result(false, refused.Reason ?? "FailedCreate", $"{progress}; no more can be made: {refused.Message}", DeadlineExceeded(deployment));
        }

        if (pods.Where(pod => !IsReady(pod)).Select(PodTrouble.Of).FirstOrDefault(trouble => trouble is not null) is { } trouble)
        {
            return Result(false, trouble.Reason, $"{progress}; {trouble.Message}", trouble.NeedsPerson || DeadlineExceeded(deployment));
        }

        return DeadlineExceeded(deployment)
            ? Result(false, "ProgressDeadlineExceeded", $"{progress}, and nothing has changed for a long time: 'kubectl describe pod' and the pods' logs say why.", stalled: true)
            : Result(false, "RollingOut", $"{progress}.");
    }

    /// <summary>Whether a pod is ready.</summary>
    public static bool IsReady(V1Pod pod) =>
        pod.Metadata.DeletionTimestamp is null && pod.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) == true;

    private static bool DeadlineExceeded(V1Deployment deployment) =>
        deployment.Status?.Conditions?.Any(condition => condition is { Type: "Progressing", Status: "False", Reason: "ProgressDeadlineExceeded" }) == true;
}
