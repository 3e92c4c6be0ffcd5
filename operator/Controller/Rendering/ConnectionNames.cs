namespace KafkaLogstash.Controller.Rendering;

/// <summary>The names of what a connection owns, all derived from the connection's own.</summary>
/// <param name="Connection">The connection's name.</param>
internal sealed record ConnectionNames(string Connection)
{
    /// <summary>The Deployment, its Service, PodDisruptionBudget and NetworkPolicy.</summary>
    public string Logstash => $"{Connection}-logstash";

    /// <summary>The ConfigMap with the pipeline.</summary>
    public string Pipeline => $"{Connection}-logstash-pipeline";

    /// <summary>The ConfigMap with <c>logstash.yml</c> and <c>log4j2.properties</c>.</summary>
    public string Settings => $"{Connection}-logstash-settings";

    /// <summary>The Secret with what Kafka's client needs: the JAAS line, truststore and keystore.</summary>
    public string KafkaClient => $"{Connection}-kafka-client";
}
