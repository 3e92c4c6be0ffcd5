using System.Collections.Immutable;
using System.Text.Json.Nodes;
using k8s;
using KafkaLogstash.Api;

namespace KafkaLogstash.Controller.References;

/// <summary>A place in a connection that names a Secret or ConfigMap.</summary>
/// <param name="Kind">Which of the two.</param>
/// <param name="Name">The object's name.</param>
/// <param name="Key">The key in it; null for the whole object.</param>
/// <param name="Field">The field that names it.</param>
/// <param name="Optional">Whether it may be missing.</param>
internal sealed record Reference(ReferenceKind Kind, string Name, string? Key, string Field, bool Optional = false);

/// <summary>Finds every Secret and ConfigMap that a connection names: those with fields of their own, and those of environment and pod template.</summary>
internal static class ConnectionReferences
{
    /// <summary>The references, in the order of the spec.</summary>
    public static ImmutableArray<Reference> Of(ConnectionSpec spec)
    {
        var found = ImmutableArray.CreateBuilder<Reference>();
        found.AddRange(OfKafka(spec.Kafka));
        for (var i = 0; i < spec.Pipeline.ConfigMaps.Count; i++)
        {
            var reference = spec.Pipeline.ConfigMaps[i];
            found.Add(new Reference(ReferenceKind.ConfigMap, reference.Name, reference.Key, $"spec.pipeline.configMaps[{i}]"));
        }

        found.AddRange(OfPods(spec));
        if (spec.Transport == Transport.Bridge)
        {
            found.AddRange(OfBridge(spec));
            found.AddRange(OfBridgePods(spec));
        }

        return found.ToImmutable();
    }

    /// <summary>The references that Kafka's client needs.</summary>
    public static ImmutableArray<Reference> OfKafka(KafkaSpec kafka)
    {
        var found = ImmutableArray.CreateBuilder<Reference>();
        AddTls(kafka.Tls, "spec.kafka.tls", found);
        if (kafka.Authentication is { } authentication)
        {
            Add(authentication.UsernameFrom, "spec.kafka.authentication.usernameFrom", found);
            Add(authentication.PasswordFrom, "spec.kafka.authentication.passwordFrom", found);
            Add(authentication.Oauth?.ClientSecretFrom, "spec.kafka.authentication.oauth.clientSecretFrom", found);
        }

        return found.ToImmutable();
    }

    /// <summary>The references that a bridge needs besides Kafka's: TLS towards Logstash, and what its sink shows and asks for.</summary>
    private static ImmutableArray<Reference> OfBridge(ConnectionSpec spec)
    {
        var found = ImmutableArray.CreateBuilder<Reference>();
        AddTls(spec.Logstash.External?.Tls, "spec.logstash.external.tls", found);
        if (spec.Output is null)
        {
            return found.ToImmutable();
        }

        if (spec.Bridge.Sink.Tls is { SecretName.Length: > 0 } tls)
        {
            const string Field = "spec.bridge.sink.tls";
            found.Add(new Reference(ReferenceKind.Secret, tls.SecretName, tls.CertificateKey, $"{Field}.certificateKey"));
            found.Add(new Reference(ReferenceKind.Secret, tls.SecretName, tls.PrivateKeyKey, $"{Field}.privateKeyKey"));
            for (var i = 0; i < tls.TrustedClientCertificates.Count; i++)
            {
                Add(tls.TrustedClientCertificates[i], $"{Field}.trustedClientCertificates[{i}]", found);
            }
        }

        if (spec.Bridge.Sink.Authentication is { } login)
        {
            Add(login.BearerTokenFrom, "spec.bridge.sink.authentication.bearerTokenFrom", found);
            foreach (var key in login.BasicSecretName is null ? [] : new[] { "username", "password" })
            {
                Add(new SecretKeyReference { SecretName = login.BasicSecretName!, Key = key }, "spec.bridge.sink.authentication.basicSecretName", found);
            }
        }

        return found.ToImmutable();
    }

    /// <summary>The references in the pod template of bridge pods: what they point to is read when a pod starts.</summary>
    public static ImmutableArray<Reference> OfBridgePods(ConnectionSpec spec)
    {
        var found = ImmutableArray.CreateBuilder<Reference>();
        Walk(spec.Bridge.PodTemplate, "spec.bridge.podTemplate", found);
        return found.ToImmutable();
    }

