using System.Net;
using System.Net.Sockets;
using KafkaLogstash.Api.Yaml;

namespace KafkaLogstash.Api.Validation;

/// <summary>What the schema can't see of addresses, URLs and Kafka's client properties.</summary>
internal static class KafkaRules
{
    /// <summary>Client properties that have fields of their own, or belong to the operator. A name that ends in a dot stands for all that begin so.</summary>
    private static readonly (string Name, string Instead)[] Refused =
    [
        ("bootstrap.servers", "use spec.kafka.bootstrapServers"),
        ("metadata.broker.list", "use spec.kafka.bootstrapServers"),
        ("security.protocol", "it follows from spec.kafka.tls and spec.kafka.authentication"),
        ("ssl.endpoint.identification.algorithm", "use spec.kafka.tls.verifyHostname"),
        ("ssl.", "use spec.kafka.tls"),
        ("enable.ssl.certificate.verification", "use spec.kafka.tls"),
        ("sasl.", "use spec.kafka.authentication"),
        ("enable.sasl.oauthbearer.unsecure.jwt", "use spec.kafka.authentication"),
        ("group.id", "use spec.input.groupId"),
        ("group.instance.id", "it must be unique to each consumer, so the operator sets it"),
        ("auto.offset.reset", "use spec.input.autoOffsetReset"),
        ("enable.auto.commit", "the operator sets it, so that offsets are committed only after delivery"),
        ("enable.auto.offset.store", "the operator sets it, so that offsets are committed only after delivery"),
        ("acks", "use spec.output.acks"),
        ("request.required.acks", "use spec.output.acks"),
        ("compression.type", "use spec.output.compressionType"),
        ("compression.codec", "use spec.output.compressionType"),
        ("plugin.library.paths", "code can't be loaded into the client"),
        ("interceptor.classes", "code can't be loaded into the client"),
        ("config.providers", "values can't be fetched by the client: use a Secret and the field for it"),
    ];

    /// <summary>What is wrong.</summary>
    public static IEnumerable<FieldError> Run(ConnectionSpec spec)
    {
        foreach (var error in Addresses(spec.Kafka.BootstrapServers, "spec.kafka.bootstrapServers")
            .Concat(Addresses(spec.Logstash.External?.Hosts ?? [], "spec.logstash.external.hosts")))
        {
            yield return error;
        }

        foreach (var name in spec.Kafka.Properties.Keys)
        {
            if (Refused.FirstOrDefault(entry => entry.Name.EndsWith('.') ? name.StartsWith(entry.Name, StringComparison.Ordinal) : name == entry.Name) is { Instead: { } instead })
            {
                yield return new FieldError(FieldPaths.Child("spec.kafka.properties", name), "refused-property", $"can't be set here: {instead}");
            }
        }

        const string TokenEndpoint = "spec.kafka.authentication.oauth.tokenEndpointUrl";
        if (spec.Kafka.Authentication?.Oauth is { TokenEndpointUrl: { Length: > 0 } url } && Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.UserInfo.Length > 0)
        {
            yield return new FieldError(TokenEndpoint, "secret-in-plain-text", "must not contain a user or password: use clientId and clientSecretFrom");
        }
    }

    private static IEnumerable<FieldError> Addresses(IReadOnlyList<string> addresses, string path)
    {
        foreach (var (index, address) in addresses.Index())
        {
            var colon = address.LastIndexOf(':');
            if (colon < 0 || !int.TryParse(address.AsSpan(colon + 1), out var port))
            {
                continue;
            }

            if (port is < 1 or > 65535)
            {
                yield return new FieldError(FieldPaths.Item(path, index), "malformed", "the port must be from 1 to 65535");
            }

            if (address.StartsWith('[') && !(IPAddress.TryParse(address.AsSpan(0, colon), out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6))
            {
                yield return new FieldError(FieldPaths.Item(path, index), "malformed", "what stands in brackets must be an IPv6 address, for example [fd00::1]:9092");
            }
        }
    }
}
