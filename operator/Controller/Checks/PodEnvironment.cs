using System.Text.Json.Nodes;
using k8s;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.References;
using KafkaLogstash.Controller.Rendering;
using KafkaLogstash.Controller.Rendering.Bridges;
using KafkaLogstash.Kafka.Clients;

namespace KafkaLogstash.Controller.Checks;

/// <summary>Tells which environment variables and folders Logstash will find in its pod.</summary>
internal static class PodEnvironment
{
    /// <summary>What the image, its shell scripts and Kubernetes itself define in every container.</summary>
    private static readonly string[] Given =
    [
        "ELASTIC_CONTAINER", "GEM_HOME", "GEM_PATH", "HOME", "HOSTNAME", "JAVACMD", "JAVA_HOME", "JAVA_OPTS", "LANG", "LC_ALL", "LOGSTASH_HOME",
        "LS_HOME", "LS_JAVA_HOME", "LS_JVM_OPTS", "PATH", "PWD", "SINCEDB_DIR",
        "KUBERNETES_PORT", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "KUBERNETES_SERVICE_PORT_HTTPS",
    ];

    /// <summary>The names of all variables.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="references">The Secrets and ConfigMaps that are known.</param>
    /// <returns>The names; null where some come from an object that is not known.</returns>
    public static HashSet<string>? Names(ConnectionSpec spec, ResolvedReferences references)
    {
        var names = new HashSet<string>(Given, StringComparer.Ordinal) { JavaOptions.Variable };
        names.UnionWith(OfOperator(spec));
        names.UnionWith(spec.Logstash.Env.Select(variable => variable.Name));
        var sources = JsonNode.Parse(KubernetesJson.Serialize(spec.Logstash.EnvFrom)) as JsonArray ?? [];
        if (spec.Logstash.PodTemplate?["spec"]?["enableServiceLinks"]?.ToString() == "true")
        {
            return null;
        }

        foreach (var container in Containers(spec))
        {
            names.UnionWith((container["env"] as JsonArray ?? []).Select(variable => variable?["name"]?.ToString()).OfType<string>());
            sources = [.. sources.Concat(container["envFrom"] as JsonArray ?? []).Select(source => source?.DeepClone())];
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

    /// <summary>The folders of Logstash's container that pipelines may use: those that can be written, and the volumes that the user mounts.</summary>
    /// <param name="spec">The spec.</param>
    public static IReadOnlyCollection<string> MountedPaths(ConnectionSpec spec) =>
    [
        "/tmp",
        PodPaths.Data,
        PodPaths.Logs,
        .. Containers(spec).SelectMany(container => container["volumeMounts"] as JsonArray ?? []).Select(mount => mount?["mountPath"]?.ToString()).OfType<string>(),
    ];

    /// <summary>The names of the variables that the operator fills from Secrets of its own in these pods.</summary>
    /// <param name="spec">The spec.</param>
    public static IReadOnlyList<string> Owned(ConnectionSpec spec) =>
        spec is { Transport: Transport.Native, Kafka.Authentication: null } or { Transport: Transport.Bridge, Output: null } ? [] : OfOperator(spec);

    private static string[] OfOperator(ConnectionSpec spec) => (spec.Transport, spec.Bridge.Sink.Authentication) switch
    {
        (Transport.Native, _) => [LogstashKafkaOptions.JaasVariable],
        (_, { BearerTokenFrom: not null }) => [BridgePaths.AuthorizationVariable],
        (_, not null) => [BridgePaths.UsernameVariable, BridgePaths.PasswordVariable],
        _ => [],
    };

    private static IEnumerable<JsonObject> Containers(ConnectionSpec spec) =>
        (spec.Logstash.PodTemplate?["spec"]?["containers"] as JsonArray ?? []).OfType<JsonObject>().Where(container => container["name"]?.ToString() == PodPaths.Container);
}
