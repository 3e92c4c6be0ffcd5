using KafkaLogstash.Api;

namespace KafkaLogstash.Kafka.Clients;

/// <summary>Names that both of Kafka's clients, Java's and librdkafka, use for what a connection's spec says about security.</summary>
public static class SecurityProtocol
{
    /// <summary>The value of <c>security.protocol</c>.</summary>
    public static string For(KafkaSpec kafka)
    {
        ArgumentNullException.ThrowIfNull(kafka);
        return (kafka.Authentication, kafka.Tls) switch
        {
            (null, null) => "PLAINTEXT",
            (null, _) => "SSL",
            (_, null) => "SASL_PLAINTEXT",
            _ => "SASL_SSL",
        };
    }

    /// <summary>The value of <c>sasl.mechanism</c>. It is always written out: Java's default is GSSAPI.</summary>
    public static string Mechanism(AuthenticationType type) => type switch
    {
        AuthenticationType.Plain => "PLAIN",
        AuthenticationType.ScramSha256 => "SCRAM-SHA-256",
        AuthenticationType.ScramSha512 => "SCRAM-SHA-512",
        AuthenticationType.OAuthBearer => "OAUTHBEARER",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "There is no such authentication type."),
    };
}
