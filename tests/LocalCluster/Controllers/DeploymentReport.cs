using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>Works out the status of a deployment.</summary>
internal static class DeploymentReport
{
    private const int UsualDeadline = 600;

    /// <summary>The status, and after which time it changes by itself.</summary>
    /// <param name="deployment">The deployment with its last status.</param>
    /// <param name="newest">Replica set of its template; null while a paused deployment has none.</param>
    /// <param name="sets">All its replica sets.</param>
    /// <param name="now">The time.</param>
    public static (V1DeploymentStatus Status, TimeSpan? CheckAgain) Make(
        V1Deployment deployment, V1ReplicaSet? newest, IReadOnlyList<V1ReplicaSet> sets, DateTimeOffset now)
    {
        var wished = deployment.Spec.Replicas ?? 1;
        var replicas = sets.Sum(set => set.Status?.Replicas ?? 0);
        var updated = newest?.Status?.Replicas ?? 0;
        var ready = sets.Sum(set => set.Status?.ReadyReplicas ?? 0);
        var available = sets.Sum(set => set.Status?.AvailableReplicas ?? 0);
        var unavailable = Math.Max(0, sets.Sum(set => set.Spec.Replicas ?? 0) - available);
        var old = deployment.Status ?? new V1DeploymentStatus();
        var (progressing, checkAgain) = Progress(deployment, newest, wished, replicas, updated, available, ready, now);
        var status = new V1DeploymentStatus
        {
            ObservedGeneration = deployment.Metadata.Generation,
            Replicas = OrNone(replicas),
            UpdatedReplicas = OrNone(updated),
            ReadyReplicas = OrNone(ready),
            AvailableReplicas = OrNone(available),
            UnavailableReplicas = OrNone(unavailable),
            CollisionCount = old.CollisionCount,
            TerminatingReplicas = old.TerminatingReplicas,
            Conditions = [Availability(deployment, wished, available, now), .. progressing is null ? [] : new[] { progressing }],
        };
        return (status, checkAgain);
    }

    /// <summary>As Go leaves out what is nothing.</summary>
    private static int? OrNone(int count) => count == 0 ? null : count;

    private static V1DeploymentCondition Availability(V1Deployment deployment, int wished, int available, DateTimeOffset now)
    {
        var (_, unavailable) = deployment.Spec.Strategy?.Type == "Recreate"
            ? (0, 0)
            : RollingUpdate.Limits(deployment.Spec.Strategy?.RollingUpdate, wished);
        return available >= wished - unavailable
            ? Condition(deployment, "Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.", now)
            : Condition(deployment, "Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.", now);
    }

    private static (V1DeploymentCondition? Condition, TimeSpan? CheckAgain) Progress(
        V1Deployment deployment, V1ReplicaSet? newest, int wished, int replicas, int updated, int available, int ready, DateTimeOffset now)
    {
        var before = Find(deployment, "Progressing");
        if (deployment.Spec.Paused == true)
        {
            return (Condition(deployment, "Progressing", "Unknown", "DeploymentPaused", "Deployment is paused", now), null);
        }

        if (newest is null)
        {
            return (before, null);
        }

        var name = newest.Metadata.Name;
        if (updated == wished && replicas == wished && available >= wished)
        {
            return (Condition(deployment, "Progressing", "True", "NewReplicaSetAvailable", $"ReplicaSet \"{name}\" has successfully progressed.", now), null);
        }

        var old = deployment.Status;
        var moved = before is null
            || before.Reason is "NewReplicaSetAvailable" or "DeploymentPaused"
            || deployment.Metadata.Generation != old?.ObservedGeneration
            || updated > (old?.UpdatedReplicas ?? 0)
            || replicas - updated < (old?.Replicas ?? 0) - (old?.UpdatedReplicas ?? 0)
            || ready > (old?.ReadyReplicas ?? 0)
            || available > (old?.AvailableReplicas ?? 0);
        var deadline = TimeSpan.FromSeconds(deployment.Spec.ProgressDeadlineSeconds ?? UsualDeadline);
        if (moved)
        {
            var condition = Condition(deployment, "Progressing", "True", "ReplicaSetUpdated", $"ReplicaSet \"{name}\" is progressing.", now);
            condition.LastUpdateTime = now.UtcDateTime;
            return (condition, deadline);
        }

        var left = new DateTimeOffset(before!.LastUpdateTime ?? now.UtcDateTime, TimeSpan.Zero) + deadline - now;
        return left > TimeSpan.Zero
            ? (before, left)
            : (Condition(deployment, "Progressing", "False", "ProgressDeadlineExceeded", $"ReplicaSet \"{name}\" has timed out progressing.", now), null);
    }

    private static V1DeploymentCondition? Find(V1Deployment deployment, string type) =>
        deployment.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type);

    /// <summary>The condition as it was, where nothing about it changed.</summary>
    private static V1DeploymentCondition Condition(
        V1Deployment deployment, string type, string status, string reason, string message, DateTimeOffset now)
    {
        var before = Find(deployment, type);
        return before is not null && (before.Status, before.Reason, before.Message) == (status, reason, message)
            ? Copies.Of(before)
            : new()
            {
                Type = type,
                Status = status,
                Reason = reason,
                Message = message,
                LastUpdateTime = now.UtcDateTime,
                LastTransitionTime = before?.Status == status ? before.LastTransitionTime : now.UtcDateTime,
            };
    }
}
