using System.Collections.Immutable;
using k8s.Models;
using KafkaLogstash.Controller.Observation;

namespace KafkaLogstash.Controller.Status;

/// <summary>How the bridge pods are, judged from the Deployment, the pods, and what each bridge says about itself.</summary>
/// <param name="Available">Whether the wished pods do what they are for.</param>
/// <param name="Replicas">Pods there are.</param>
/// <param name="ReadyReplicas">Pods that are ready.</param>
/// <param name="WishedReplicas">Pods there should be.</param>
/// <param name="Stalled">Whether it won't get better by waiting.</param>
internal sealed record BridgeHealth(Verdict Available, int Replicas, int ReadyReplicas, int WishedReplicas, bool Stalled)
{
    /// <summary>Judges.</summary>
    /// <param name="deployment">The Deployment; null where there is none yet.</param>
    /// <param name="pods">The connection's bridge pods.</param>
    /// <param name="answers">What each pod said, by the pod's name.</param>
    /// <param name="applied">The version of the Deployment after it was applied last; null where that is not known.</param>
    public static BridgeHealth Judge(V1Deployment? deployment, IReadOnlyList<V1Pod> pods, ImmutableDictionary<string, BridgeObservation> answers, string? applied = null)
    {
        var progress = PodProgress.Of(deployment, pods, "bridge pod", applied);
        BridgeHealth Result(Verdict verdict) => new(verdict, progress.Replicas, progress.ReadyReplicas, progress.WishedReplicas, progress.Stalled);

        // A bridge knows better than its readiness why it does not work; what a pod can't even start with is not its to say.
        var complaint = pods.OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal)
            .Select(pod => (Pod: pod.Metadata.Name, Answer: answers.GetValueOrDefault(pod.Metadata.Name) as BridgeObservation.NotReady))
            .FirstOrDefault(pair => pair.Answer is not null);
        return (progress.Verdict, complaint.Answer) switch
        {
            ({ Reason: not "RollingOut" and not "ProgressDeadlineExceeded" } verdict, _) => Result(verdict),
            (_, { } answer) => Result(new Verdict(
                false, answer.Role == "sink" ? "SinkNotReady" : "SourceNotReady", $"The {answer.Role} of bridge pod {complaint.Pod} is not ready. {answer.Message}")),
            ({ } verdict, _) => Result(verdict),
            _ => Result(new Verdict(true, "Running", $"{progress.ReadyReplicas} of {progress.WishedReplicas} bridge pods are ready.")),
        };
    }
}
