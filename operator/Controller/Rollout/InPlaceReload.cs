using System.Collections.Immutable;
using System.Globalization;
using k8s.Models;
using KafkaLogstash.Controller.Observation;

namespace KafkaLogstash.Controller.Rollout;

/// <summary>A pod and what its Logstash says.</summary>
/// <param name="Name">The pod's name.</param>
/// <param name="StartedAt">When the kubelet took it, UTC; what it mounts is not older.</param>
/// <param name="Answer">What its Logstash said last; null while it was not asked.</param>
internal sealed record PodState(string Name, DateTimeOffset? StartedAt, PipelineObservation? Answer)
{
    /// <summary>When its Logstash was last asked, UTC; null while it was not, or where that does not matter.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    /// <summary>Reads it from a pod.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="answers">What each pod's Logstash said, by the pod's name.</param>
    /// <param name="askedAt">When each was asked; null where that does not matter.</param>
    public static PodState Of(
        V1Pod pod, ImmutableDictionary<string, PipelineObservation> answers, ImmutableDictionary<string, DateTimeOffset>? askedAt = null) => new(
        pod.Metadata.Name,
        pod.Status?.StartTime?.ToUtc(),
        answers.GetValueOrDefault(pod.Metadata.Name))
    {
        AskedAt = askedAt?.TryGetValue(pod.Metadata.Name, out var at) == true ? at : null,
    };

    /// <summary>Whether the pod was started with a pipeline or a later one, so that it need not reload it.</summary>
    public bool StartedWith(AppliedPipeline applied) => StartedAt >= applied.At;
}

/// <summary>What is to be done about a reload.</summary>
/// <param name="RestartReason">Why the pods have to be restarted, as a sentence; null where they need not be, or not yet.</param>
/// <param name="LookAgain">When to decide again though nothing changed; null where a change will tell.</param>
internal readonly record struct ReloadDecision(string? RestartReason, TimeSpan? LookAgain)
{
    /// <summary>Nothing.</summary>
    public static ReloadDecision None { get; }
}

/// <summary>
/// Decides whether pods that should reload a pipeline in place have to be restarted after all. Logstash's reload leaves nothing behind but what its node API says:
/// a version that does not even compile leaves the old pipeline at work, one that fails to register leaves none, and an output that is stuck holds the reload up
/// for ever. So the proof that the new pipeline runs has to come in time, or the pods are rolled, which keeps the old ones until a new one is ready.
/// </summary>
internal static class InPlaceReload
{
    /// <summary>How soon to look for an answer that is still to come.</summary>
    private static readonly TimeSpan NextAnswer = TimeSpan.FromSeconds(5);

    /// <summary>Decides.</summary>
    /// <param name="applied">The pipeline that should run.</param>
    /// <param name="deployment">The Deployment of the pods.</param>
    /// <param name="restart">The last restart of the pods; null where there was none.</param>
    /// <param name="pods">The pods.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="patience">How long the proof may take: a kubelet passes a changed ConfigMap on within about two minutes.</param>
    public static ReloadDecision Decide(
        AppliedPipeline applied, V1Deployment deployment, PodRestart? restart, IReadOnlyList<PodState> pods, DateTimeOffset now, TimeSpan patience)
    {
        // While pods are rolled anyway, new ones start with the new pipeline; and one restart for a pipeline is enough.
        if (!IsRolledOut(deployment) || restart?.IsFor(applied) == true)
        {
            return ReloadDecision.None;
        }

        var waiting = pods.Where(pod => !pod.StartedWith(applied) && pod.Answer?.Digest != applied.Digest).ToList();
        if (waiting.Count == 0)
        {
            return ReloadDecision.None;
        }

        if (waiting.FirstOrDefault(pod => FailedSince(pod.Answer, applied)) is { } failed)
        {
            return new ReloadDecision($"Logstash in pod {failed.Name} could not reload the pipeline {applied.Digest} in place{Because(failed.Answer)}", null);
        }

        var deadline = applied.At + patience;
        if (now < deadline)
        {
            return new ReloadDecision(null, deadline - now);
        }

        // An answer from before is no proof against a pod: where many are silent, or the operator has just started, it may have reloaded since.
        return waiting.FirstOrDefault(pod => pod.AskedAt >= deadline) is { } late
            ? new ReloadDecision(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Logstash in pod {late.Name} did not prove within {patience.TotalSeconds:0} s that it runs the pipeline {applied.Digest}{Because(late.Answer)}"),
                null)
            : new ReloadDecision(null, NextAnswer);
    }

    private static bool IsRolledOut(V1Deployment deployment)
    {
        var status = deployment.Status ?? new V1DeploymentStatus();
        return deployment.IsObserved()
            && (status.UpdatedReplicas ?? 0) == (status.Replicas ?? 0)
            && (status.Replicas ?? 0) == (deployment.Spec.Replicas ?? 1);
    }

    private static bool FailedSince(PipelineObservation? answer, AppliedPipeline applied) => answer?.LastFailure >= applied.At;

    private static string Because(PipelineObservation? answer) => answer switch
    {
        PipelineObservation.Unreachable unreachable => $": {unreachable.Reason}.",
        { LastError: { } error } => $": {error}",
        _ => ".",
    };
}
