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
        return found.ToImmutable();
    }

    /// <summary>The references that Kafka's client needs.</summary>
    public static ImmutableArray<Reference> OfKafka(KafkaSpec kafka)
    {
        var found = ImmutableArray.CreateBuilder<Reference>();
        void Secret(SecretKeyReference? reference, string field)
        {
            if (reference is { SecretName.Length: > 0 })
            {
                found.Add(new Reference(ReferenceKind.Secret, reference.SecretName, reference.Key, field));
            }
        }

        if (kafka.Tls is { } tls)
        {
            for (var i = 0; i < tls.TrustedCertificates.Count; i++)
            {
                Secret(tls.TrustedCertificates[i], $"spec.kafka.tls.trustedCertificates[{i}]");
            }

            if (tls.ClientCertificate is { SecretName.Length: > 0 } client)
            {
                const string Field = "spec.kafka.tls.clientCertificate";
                found.Add(new Reference(ReferenceKind.Secret, client.SecretName, client.CertificateKey, $"{Field}.certificateKey"));
                found.Add(new Reference(ReferenceKind.Secret, client.SecretName, client.PrivateKeyKey, $"{Field}.privateKeyKey"));
            }
        }

        if (kafka.Authentication is { } authentication)
        {
            Secret(authentication.UsernameFrom, "spec.kafka.authentication.usernameFrom");
            Secret(authentication.PasswordFrom, "spec.kafka.authentication.passwordFrom");
            Secret(authentication.Oauth?.ClientSecretFrom, "spec.kafka.authentication.oauth.clientSecretFrom");
        }

        return found.ToImmutable();
    }

    /// <summary>The references that stand in the pods themselves, in environment and pod template: what they point to is read when a pod starts.</summary>
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
