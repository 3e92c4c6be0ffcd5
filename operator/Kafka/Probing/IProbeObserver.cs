namespace KafkaLogstash.Kafka.Probing;

/// <summary>Is told of each look at a Kafka cluster, for metrics. It must be quick.</summary>
public interface IProbeObserver
{
    /// <summary>A cluster was looked at.</summary>
    /// <param name="reason">What was found, in the one word of <see cref="KafkaFinding.Reason"/>.</param>
    /// <param name="took">How long the look took.</param>
    void Looked(string reason, TimeSpan took);

    /// <summary>Clients were opened or closed.</summary>
    /// <param name="clients">How many there are now: one for each distinct cluster and credentials.</param>
    void Holds(int clients);
}
