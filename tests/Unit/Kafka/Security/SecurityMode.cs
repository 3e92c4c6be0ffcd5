using System.Text;
using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Pem;

namespace KafkaLogstash.Tests.Unit.Kafka.Security;

/// <summary>One way to reach Kafka: what stands in <c>spec.kafka</c>, and the Secrets that it names.</summary>
internal sealed record SecurityMode
{
    public const string CaSecret = "kafka-ca";
    public const string ClientSecret = "orders-tls";
    public const string UserSecret = "orders-kafka";

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    public KafkaTlsSpec? Tls { get; init; }

    public KafkaAuthenticationSpec? Authentication { get; init; }

    /// <summary>The client's certificate and its key; both empty where none is used.</summary>
    public (string Certificate, string Key) Client { get; init; } = ("", "");

    public byte[] Password { get; init; } = "s3cret"u8.ToArray();

    public KafkaSpec Kafka => new() { BootstrapServers = ["127.0.0.1:9"], Tls = Tls, Authentication = Authentication };

    /// <summary>What <see cref="Kafka"/> names, as a reader of the Secrets finds it.</summary>
    public KafkaSecrets Resolved => new()
    {
        Username = Authentication?.Username,
        Password = Authentication?.PasswordFrom is null ? null : Encoding.UTF8.GetString(Password),
        OAuthClientSecret = Authentication?.Oauth is null ? null : Encoding.UTF8.GetString(Password),
        TrustedCertificates = Tls is { TrustedCertificates.Count: > 0 } ? PemMaterial.ReadCertificates(SampleCertificates.Authority) : null,
        ClientCertificate = Tls?.ClientCertificate is null ? null : PemMaterial.ReadCertificates(Client.Certificate),
        ClientKey = Tls?.ClientCertificate is null ? null : PemMaterial.ReadPrivateKey(Client.Key),
    };

    public IReadOnlyList<V1Secret> Secrets =>
    [
        Secret(CaSecret, ("ca.crt", Encoding.UTF8.GetBytes(SampleCertificates.Authority))),
        Secret(ClientSecret, ("tls.crt", Encoding.UTF8.GetBytes(Client.Certificate)), ("tls.key", Encoding.UTF8.GetBytes(Client.Key))),
        Secret(UserSecret, ("password", Password)),
    ];

    /// <summary>The modes that the documentation shows.</summary>
    public static IReadOnlyList<SecurityMode> Documented { get; } =
    [
        new() { Name = "No encryption, no login" },
        new() { Name = "TLS, the system's roots", Tls = new() },
        new() { Name = "TLS, own authority", Tls = Trusting() },
        new() { Name = "TLS, no check of the host name", Tls = Trusting() with { VerifyHostname = false } },
        new() { Name = "mTLS", Tls = Trusting() with { ClientCertificate = Certified() }, Client = SampleCertificates.Pkcs8 },
        .. from tls in new[] { false, true }
           from type in Enum.GetValues<AuthenticationType>()
           select new SecurityMode
           {
               Name = $"{SecurityProtocol.Mechanism(type)} {(tls ? "over TLS" : "without TLS")}",
               Tls = tls ? Trusting() : null,
               Authentication = Login(type),
           },
    ];

    /// <summary>Every combination of protocol, trust, client certificate, check of the host name and mechanism.</summary>
    public static IEnumerable<SecurityMode> Every() =>
        from tls in Encryptions()
        from login in (AuthenticationType?[])[null, .. Enum.GetValues<AuthenticationType>()]
        select new SecurityMode
        {
            Name = $"{(tls is null ? "no TLS" : $"TLS, {tls.TrustedCertificates.Count} trusted, {(tls.ClientCertificate is null ? "no" : "a")} client certificate, host name {tls.VerifyHostname}")}, {login?.ToString() ?? "no login"}",
            Tls = tls,
            Authentication = login is { } type ? Login(type) : null,
            Client = tls?.ClientCertificate is null ? ("", "") : SampleCertificates.Pkcs8,
        };

    public static KafkaTlsSpec Trusting() => new() { TrustedCertificates = [new() { SecretName = CaSecret, Key = "ca.crt" }] };

    public static ClientCertificateSpec Certified() => new() { SecretName = ClientSecret };

    public static KafkaAuthenticationSpec Login(AuthenticationType type) => type == AuthenticationType.OAuthBearer
        ? new()
        {
            Type = type,
            Oauth = new()
            {
                TokenEndpointUrl = "http://127.0.0.1:9/token",
                ClientId = "orders",
                ClientSecretFrom = new() { SecretName = UserSecret, Key = "password" },
                Scope = "kafka",
            },
        }
        : new() { Type = type, Username = "orders", PasswordFrom = new() { SecretName = UserSecret, Key = "password" } };

    /// <summary>For names of test cases.</summary>
    public override string ToString() => Name;

    private static IEnumerable<KafkaTlsSpec?> Encryptions() =>
    [
        null,
        .. from trusting in new[] { false, true }
           from certified in new[] { false, true }
           from verify in new[] { false, true }
           select (trusting ? Trusting() : new()) with { ClientCertificate = certified ? Certified() : null, VerifyHostname = verify },
    ];

    private static V1Secret Secret(string name, params (string Key, byte[] Value)[] data) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "shop" },
        Data = data.ToDictionary(item => item.Key, item => item.Value),
    };
}
