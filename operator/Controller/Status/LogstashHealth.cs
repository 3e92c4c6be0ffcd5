using System.Collections.Immutable;
using k8s.Models;
using KafkaLogstash.Controller.Observation;
using KafkaLogstash.Controller.Rollout;

namespace KafkaLogstash.Controller.Status;

/// <summary>How the Logstash pods are, judged from the Deployment, the pods, and what Logstash itself says it runs.</summary>
/// <param name="Available">Whether the wished pods run the wished pipeline.</param>
/// <param name="RunningDigest">The digest that every ready pod runs; null while they differ or are silent.</param>
/// <param name="Replicas">Pods there are.</param>
/// <param name="ReadyReplicas">Pods that are ready.</param>
/// <param name="WishedReplicas">Pods there should be.</param>
/// <param name="Stalled">Whether it won't get better by waiting.</param>
internal sealed record LogstashHealth(Verdict Available, string? RunningDigest, int Replicas, int ReadyReplicas, int WishedReplicas, bool Stalled)
{
    /// <summary>Judges.</summary>
    /// <param name="deployment">The Deployment; null where there is none yet.</param>
    /// <param name="pods">The connection's Logstash pods.</param>
    /// <param name="answers">What each pod's Logstash said, by the pod's name.</param>
    /// <param name="digest">The digest of the pipeline that they should run; null while none was applied.</param>
    /// <param name="reloaded">The pipeline, where Logstash reloads it in place: pods may then be older than it; null where pods are started with it.</param>
    public static LogstashHealth Judge(
        V1Deployment? deployment,
        IReadOnlyList<V1Pod> pods,
        ImmutableDictionary<string, PipelineObservation> answers,
        string? digest,
        AppliedPipeline? reloaded = null)
    {
        if (deployment is null)
        {
            return new LogstashHealth(new Verdict(false, "NotDeployed", "There is no Deployment yet."), null, 0, 0, 0, false);
        }

        var wished = deployment.Spec.Replicas ?? 1;
        var status = deployment.Status ?? new V1DeploymentStatus();
        var (total, ready, updated) = (status.Replicas ?? 0, status.ReadyReplicas ?? 0, status.UpdatedReplicas ?? 0);
        var current = deployment.IsObserved();

        var readyPods = pods.Where(IsReady).ToList();
        var allCurrent = updated == total && current;
        var digests = readyPods
            .Select(pod => PodState.Of(pod, answers))
            .Select(pod => Digest(pod.Answer, digest, allCurrent && (reloaded is null || pod.StartedWith(reloaded))))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        var running = digests.Count == 1 ? digests[0] : null;

        LogstashHealth Result(bool? holds, string reason, string message, bool stalled = false) =>
            new(new Verdict(holds, reason, message), running, total, ready, wished, stalled);

        if (wished == 0)
        {
            return Result(true, "ScaledToZero", "No Logstash pod is wished (replicas is 0).");
        }

        var trouble = pods.Where(pod => !IsReady(pod)).Select(PodTrouble.Of).FirstOrDefault(message => message is not null);
        if (!current || updated < wished || ready < wished || total > updated)
        {
            var progress = $"{Math.Min(updated, ready)} of {wished} pods are up to date and ready";
            if (trouble is not null)
            {
                return Result(false, trouble.Reason, $"{progress}; {trouble.Message}", trouble.NeedsPerson || DeadlineExceeded(deployment));
            }

            return DeadlineExceeded(deployment)
                ? Result(false, "ProgressDeadlineExceeded", $"{progress}, and nothing has changed for a long time: 'kubectl describe pod' and the pods' logs say why.", stalled: true)
                : Result(false, "RollingOut", $"{progress}.");
        }

        return digest is not null && running != digest
            ? Elsewhere(Result, readyPods, answers, digest)
            : Result(true, "Running", $"{ready} of {wished} pods run the pipeline{(digest is null ? "" : $" {digest}")}.");
    }

    private static LogstashHealth Elsewhere(
        Func<bool?, string, string, bool, LogstashHealth> result, List<V1Pod> pods, ImmutableDictionary<string, PipelineObservation> answers, string digest)
    {
        foreach (var pod in pods)
        {
            switch (answers.GetValueOrDefault(pod.Metadata.Name))
            {
                case PipelineObservation.Absent absent:
                    return result(false, "PipelineFailed", $"Logstash in pod {pod.Metadata.Name} runs no pipeline{Because(absent.LastError)}; its log says more.", false);
                case PipelineObservation.Present present when present.Digest != digest:
                    return result(
                        false,
                        "OldPipeline",
                        $"Logstash in pod {pod.Metadata.Name} still runs the pipeline {present.Digest ?? "of somebody else"}, not {digest}{Because(present.LastError)}.",
                        false);
            }
        }

        return pods.Select(pod => answers.GetValueOrDefault(pod.Metadata.Name)).OfType<PipelineObservation.Unreachable>().FirstOrDefault() is { } silent
            ? result(null, "Asking", $"The pods are ready; which pipeline they run can't be asked: {silent.Reason}.", false)
            : result(null, "Asking", "The pods are ready; Logstash has not yet said which pipeline it runs.", false);
    }

    /// <summary>
    /// The digest that a pod runs. Where its node API can't be reached from here (the operator runs outside the cluster, or a network policy
    /// stands between), readiness has to do: a ready pod has loaded the pipeline it was started with.
    /// </summary>
    private static string? Digest(PipelineObservation? answer, string? wished, bool startedWithIt) =>
        answer is PipelineObservation.Unreachable && startedWithIt ? wished : answer?.Digest;

    private static string Because(string? error) => error is null ? "" : $": {error}";

    private static bool IsReady(V1Pod pod) =>
        pod.Metadata.DeletionTimestamp is null && pod.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) == true;

    private static bool DeadlineExceeded(V1Deployment deployment) =>
        deployment.Status?.Conditions?.Any(condition => condition is { Type: "Progressing", Status: "False", Reason: "ProgressDeadlineExceeded" }) == true;
}
