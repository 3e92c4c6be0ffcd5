namespace KafkaLogstash.Controller.Rendering.Bridges;

/// <summary>Places inside bridge pods, and inside Logstash pods for what they know of the bridge.</summary>
internal static class BridgePaths
{
    /// <summary>The name of the bridge's container.</summary>
    public const string Container = "bridge";

    /// <summary>The folder of the settings.</summary>
    public const string Settings = "/etc/kafka-logstash/bridge";

    /// <summary>The file of the settings in it.</summary>
    public const string SettingsFile = "bridge.json";

    /// <summary>The folder of what Kafka's client needs.</summary>
    public const string Kafka = "/etc/kafka-logstash/kafka";

    /// <summary>The file with Kafka's client properties in it.</summary>
    public const string KafkaFile = "client.json";

    /// <summary>The folder of TLS towards Logstash.</summary>
    public const string Logstash = "/etc/kafka-logstash/logstash";

    /// <summary>The folder of the sink's TLS.</summary>
    public const string Sink = "/etc/kafka-logstash/sink";

    /// <summary>The folder of what the sink's clients must prove.</summary>
    public const string SinkLogin = "/etc/kafka-logstash/sink-auth";

    /// <summary>Certificates to trust.</summary>
    public const string TrustFile = "ca.crt";

    /// <summary>A certificate, its issuers after it.</summary>
    public const string CertificateFile = "tls.crt";

    /// <summary>Its private key.</summary>
    public const string KeyFile = "tls.key";

    /// <summary>The certificates that the sink's clients must come from.</summary>
    public const string ClientsFile = "clients.crt";

    /// <summary>The user name of the sink's clients.</summary>
    public const string UsernameFile = "username";

    /// <summary>Their password.</summary>
    public const string PasswordFile = "password";

    /// <summary>Their token.</summary>
    public const string TokenFile = "token";

    /// <summary>In Logstash pods: the folder of what they need for the bridge.</summary>
    public const string InLogstash = "/etc/logstash/bridge";

    /// <summary>In there: the certificate of the beats input.</summary>
    public const string BeatsCertificateFile = "beats.crt";

    /// <summary>In there: its private key.</summary>
    public const string BeatsKeyFile = "beats.key";

    /// <summary>In there: what the bridge's certificate must come from.</summary>
    public const string BeatsTrustFile = "beats-ca.crt";

    /// <summary>In there: the certificate of the http output.</summary>
    public const string OutputCertificateFile = "output.crt";

    /// <summary>In there: its private key.</summary>
    public const string OutputKeyFile = "output.key";

    /// <summary>In there: what the sink's certificate must come from.</summary>
    public const string OutputTrustFile = "output-ca.crt";

    /// <summary>In Logstash's environment: the user name for the sink.</summary>
    public const string UsernameVariable = "BRIDGE_SINK_USERNAME";

    /// <summary>In Logstash's environment: the password for the sink.</summary>
    public const string PasswordVariable = "BRIDGE_SINK_PASSWORD";

    /// <summary>In Logstash's environment: the whole Authorization header for the sink (RFC 6750).</summary>
    public const string AuthorizationVariable = "BRIDGE_SINK_AUTHORIZATION";
}
