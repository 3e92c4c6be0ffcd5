using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Pem;
using KafkaLogstash.Logstash.Jaas;

namespace KafkaLogstash.Kafka.Clients;

/// <summary>
/// Turns <c>spec.kafka</c> and its secrets into options of Logstash's kafka plugins (Kafka's Java client), and into the files and the JAAS
/// line that they point to. Nothing secret is among the options themselves.
/// </summary>
public sealed record LogstashKafkaOptions
{
    /// <summary>The environment variable that carries the JAAS line into the pod.</summary>
    public const string JaasVariable = "KAFKA_SASL_JAAS_CONFIG";

    /// <summary>The name of the file with the certificates to trust.</summary>
    public const string TruststoreFile = "truststore.pem";

    /// <summary>The name of the file with the client's key and its certificate chain.</summary>
    public const string KeystoreFile = "keystore.pem";

    /// <summary>Options of the kafka input and output, in the order in which they are written.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Options { get; init; }

    /// <summary>
    /// The option <c>sasl_jaas_config</c> is set to the placeholder of <see cref="JaasVariable"/>: the JAAS line itself, or null without SASL.
    /// </summary>
    public string? JaasLine { get; init; }

    /// <summary>The content of <see cref="TruststoreFile"/>, or null where the system's roots are trusted.</summary>
    public string? Truststore { get; init; }

    /// <summary>The content of <see cref="KeystoreFile"/>, or null without mTLS.</summary>
    public string? Keystore { get; init; }

    /// <summary>Builds the options.</summary>
    /// <param name="kafka">The cluster.</param>
    /// <param name="secrets">Its secrets.</param>
    /// <param name="folder">The folder in the pod where the files are, without a trailing slash.</param>
    /// <exception cref="PemException">The client's certificate and its key do not belong together.</exception>
    public static LogstashKafkaOptions For(KafkaSpec kafka, KafkaSecrets secrets, string folder)
    {
        ArgumentNullException.ThrowIfNull(kafka);
        ArgumentNullException.ThrowIfNull(secrets);

        var options = new List<KeyValuePair<string, string>>();
        void Add(string name, string value) => options.Add(new(name, value));

        Add("bootstrap_servers", string.Join(',', kafka.BootstrapServers));
        Add("security_protocol", SecurityProtocol.For(kafka));

        string? keystore = null;
        if (kafka.Tls is { } tls)
        {
            // PEM stores have no password; the type is in capitals (KIP-651).
            if (secrets.TrustedCertificates is not null)
            {
                Add("ssl_truststore_type", "PEM");
                Add("ssl_truststore_location", $"{folder}/{TruststoreFile}");
            }

            if (secrets is { ClientCertificate: { } chain, ClientKey: { } key })
            {
                keystore = PemMaterial.WriteKeystore(key, chain);
                Add("ssl_keystore_type", "PEM");
                Add("ssl_keystore_location", $"{folder}/{KeystoreFile}");
            }

            // The empty text switches the check of the broker's name off.
            Add("ssl_endpoint_identification_algorithm", tls.VerifyHostname ? "https" : "");
        }

        string? jaas = null;
        if (kafka.Authentication is { } authentication)
        {
            Add("sasl_mechanism", SecurityProtocol.Mechanism(authentication.Type));
            if (authentication is { Type: AuthenticationType.OAuthBearer, Oauth: { } oauth })
            {
                Add("sasl_oauthbearer_token_endpoint_url", oauth.TokenEndpointUrl);
                Add("sasl_login_callback_handler_class", JaasConfig.OAuthLoginCallbackHandler);
            }

            jaas = Login(authentication, secrets).Line;
        }

        return new LogstashKafkaOptions
        {
            Options = options,
            JaasLine = jaas,
            Truststore = secrets.TrustedCertificates?.Pem,
            Keystore = keystore,
        };
    }

    private static JaasConfig Login(KafkaAuthenticationSpec authentication, KafkaSecrets secrets) => authentication.Type switch
    {
        AuthenticationType.Plain => JaasConfig.Plain(secrets.Username ?? "", secrets.Password ?? ""),
        AuthenticationType.ScramSha256 => JaasConfig.Scram(ScramDigest.Sha256, secrets.Username ?? "", secrets.Password ?? ""),
        AuthenticationType.ScramSha512 => JaasConfig.Scram(ScramDigest.Sha512, secrets.Username ?? "", secrets.Password ?? ""),
        _ => JaasConfig.OAuthClientCredentials(authentication.Oauth?.ClientId ?? "", secrets.OAuthClientSecret ?? "", authentication.Oauth?.Scope),
    };

    /// <summary>A fixed text: secrets never reach a log by accident.</summary>
    public override string ToString() => nameof(LogstashKafkaOptions);
}
