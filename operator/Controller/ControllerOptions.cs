namespace KafkaLogstash.Controller;

/// <summary>How the controller of connections behaves.</summary>
public sealed record ControllerOptions
{
    /// <summary>
    /// How long Logstash may take to prove that it reloaded a pipeline in place before the pods are restarted. A kubelet passes a changed ConfigMap on within
    /// its sync period and the delay of its cache, two minutes in all by default.
    /// </summary>
    public TimeSpan ReloadTimeout { get; init; } = TimeSpan.FromMinutes(3);
}
