using KafkaLogstash.Kafka.Pem;

namespace KafkaLogstash.Controller.References;

/// <summary>What a bridge needs besides Kafka's credentials, read out of the Secrets that a connection names. <see cref="ToString"/> shows nothing of it.</summary>
internal sealed record BridgeSecrets
{
    /// <summary>TLS towards a Logstash that is not the operator's.</summary>
    public required ClientTlsMaterial External { get; init; }

    /// <summary>The sink's certificate chain as the spec names it; null where the operator makes one, or there is none.</summary>
    public CertificateBundle? SinkCertificate { get; init; }

    /// <summary>Its private key.</summary>
    public PrivateKey? SinkKey { get; init; }

    /// <summary>The certificates that clients of the sink must come from; null where clients need none.</summary>
    public CertificateBundle? SinkClients { get; init; }

    /// <summary>What the operator's own Logstash trusts to know the sink: the Secret's <c>ca.crt</c>, and the chain itself.</summary>
    public string SinkTrust { get; init; } = "";

    /// <summary>The user name that clients of the sink give; null without basic authentication.</summary>
    public string? SinkUsername { get; init; }

    /// <summary>Their password.</summary>
    public string? SinkPassword { get; init; }

    /// <summary>The token that clients of the sink give; null without bearer authentication.</summary>
    public string? SinkToken { get; init; }

    /// <summary>A fixed text: secrets never reach a log by accident.</summary>
    public override string ToString() => nameof(BridgeSecrets);
}