    /// <summary>The references that stand in Logstash pods themselves, in environment and pod template: what they point to is read when a pod starts.</summary>
    public static ImmutableArray<Reference> OfPods(ConnectionSpec spec)
    {
        var found = ImmutableArray.CreateBuilder<Reference>();
        var logstash = spec.Logstash;
        Walk(JsonNode.Parse(KubernetesJson.Serialize(logstash.Env)), "spec.logstash.env", found);
        Walk(JsonNode.Parse(KubernetesJson.Serialize(logstash.EnvFrom)), "spec.logstash.envFrom", found);
        Walk(logstash.PodTemplate, "spec.logstash.podTemplate", found);
        return found.ToImmutable();
    }

    /// <summary>The names of the objects of one kind, each once: what to watch for a connection.</summary>
    public static IEnumerable<string> Names(ConnectionSpec spec, ReferenceKind kind) =>
        Of(spec).Where(reference => reference.Kind == kind).Select(reference => reference.Name).Distinct(StringComparer.Ordinal);

    private static void Add(SecretKeyReference? reference, string field, ImmutableArray<Reference>.Builder found)
    {
        if (reference is { SecretName.Length: > 0 })
        {
            found.Add(new Reference(ReferenceKind.Secret, reference.SecretName, reference.Key, field));
        }
    }

    private static void AddTls(KafkaTlsSpec? tls, string field, ImmutableArray<Reference>.Builder found)
    {
        for (var i = 0; i < (tls?.TrustedCertificates.Count ?? 0); i++)
        {
            Add(tls!.TrustedCertificates[i], $"{field}.trustedCertificates[{i}]", found);
        }

        if (tls?.ClientCertificate is { SecretName.Length: > 0 } client)
        {
            found.Add(new Reference(ReferenceKind.Secret, client.SecretName, client.CertificateKey, $"{field}.clientCertificate.certificateKey"));
            found.Add(new Reference(ReferenceKind.Secret, client.SecretName, client.PrivateKeyKey, $"{field}.clientCertificate.privateKeyKey"));
        }
    }

    /// <summary>Finds the references in a piece of a pod's spec, wherever the Kubernetes API lets one stand.</summary>
    private static void Walk(JsonNode? node, string field, ImmutableArray<Reference>.Builder found)
    {
        switch (node)
        {
            case JsonArray list:
                for (var i = 0; i < list.Count; i++)
                {
                    Walk(list[i], $"{field}[{i}]", found);
                }

                break;
            case JsonObject map:
                foreach (var (name, value) in map)
                {
                    if (value is JsonObject source && Find(name, source) is { Name.Length: > 0 } reference)
                    {
                        found.Add(reference with { Field = $"{field}.{name}" });
                    }

                    Walk(value, $"{field}.{name}", found);
                }

                break;
        }
    }

    private static Reference? Find(string name, JsonObject source) => name switch
    {
        "secretKeyRef" => Keyed(ReferenceKind.Secret, source),
        "configMapKeyRef" => Keyed(ReferenceKind.ConfigMap, source),
        "secretRef" => Whole(ReferenceKind.Secret, source, "name"),
        "configMapRef" => Whole(ReferenceKind.ConfigMap, source, "name"),

        // A volume's source names a Secret as 'secretName', a projected volume's as 'name'.
        "secret" => Whole(ReferenceKind.Secret, source, source.ContainsKey("secretName") ? "secretName" : "name"),
        "configMap" => Whole(ReferenceKind.ConfigMap, source, "name"),
        _ => null,
    };

    private static Reference Keyed(ReferenceKind kind, JsonObject source) =>
        new(kind, Text(source, "name"), Text(source, "key"), "", IsOptional(source));

    private static Reference Whole(ReferenceKind kind, JsonObject source, string nameField) =>
        new(kind, Text(source, nameField), null, "", IsOptional(source));

    private static bool IsOptional(JsonObject source) => source["optional"] is JsonValue value && value.TryGetValue<bool>(out var optional) && optional;

    private static string Text(JsonObject source, string name) => source[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
