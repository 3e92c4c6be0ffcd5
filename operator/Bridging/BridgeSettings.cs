namespace KafkaLogstash.Bridging;

/// <summary>
/// What the operator tells a bridge pod: the file <c>bridge.json</c>. It lies in a ConfigMap and names the files with credentials; it holds none itself.
/// All paths are absolute, in the pod.
/// </summary>
/// <remarks>
/// Members with a default can be set, not only initialized: the generated reader would overwrite what a file leaves out with nothing
/// (https://github.com/dotnet/runtime/issues/58770), and so, for one, stop checking hosts' names.
/// </remarks>
public sealed record BridgeSettings
{
    /// <summary>The port of <c>/healthz</c>, <c>/readyz</c> and <c>/metrics</c>; plain HTTP. 0 takes any free one.</summary>
    public int ManagementPort { get; set; } = BridgeDefaults.ManagementPort;

    /// <summary>The least that is logged: <c>Trace</c>, <c>Debug</c>, <c>Information</c>, <c>Warning</c> or <c>Error</c>.</summary>
    public BridgeLogLevel LogLevel { get; set; } = BridgeLogLevel.Information;

    /// <summary>How to reach Kafka.</summary>
    public required BridgeKafkaSettings Kafka { get; init; }

    /// <summary>Kafka → Logstash; null: this bridge reads nothing.</summary>
    public SourceSettings? Source { get; init; }

    /// <summary>Logstash → Kafka; null: this bridge takes nothing.</summary>
    public SinkSettings? Sink { get; init; }
}

/// <summary>How a bridge reaches Kafka.</summary>
public sealed record BridgeKafkaSettings
{
    /// <summary>
    /// A file with properties of librdkafka as one JSON object of strings, credentials among them (https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md).
    /// It is read again when it changes, and the clients are made anew with it.
    /// </summary>
    public required string ClientFile { get; init; }

    /// <summary>Further properties of librdkafka, none of them secret, for consumer and producer. What the bridge depends on it sets itself, over these.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>How much is logged. The values are those of .NET's logging.</summary>
public enum BridgeLogLevel
{
    /// <summary>Everything.</summary>
    Trace,

    /// <summary>What helps to find a fault.</summary>
    Debug,

    /// <summary>What happens.</summary>
    Information,

    /// <summary>What should not happen, and is mended.</summary>
    Warning,

    /// <summary>What needs somebody.</summary>
    Error,
}
