using System.Text.Json.Nodes;
using k8s.Models;
using KafkaLogstash.Api;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>What the Deployments of Logstash and bridge have in common.</summary>
internal static class PodPieces
{
    /// <summary>Read by the owner and the pod's group alone: 0440.</summary>
    private const int SecretMode = 288;

    /// <summary>A Deployment that never has fewer ready pods than wished while it rolls.</summary>
    /// <param name="connection">Its owner.</param>
    /// <param name="workload">The workload.</param>
    /// <param name="name">Its name.</param>
    /// <param name="template">The pods.</param>
    /// <param name="replicas">Their number; null leaves it to who has set it before.</param>
    public static JsonObject Deployment(KafkaLogstashConnection connection, Workload workload, string name, JsonObject template, int? replicas)
    {
        var deployment = new JsonObject
        {
            ["strategy"] = new JsonObject
            {
                ["type"] = "RollingUpdate",
                ["rollingUpdate"] = new JsonObject { ["maxSurge"] = 1, ["maxUnavailable"] = 0 },
            },
            ["revisionHistoryLimit"] = 3,
            ["selector"] = new JsonObject { ["matchLabels"] = ConnectionLabels.Selector(connection.Metadata.Name, workload) },
            ["template"] = template,
        };
        if (replicas is { } number)
        {
            deployment["replicas"] = number;
        }

        return OwnedObject.Render(connection, workload, "apps/v1", "Deployment", name, ("spec", deployment));
    }

    /// <summary>Spreads pods over nodes, as far as there are any.</summary>
    public static JsonArray Spread(string connection, Workload workload) => [new JsonObject
    {
        ["maxSkew"] = 1,
        ["topologyKey"] = "kubernetes.io/hostname",
        ["whenUnsatisfiable"] = "ScheduleAnyway",
        ["labelSelector"] = new JsonObject { ["matchLabels"] = ConnectionLabels.Selector(connection, workload) },
    }];

    /// <summary>What the 'restricted' Pod Security Standard asks of a container, and a root file system that nobody writes to.</summary>
    public static JsonObject ContainerSecurity() => new()
    {
        ["allowPrivilegeEscalation"] = false,
        ["readOnlyRootFilesystem"] = true,
        ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
    };

    /// <summary>The memory limit of a container for which the user set none. The API server refuses a limit below the request.</summary>
    /// <param name="users">What the user set.</param>
    /// <param name="least">The limit where the request is not more.</param>
    public static ResourceQuantity DefaultMemoryLimit(V1ResourceRequirements? users, string least)
    {
        var limit = new ResourceQuantity(least);
        return users?.Requests?.TryGetValue("memory", out var request) == true && request.ToDecimal() > limit.ToDecimal() ? request : limit;
    }

    /// <summary>A probe by HTTP.</summary>
    /// <param name="port">The port's name.</param>
    /// <param name="path">The path.</param>
    /// <param name="period">How often, seconds.</param>
    /// <param name="timeout">How long an answer may take, seconds.</param>
    /// <param name="failures">How many failures in a row count.</param>
    public static JsonObject Probe(string port, string path, int period, int timeout, int failures) => new()
    {
        ["httpGet"] = new JsonObject { ["path"] = path, ["port"] = port },
        ["periodSeconds"] = period,
        ["timeoutSeconds"] = timeout,
        ["failureThreshold"] = failures,
    };

    /// <summary>A mounted volume.</summary>
    public static JsonObject Mount(string volume, string path, bool readOnly) =>
        readOnly ? new() { ["name"] = volume, ["mountPath"] = path, ["readOnly"] = true } : new() { ["name"] = volume, ["mountPath"] = path };

    /// <summary>A volume's source: some keys of a Secret as files of their names.</summary>
    public static JsonObject SecretSource(string name, IEnumerable<string> keys) => new()
    {
        ["secretName"] = name,
        ["defaultMode"] = SecretMode,
        ["items"] = new JsonArray([.. keys.Select(key => new JsonObject { ["key"] = key, ["path"] = key })]),
    };
}
