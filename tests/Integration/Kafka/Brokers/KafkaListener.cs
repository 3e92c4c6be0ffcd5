namespace KafkaLogstash.Tests.Integration.Kafka.Brokers;

/// <summary>The listeners of a <see cref="KafkaBroker"/>.</summary>
internal enum KafkaListener
{
    /// <summary>Neither encryption nor login; the broker's own.</summary>
    Plaintext,

    /// <summary>TLS.</summary>
    Tls,

    /// <summary>TLS that asks for a client certificate.</summary>
    MutualTls,

    /// <summary>PLAIN and SCRAM without TLS.</summary>
    Sasl,

    /// <summary>PLAIN and SCRAM over TLS.</summary>
    SaslTls,

    /// <summary>OAUTHBEARER without TLS; tokens need no signature.</summary>
    OAuth,
}
