using KafkaLogstash.Kafka.Pem;

namespace KafkaLogstash.Kafka.Clients;

/// <summary>
/// What a Kafka client needs to log in, read out of Secrets and checked. It is held only as long as something is made from it, and
/// <see cref="ToString"/> shows nothing of it.
/// </summary>
public sealed record KafkaSecrets
{
    /// <summary>The user name; null where none is needed.</summary>
    public string? Username { get; init; }

    /// <summary>The password; null where none is needed.</summary>
    public string? Password { get; init; }

    /// <summary>The OAuth client's secret; null without OAuth.</summary>
    public string? OAuthClientSecret { get; init; }

    /// <summary>The certificates to trust; null for the system's roots.</summary>
    public CertificateBundle? TrustedCertificates { get; init; }

    /// <summary>The client's certificate chain; null without mTLS.</summary>
    public CertificateBundle? ClientCertificate { get; init; }

    /// <summary>The client's private key; null without mTLS.</summary>
    public PrivateKey? ClientKey { get; init; }

    /// <summary>A fixed text: secrets never reach a log by accident.</summary>
    public override string ToString() => nameof(KafkaSecrets);
}
