namespace KafkaLogstash.Controller.Rendering;

/// <summary>Places and numbers inside a Logstash pod.</summary>
internal static class PodPaths
{
    /// <summary>Where the image keeps Logstash.</summary>
    public const string Home = "/usr/share/logstash";

    /// <summary>The program. It is started directly: the image's entry point rewrites settings from environment variables (docs/decisions/0003).</summary>
    public const string Program = $"{Home}/bin/logstash";

    /// <summary>Logstash's <c>path.data</c>: queue, dead letter queue, the node's id.</summary>
    public const string Data = $"{Home}/data";

    /// <summary>Logstash's <c>path.logs</c>.</summary>
    public const string Logs = $"{Home}/logs";

    /// <summary>Logstash's <c>path.settings</c>.</summary>
    public const string Settings = "/etc/logstash/settings";

    /// <summary>The folder of the pipeline's file.</summary>
    public const string Pipeline = "/etc/logstash/pipeline";

    /// <summary>The folder of truststore and keystore.</summary>
    public const string Kafka = "/etc/logstash/kafka";

    /// <summary>Logstash's node API.</summary>
    public const int ApiPort = 9600;

    /// <summary>The id of the one pipeline.</summary>
    public const string PipelineId = "main";

    /// <summary>The name of Logstash's container.</summary>
    public const string Container = "logstash";
}
