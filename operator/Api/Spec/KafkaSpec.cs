using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using KafkaLogstash.Api.Schema;

namespace KafkaLogstash.Api;

/// <summary>A Kafka cluster and how to log in to it.</summary>
public sealed record KafkaSpec
{
    /// <summary>Brokers to ask first, each as <c>host:port</c>, an IPv6 address in brackets; the client learns the others from them.</summary>
    [Required, Length(1, 64), Item(Patterns.HostAndPortLength, Patterns.HostAndPort), ListType(ListTypeAttribute.Set)]
    public IReadOnlyList<string> BootstrapServers { get; init; } = [];

    /// <summary>TLS. Absent: plaintext. Empty (<c>tls: {}</c>): TLS with the system's root certificates.</summary>
    public KafkaTlsSpec? Tls { get; init; }

    /// <summary>SASL authentication. Absent: none.</summary>
    public KafkaAuthenticationSpec? Authentication { get; init; }

    /// <summary>Whether the operator itself may dial Kafka, to report on reachability, topics and lag.</summary>
    public ProbeMode Probe { get; init; } = ProbeMode.Enabled;

    /// <summary>
    /// Further Kafka client properties by Kafka's names, for example <c>client.rack: eu-1a</c>; quote true and false. Those that have fields of
    /// their own (bootstrap.servers, group.id, security.protocol, sasl.*, ssl.* and so on) are refused, and the message names the field.
    /// With the transport Native each kafka plugin gets those that it has an option for; one that no plugin can hand on is refused. With Bridge the names are librdkafka's.
    /// </summary>
    [Length(0, 128), JsonConverter(typeof(ScalarMapConverter))]
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();
}

/// <summary>TLS of a client: whom it trusts, and how it shows who it is.</summary>
public sealed record KafkaTlsSpec
{
    /// <summary>Secrets with the certificates to trust, as PEM; all of them count. Empty: the system's root certificates.</summary>
    [Length(0, 32)]
    public IReadOnlyList<SecretKeyReference> TrustedCertificates { get; init; } = [];

    /// <summary>The client's own certificate, for servers that ask for one (mTLS). Absent: none.</summary>
    public ClientCertificateSpec? ClientCertificate { get; init; }

    /// <summary>Whether the server's certificate must carry the name that was dialled. Some cloud endpoints need false.</summary>
    public bool VerifyHostname { get; init; } = true;
}

/// <summary>A key of a Secret in the connection's namespace.</summary>
public sealed record SecretKeyReference
{
    /// <summary>The Secret's name, in the connection's namespace.</summary>
    [Required, Length(1, Patterns.ObjectNameLength), RegularExpression(Patterns.ObjectName)]
    public string SecretName { get; init; } = "";

    /// <summary>The key in the Secret.</summary>
    [Required, Length(1, Patterns.ObjectNameLength), RegularExpression(Patterns.DataKey)]
    public string Key { get; init; } = "";
}

/// <summary>A certificate and its private key in a Secret, as PEM.</summary>
[Rule("self.certificateKey != self.privateKeyKey", RuleMessages.SameKeyTwice, FieldPath = ".privateKeyKey")]
public sealed record ClientCertificateSpec
{
    /// <summary>The Secret's name, in the connection's namespace; a <c>kubernetes.io/tls</c> Secret fits.</summary>
    [Required, Length(1, Patterns.ObjectNameLength), RegularExpression(Patterns.ObjectName)]
    public string SecretName { get; init; } = "";

    /// <summary>The key in the Secret with the certificate, its issuers after it.</summary>
    [Length(1, Patterns.ObjectNameLength), RegularExpression(Patterns.DataKey)]
    public string CertificateKey { get; init; } = "tls.crt";

    /// <summary>The key in the Secret with the private key: PKCS#8, PKCS#1 or SEC 1, not encrypted.</summary>
    [Length(1, Patterns.ObjectNameLength), RegularExpression(Patterns.DataKey)]
    public string PrivateKeyKey { get; init; } = "tls.key";
}

/// <summary>SASL authentication towards Kafka.</summary>
[Rule("self.type != 'OAuthBearer' || has(self.oauth)", RuleMessages.OAuthMissing, FieldPath = ".oauth", Reason = RuleReason.FieldValueRequired)]
[Rule("self.type == 'OAuthBearer' || !has(self.oauth)", RuleMessages.OAuthNotForPasswords, FieldPath = ".oauth", Reason = RuleReason.FieldValueForbidden)]
[Rule("self.type == 'OAuthBearer' || has(self.username) != has(self.usernameFrom)", RuleMessages.OneOfUsernames, FieldPath = ".username", Reason = RuleReason.FieldValueRequired)]
[Rule("self.type == 'OAuthBearer' || has(self.passwordFrom)", RuleMessages.PasswordMissing, FieldPath = ".passwordFrom", Reason = RuleReason.FieldValueRequired)]
[Rule(
    "self.type != 'OAuthBearer' || !(has(self.username) || has(self.usernameFrom) || has(self.passwordFrom))",
    RuleMessages.PasswordNotForOAuth,
    Reason = RuleReason.FieldValueForbidden)]
public sealed record KafkaAuthenticationSpec
{
    /// <summary>The SASL mechanism.</summary>
    [Required]
    public AuthenticationType Type { get; init; }

    /// <summary>The user name, with Plain, ScramSha256 and ScramSha512; or use usernameFrom.</summary>
    [Length(1, 512)]
    public string? Username { get; init; }

    /// <summary>The user name from a Secret, instead of username.</summary>
    public SecretKeyReference? UsernameFrom { get; init; }

    /// <summary>The password from a Secret; needed with Plain, ScramSha256 and ScramSha512.</summary>
    public SecretKeyReference? PasswordFrom { get; init; }

    /// <summary>Where and how tokens are fetched; needed with OAuthBearer, and for nothing else.</summary>
    public OAuthSpec? Oauth { get; init; }
}

/// <summary>OAuth 2.0 client credentials (RFC 6749, section 4.4).</summary>
public sealed record OAuthSpec
{
    /// <summary>The URL at which tokens are issued.</summary>
    [Required, Length(1, 2048), RegularExpression(Patterns.HttpUrl)]
    public string TokenEndpointUrl { get; init; } = "";

    /// <summary>The client's id at the authorization server.</summary>
    [Required, Length(1, 512)]
    public string ClientId { get; init; } = "";

    /// <summary>The client's secret from a Secret.</summary>
    [Required]
    public SecretKeyReference? ClientSecretFrom { get; init; }

    /// <summary>The scopes to ask for, separated by blanks. Absent: what the authorization server gives by default.</summary>
    [Length(1, 2048), RegularExpression(Patterns.Printable)]
    public string? Scope { get; init; }
}
