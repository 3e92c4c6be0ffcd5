using k8s.Models;
using KafkaLogstash.Controller.Observation;
using KafkaLogstash.Controller.Rendering;

namespace KafkaLogstash.Controller.Metering;

/// <summary>The pods of a workload, counted.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Desired">Pods that its Deployment should have.</param>
/// <param name="Ready">Pods of it that are ready.</param>
/// <param name="States">Pods by what they told the operator.</param>
internal sealed record WorkloadPods(Workload Workload, int Desired, int Ready, IReadOnlyDictionary<string, int> States)
{
    private const string Unreachable = "unreachable";

    private const string Unasked = "unasked";

    private static readonly string[] LogstashStates = ["running", "other_pipeline", "no_pipeline", Unreachable, Unasked];

    private static readonly string[] BridgeStates = ["ready", "not_ready", Unreachable, Unasked];

    /// <summary>Counts Logstash pods.</summary>
    /// <param name="desired">Pods that there should be.</param>
    /// <param name="ready">Pods that are ready.</param>
    /// <param name="pods">The pods there are.</param>
    /// <param name="answers">What they said, by name.</param>
    /// <param name="digest">The digest of the pipeline that they should run; null while none was applied.</param>
    public static WorkloadPods OfLogstash(int desired, int ready, IReadOnlyCollection<V1Pod> pods, IReadOnlyDictionary<string, PipelineObservation> answers, string? digest) =>
        new(Workload.Logstash, desired, ready, Count(LogstashStates, pods, answers, answer => answer switch
        {
            PipelineObservation.Present present => present.Digest == digest ? "running" : "other_pipeline",
            PipelineObservation.Absent => "no_pipeline",
            PipelineObservation.Unreachable => Unreachable,
            _ => Unasked,
        }));

    /// <summary>Counts bridge pods.</summary>
    /// <param name="desired">Pods that there should be.</param>
    /// <param name="ready">Pods that are ready.</param>
    /// <param name="pods">The pods there are.</param>
    /// <param name="answers">What they said, by name.</param>
    public static WorkloadPods OfBridge(int desired, int ready, IReadOnlyCollection<V1Pod> pods, IReadOnlyDictionary<string, BridgeObservation> answers) =>
        new(Workload.Bridge, desired, ready, Count(BridgeStates, pods, answers, answer => answer switch
        {
            BridgeObservation.Ready => "ready",
            BridgeObservation.NotReady => "not_ready",
            BridgeObservation.Unreachable => Unreachable,
            _ => Unasked,
        }));

    private static Dictionary<string, int> Count<TAnswer>(
        string[] states, IReadOnlyCollection<V1Pod> pods, IReadOnlyDictionary<string, TAnswer> answers, Func<TAnswer?, string> stateOf)
        where TAnswer : class
    {
        var counts = states.ToDictionary(state => state, _ => 0, StringComparer.Ordinal);
        foreach (var pod in pods)
        {
            counts[stateOf(answers.GetValueOrDefault(pod.Metadata.Name))]++;
        }

        return counts;
    }
}
