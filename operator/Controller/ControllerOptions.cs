namespace KafkaLogstash.Controller;

/// <summary>How the controller of connections behaves.</summary>
public sealed record ControllerOptions
{
    /// <summary>
    /// How long Logstash may take to prove that it reloaded a pipeline in place before the pods are restarted. A kubelet passes a changed ConfigMap on within
    /// its sync period and the delay of its cache, two minutes in all by default.
    /// </summary>
    public TimeSpan ReloadTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>
    /// How long the deletion of a connection may wait for its consumer group to be deleted. Pods have two minutes to end, and Kafka takes those that ended without
    /// a word for members until their session times out: 10 s by default, 45 s in Kafka's own defaults.
    /// </summary>
    public TimeSpan GroupDeletionTimeout { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>The image of bridges that name none: by default that of the operator's own release.</summary>
    public string BridgeImage { get; init; } = BridgeImages.OfThisRelease;
}
