namespace KafkaLogstash.Controller.Rendering;

/// <summary>The names of what a connection owns, all derived from the connection's own.</summary>
/// <param name="Connection">The connection's name.</param>
internal sealed record ConnectionNames(string Connection)
{
    /// <summary>The Deployment, its Service, PodDisruptionBudget and NetworkPolicy.</summary>
    public string Logstash => $"{Connection}-logstash";

    /// <summary>The ConfigMap with the pipeline where Logstash reloads it in place.</summary>
    public string Pipeline => $"{Connection}-logstash-pipeline";

    /// <summary>The ConfigMap with one pipeline of those that follow each other where pods are rolled: a pod that restarts finds the one that it was made for.</summary>
    /// <param name="digest">The pipeline's digest.</param>
    public string PipelineOf(string digest) => $"{Pipeline}-{digest}";

    /// <summary>The ConfigMap with <c>logstash.yml</c> and <c>log4j2.properties</c>.</summary>
    public string Settings => $"{Connection}-logstash-settings";

    /// <summary>The Secret with what Kafka's client needs: the JAAS line, truststore and keystore.</summary>
    public string KafkaClient => $"{Connection}-kafka-client";

    /// <summary>The bridge's Deployment, Service, PodDisruptionBudget and NetworkPolicy.</summary>
    public string Bridge => $"{Connection}-bridge";

    /// <summary>The Deployment of a workload.</summary>
    public string Deployment(Workload workload) => workload == Workload.Bridge ? Bridge : Logstash;

    /// <summary>The headless Service with the beats inputs of the operator's Logstash pods.</summary>
    public string Beats => $"{Connection}-logstash-beats";

    /// <summary>The ConfigMap with <c>bridge.json</c>.</summary>
    public string BridgeSettings => $"{Connection}-bridge-settings";

    /// <summary>The Secret with the bridge's Kafka properties, which no Logstash pod sees.</summary>
    public string BridgeKafka => $"{Connection}-bridge-kafka";

    /// <summary>The Secret with what the bridge needs for TLS towards Logstash.</summary>
    public string BridgeLogstash => $"{Connection}-bridge-logstash";

    /// <summary>The Secret with the sink's certificate.</summary>
    public string BridgeSink => $"{Connection}-bridge-sink";

    /// <summary>The Secret with what the sink's clients must prove.</summary>
    public string BridgeSinkLogin => $"{Connection}-bridge-sink-auth";

    /// <summary>The Secret with the certificates that the operator makes for bridge and Logstash, and their authority; no pod mounts it.</summary>
    public string BridgeCertificates => $"{Connection}-bridge-certificates";

    /// <summary>The Secret with what Logstash pods need for the bridge.</summary>
    public string LogstashBridge => $"{Connection}-logstash-bridge";
}
