namespace KafkaLogstash.Bridging;

/// <summary>What holds where a bridge's settings are silent, and what operator and bridge must agree on without any.</summary>
public static class BridgeDefaults
{
    /// <summary>The image of bridge pods, without its tag: the tag is the operator's own version.</summary>
    public const string Image = "ghcr.io/kafka-logstash/bridge";

    /// <summary>The port of health and metrics.</summary>
    public const int ManagementPort = 8080;

    /// <summary>The file of settings in a pod.</summary>
    public const string SettingsFile = "/etc/kafka-logstash/bridge/bridge.json";

    /// <summary>The port of the beats input of a Logstash that the operator manages.</summary>
    public const int BeatsPort = 5044;

    /// <summary>The sink's path for events whose topic the sender names: <c>/topics/{topic}</c>.</summary>
    public const string TopicsPath = "/topics";

    /// <summary>The sink's path for events whose topic the pattern of the settings gives.</summary>
    public const string EventsPath = "/events";
}
