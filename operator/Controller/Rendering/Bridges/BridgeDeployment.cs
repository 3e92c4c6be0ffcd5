using System.Text.Json.Nodes;
using k8s;
using KafkaLogstash.Api;
using KafkaLogstash.Bridging;

namespace KafkaLogstash.Controller.Rendering.Bridges;

/// <summary>Makes the Deployment of the bridge pods. The pods meet the 'restricted' Pod Security Standard.</summary>
internal static class BridgeDeployment
{
    /// <summary>The name of the port of health and metrics.</summary>
    public const string ManagementPort = "management";

    /// <summary>The name of the sink's HTTP port.</summary>
    public const string SinkPort = "sink";

    /// <summary>The name of the sink's Lumberjack port.</summary>
    public const string LumberjackPort = "lumberjack";

    /// <summary>A user without a name and without rights.</summary>
    private const int User = 65532;

    /// <summary>How long a pod may take to finish what is under way and to leave its consumer group, seconds.</summary>
    private const int TerminationGracePeriod = 60;

    /// <summary>What a bridge needs besides the events under way, bytes.</summary>
    private const long BaseMemory = 160L << 20;

    /// <summary>What a bridge may take besides the events under way, bytes: requests to the sink, and librdkafka's buffers, among them.</summary>
    private const long MostBaseMemory = 448L << 20;

    private const string SettingsVolume = "settings";

    /// <summary>Makes the Deployment.</summary>
    /// <param name="request">The connection and what it refers to.</param>
    /// <param name="bridge">The same of the bridge.</param>
    /// <param name="secrets">The Secrets that pods mount.</param>
    /// <param name="startHash">The hash of everything that pods read only at start.</param>
    public static JsonObject Render(RenderRequest request, BridgeRequest bridge, IReadOnlyList<BridgePodSecret> secrets, string startHash)
    {
        var spec = request.Connection.Spec;
        var names = new ConnectionNames(request.Connection.Metadata.Name);
        var template = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["labels"] = ConnectionLabels.For(names.Connection, Workload.Bridge),
                ["annotations"] = new JsonObject { [ConnectionLabels.StartHash] = startHash },
            },
            ["spec"] = new JsonObject
            {
                ["automountServiceAccountToken"] = false,
                ["enableServiceLinks"] = false,
                ["terminationGracePeriodSeconds"] = TerminationGracePeriod,
                ["securityContext"] = new JsonObject
                {
                    ["runAsNonRoot"] = true,
                    ["runAsUser"] = User,
                    ["runAsGroup"] = User,
                    ["fsGroup"] = User,
                    ["fsGroupChangePolicy"] = "OnRootMismatch",
                    ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
                },
                ["topologySpreadConstraints"] = PodPieces.Spread(names.Connection, Workload.Bridge),
                ["containers"] = new JsonArray(Container(spec, bridge, secrets)),
                ["volumes"] = Volumes(secrets, names),
            },
        };
        if (spec.Bridge.PodTemplate is { } users)
        {
            template = PodTemplateMerge.Merge(template, users);
        }

        return PodPieces.Deployment(request.Connection, Workload.Bridge, names.Bridge, template, bridge.Replicas);
    }

    private static JsonObject Container(ConnectionSpec spec, BridgeRequest bridge, IReadOnlyList<BridgePodSecret> secrets)
    {
        var ports = new JsonArray(Port(ManagementPort, BridgeDefaults.ManagementPort));
        if (spec.Output is not null)
        {
            ports.Add(Port(SinkPort, spec.Bridge.Sink.Port));
            if (spec.Bridge.Sink.LumberjackPort is { } lumberjack)
            {
                ports.Add(Port(LumberjackPort, lumberjack));
            }
        }

        return new JsonObject
        {
            ["name"] = BridgePaths.Container,
            ["image"] = spec.Bridge.Image.Length > 0 ? spec.Bridge.Image : bridge.DefaultImage,
            ["env"] = new JsonArray(new JsonObject
            {
                ["name"] = "POD_NAME",
                ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = "metadata.name" } },
            }),
            ["ports"] = ports,
            ["resources"] = Resources(spec.Bridge),
            ["securityContext"] = PodPieces.ContainerSecurity(),
            ["volumeMounts"] = new JsonArray(
            [
                PodPieces.Mount(SettingsVolume, BridgePaths.Settings, readOnly: true),
                .. secrets.Select(secret => PodPieces.Mount(secret.Volume, secret.Folder, readOnly: true)),
                PodPieces.Mount("tmp", "/tmp", readOnly: false),
            ]),
            ["readinessProbe"] = PodPieces.Probe(ManagementPort, "/readyz", period: 5, timeout: 5, failures: 2),

            // Only that the process answers: neither Kafka nor Logstash gets better by a restart of the bridge.
            ["livenessProbe"] = PodPieces.Probe(ManagementPort, "/healthz", period: 10, timeout: 5, failures: 6),
        };
    }

    private static JsonObject Port(string name, int port) => new() { ["name"] = name, ["containerPort"] = port, ["protocol"] = "TCP" };

    private static JsonObject Resources(BridgeSpec bridge)
    {
        var resources = bridge.Resources is { } users ? JsonNode.Parse(KubernetesJson.Serialize(users))!.AsObject() : [];
        var underWay = SettingsFile.Size(bridge.Source.MaxInFlightBytes).Bytes;
        if (resources["limits"] is not JsonObject limits || !limits.ContainsKey("memory"))
        {
            limits = resources["limits"] as JsonObject ?? [];
            limits["memory"] = PodPieces.DefaultMemoryLimit(bridge.Resources, Mebibytes(MostBaseMemory + (2 * underWay))).ToString();
            resources["limits"] = limits;
        }

        if (resources["requests"] is not JsonObject requests || (!requests.ContainsKey("memory") && !requests.ContainsKey("cpu")))
        {
            resources["requests"] = bridge.Resources?.Limits?.ContainsKey("memory") == true
                ? new JsonObject { ["cpu"] = "100m", ["memory"] = limits["memory"]!.DeepClone() }
                : new JsonObject { ["cpu"] = "100m", ["memory"] = Mebibytes(BaseMemory + underWay) };
        }

        return resources;
    }

    private static string Mebibytes(long bytes) => $"{(bytes + (1 << 20) - 1) >> 20}Mi";

    private static JsonArray Volumes(IReadOnlyList<BridgePodSecret> secrets, ConnectionNames names) => new(
    [
        new JsonObject { ["name"] = SettingsVolume, ["configMap"] = new JsonObject { ["name"] = names.BridgeSettings } },
        .. secrets.Select(secret => new JsonObject { ["name"] = secret.Volume, ["secret"] = PodPieces.SecretSource(secret.Name, secret.Files) }),
        new JsonObject { ["name"] = "tmp", ["emptyDir"] = new JsonObject() },
    ]);
}
