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
    /// <summary>The reason where Logstash is not the operator's.</summary>
    public const string ExternalReason = "External";

    /// <summary>What there is to say of a Logstash that is not the operator's: as much as the bridge knows. The pods that count are the bridge's.</summary>
    /// <param name="bridge">How the bridge is.</param>
    /// <param name="isReached">Whether a bridge that is ready has reached Logstash: it has something to bring there.</param>
    public static LogstashHealth External(BridgeHealth bridge, bool isReached) => new(
        isReached && bridge.Available.Holds == true
            ? new Verdict(true, ExternalReason, "Logstash is not the operator's (spec.logstash.external); the bridge reaches it.")
            : new Verdict(null, ExternalReason, "Logstash is not the operator's (spec.logstash.external): the operator knows nothing of it."),
        null,
        bridge.Replicas,
        bridge.ReadyReplicas,
        bridge.WishedReplicas,
        false);

    /// <summary>Judges.</summary>
    /// <param name="deployment">The Deployment; null where there is none yet.</param>
    /// <param name="pods">The connection's Logstash pods.</param>
    /// <param name="answers">What each pod's Logstash said, by the pod's name.</param>
    /// <param name="digest">The digest of the pipeline that they should run; null while none was applied.</param>
    /// <param name="reloaded">The pipeline, where Logstash reloads it in place: pods may then be older than it; null where pods are started with it.</param>
    /// <param name="applied">The version of the Deployment after it was applied last; null where that is not known.</param>
    /// <param name="known">The digest that all pods ran when they were asked last, perhaps by another operator; null where they did not.</param>
    public static LogstashHealth Judge(
        V1Deployment? deployment,
        IReadOnlyList<V1Pod> pods,
        ImmutableDictionary<string, PipelineObservation> answers,
        string? digest,
        AppliedPipeline? reloaded = null,
        string? applied = null,
        string? known = null)
    {
        var progress = PodProgress.Of(deployment, pods, "pod", applied);
        var readyPods = pods.Where(PodProgress.IsReady).ToList();
        var digests = readyPods
            .Select(pod => PodState.Of(pod, answers))
            .Select(pod => Digest(pod.Answer, digest, known, progress.AllCurrent && (reloaded is null || pod.StartedWith(reloaded))))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        var running = digests.Count == 1 ? digests[0] : null;

        LogstashHealth Result(bool? holds, string reason, string message, bool stalled = false) =>
            new(new Verdict(holds, reason, message), running, progress.Replicas, progress.ReadyReplicas, progress.WishedReplicas, stalled);

        if (progress.Verdict is { } verdict)
        {
            return Result(verdict.Holds, verdict.Reason, verdict.Message, progress.Stalled);
        }

        return digest is not null && running != digest
            ? Elsewhere(Result, readyPods, answers, digest)
            : Result(true, "Running", $"{progress.ReadyReplicas} of {progress.WishedReplicas} pods run the pipeline{(digest is null ? "" : $" {digest}")}.");
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
    /// stands between), readiness has to do: a ready pod has loaded the pipeline it was started with. So it has where nobody asked yet, which is so after each
    /// start of the operator: a connection that was ready would be none for a moment.
    /// </summary>
    private static string? Digest(PipelineObservation? answer, string? wished, string? known, bool startedWithIt) => answer switch
    {
        PipelineObservation.Unreachable when startedWithIt => wished,
        null when wished is not null && known == wished => wished,
        _ => answer?.Digest,
    };

    private static string Because(string? error) => error is null ? "" : $": {error}";
}
