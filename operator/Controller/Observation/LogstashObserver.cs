using KafkaLogstash.Controller.Rendering;

namespace KafkaLogstash.Controller.Observation;

/// <summary>Watches what the Logstash pods of all connections run; what is expected is the digest of their pipeline.</summary>
/// <param name="api">Asks a pod.</param>
/// <param name="time">The clock.</param>
/// <param name="changed">Called with the key of a connection when a pod's answer changed; it must return at once.</param>
internal sealed class LogstashObserver(INodeApi api, TimeProvider time, Action<string> changed) : PodObserver<PipelineObservation>(
    (pod, cancellationToken) => api.ObserveAsync(pod.Address, pod.Port, PodPaths.PipelineId, cancellationToken),
    (answer, digest) => answer.Digest == digest,
    time,
    changed);
