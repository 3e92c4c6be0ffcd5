using System.Text.Json.Nodes;
using k8s;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.References;
using KafkaLogstash.Controller.Rendering;
using KafkaLogstash.Kafka.Clients;

namespace KafkaLogstash.Controller.Checks;

/// <summary>Tells which environment variables Logstash will find in its pod.</summary>
internal static class PodEnvironment
{
    /// <summary>What the image, its shell scripts and Kubernetes itself define in every container.</summary>
    private static readonly string[] Given =
    [
        "HOME", "HOSTNAME", "JAVA_HOME", "LANG", "LC_ALL", "LOGSTASH_HOME", "LS_JAVA_HOME", "PATH", "PWD",
        "KUBERNETES_PORT", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "KUBERNETES_SERVICE_PORT_HTTPS",
    ];

    /// <summary>The names of all variables.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="references">The Secrets and ConfigMaps that are known.</param>
    /// <returns>The names; null where some come from an object that is not known.</returns>
    public static HashSet<string>? Names(ConnectionSpec spec, ResolvedReferences references)
    {
        var names = new HashSet<string>(Given, StringComparer.Ordinal) { JavaOptions.Variable, LogstashKafkaOptions.JaasVariable };
        names.UnionWith(spec.Logstash.Env.Select(variable => variable.Name));
        var sources = JsonNode.Parse(KubernetesJson.Serialize(spec.Logstash.EnvFrom)) as JsonArray ?? [];
        foreach (var container in spec.Logstash.PodTemplate?["spec"]?["containers"] as JsonArray ?? [])
        {
            if (container?["name"]?.ToString() == PodPaths.Container)
            {
                names.UnionWith((container["env"] as JsonArray ?? []).Select(variable => variable?["name"]?.ToString()).OfType<string>());
                sources = [.. sources.Concat(container["envFrom"] as JsonArray ?? []).Select(source => source?.DeepClone())];
            }
        }

        foreach (var source in sources)
        {
            var (kind, name) = source?["secretRef"] is { } secret
                ? (ReferenceKind.Secret, secret["name"]?.ToString())
                : (ReferenceKind.ConfigMap, source?["configMapRef"]?["name"]?.ToString());
            if (references.Keys(kind, name ?? "") is not { } keys)
            {
                return null;
            }

            names.UnionWith(keys.Select(key => $"{source?["prefix"]}{key}"));
        }

        return names;
    }
}
