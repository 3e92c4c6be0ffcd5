namespace KafkaLogstash.Controller.Status;

/// <summary>
/// The types of a connection's conditions. <see cref="Ready"/>, <see cref="Reconciling"/> and <see cref="Stalled"/> mean what kstatus says
/// (https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md); the others are for people.
/// </summary>
internal static class ConditionTypes
{
    /// <summary>Everything works.</summary>
    public const string Ready = "Ready";

    /// <summary>The operator or the cluster is still at work.</summary>
    public const string Reconciling = "Reconciling";

    /// <summary>It won't get better without a person.</summary>
    public const string Stalled = "Stalled";

    /// <summary>The spec is valid.</summary>
    public const string Accepted = "Accepted";

    /// <summary>Every Secret and ConfigMap key exists and is usable.</summary>
    public const string ReferencesResolved = "ReferencesResolved";

    /// <summary>Kafka answers and lets the client in.</summary>
    public const string KafkaReachable = "KafkaReachable";

    /// <summary>The topics exist and may be used.</summary>
    public const string TopicsAvailable = "TopicsAvailable";

    /// <summary>The wished Logstash pods run the wished pipeline.</summary>
    public const string LogstashAvailable = "LogstashAvailable";

    /// <summary>The wished bridge pods do what they are for; only with the transport Bridge.</summary>
    public const string BridgeAvailable = "BridgeAvailable";
}
