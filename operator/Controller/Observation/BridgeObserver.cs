namespace KafkaLogstash.Controller.Observation;

/// <summary>Watches how the bridge pods of all connections are; what is expected is that they are ready.</summary>
/// <param name="api">Asks a pod.</param>
/// <param name="time">The clock.</param>
/// <param name="changed">Called with the key of a connection when a pod's answer changed; it must return at once.</param>
internal sealed class BridgeObserver(IBridgeApi api, TimeProvider time, Action<string> changed) : PodObserver<BridgeObservation>(
    (pod, cancellationToken) => api.ObserveAsync(pod.Address, pod.Port, cancellationToken),
    (answer, _) => answer is BridgeObservation.Ready,
    time,
    changed);
