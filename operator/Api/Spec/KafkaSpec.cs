namespace KafkaLogstash.Api;

/// <summary>A Kafka cluster and how to log in to it.</summary>
public sealed record KafkaSpec
{
    /// <summary>Brokers to ask first, each as <c>host:port</c>; the client learns the others from them.</summary>
    public IReadOnlyList<string> BootstrapServers { get; init; } = [];

    /// <summary>TLS. Absent: plaintext. Empty: TLS with the system's root certificates.</summary>
    public KafkaTlsSpec? Tls { get; init; }

    /// <summary>SASL. Absent: none.</summary>
    public KafkaAuthenticationSpec? Authentication { get; init; }

    /// <summary>Whether the operator itself may dial Kafka, to report on reachability, topics and lag.</summary>
    public ProbeMode Probe { get; init; } = ProbeMode.Enabled;

    /// <summary>Further Kafka client properties, by Kafka's names. Those about security have fields of their own and are refused here.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();
}

/// <summary>TLS towards Kafka.</summary>
public sealed record KafkaTlsSpec
{
    /// <summary>Secrets with the certificates to trust, as PEM. Empty: the system's roots.</summary>
    public IReadOnlyList<SecretKeyReference> TrustedCertificates { get; init; } = [];

    /// <summary>The client's own certificate, for brokers that ask for one (mTLS).</summary>
    public ClientCertificateSpec? ClientCertificate { get; init; }

    /// <summary>Whether the broker's certificate must carry the broker's name. Some cloud endpoints need false.</summary>
    public bool VerifyHostname { get; init; } = true;
}

/// <summary>A key of a Secret in the connection's namespace.</summary>
public sealed record SecretKeyReference
{
    /// <summary>The Secret's name.</summary>
    public string SecretName { get; init; } = "";

    /// <summary>The key in it.</summary>
    public string Key { get; init; } = "";
}

/// <summary>A certificate and its private key in a Secret, as PEM.</summary>
public sealed record ClientCertificateSpec
{
    /// <summary>The Secret's name; a <c>kubernetes.io/tls</c> Secret fits.</summary>
    public string SecretName { get; init; } = "";

    /// <summary>The key with the certificate, its issuers after it.</summary>
    public string CertificateKey { get; init; } = "tls.crt";

    /// <summary>The key with the private key: PKCS#8, PKCS#1 or SEC 1, not encrypted.</summary>
    public string PrivateKeyKey { get; init; } = "tls.key";
}

/// <summary>SASL towards Kafka.</summary>
public sealed record KafkaAuthenticationSpec
{
    /// <summary>The mechanism.</summary>
    public AuthenticationType Type { get; init; }

    /// <summary>The user name; not with OAuthBearer.</summary>
    public string? Username { get; init; }

    /// <summary>The user name from a Secret, instead of <c>username</c>.</summary>
    public SecretKeyReference? UsernameFrom { get; init; }

    /// <summary>The password; not with OAuthBearer.</summary>
    public SecretKeyReference? PasswordFrom { get; init; }

    /// <summary>OAuth client credentials; only with OAuthBearer.</summary>
    public OAuthSpec? Oauth { get; init; }
}

/// <summary>OAuth 2.0 client credentials (RFC 6749, section 4.4).</summary>
public sealed record OAuthSpec
{
    /// <summary>Where tokens are issued.</summary>
    public string TokenEndpointUrl { get; init; } = "";

    /// <summary>The client's id.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>The client's secret.</summary>
    public SecretKeyReference? ClientSecretFrom { get; init; }

    /// <summary>The scope to ask for.</summary>
    public string? Scope { get; init; }
}
