using System.Collections.Immutable;
using System.Text.Json.Nodes;
using KafkaLogstash.Bridging;
using KafkaLogstash.Controller.References;

namespace KafkaLogstash.Controller.Rendering.Bridges;

/// <summary>Makes the objects of a connection with the transport Bridge: the bridge's, and those of Logstash where the operator runs it.</summary>
internal static class BridgedConnection
{
    /// <summary>Makes them.</summary>
    public static RenderResult Render(RenderRequest request)
    {
        var bridge = request.Bridge ?? throw new ArgumentException("The request says nothing of the bridge.", nameof(request));
        var plan = new BridgePlan(request.Connection);
        if (!plan.IsManaged)
        {
            return new RenderResult(new RenderedConnection(Objects(request, bridge, plan), null, null, false, null), []);
        }

        var pods = LogstashBridgeSecret.Of(request, bridge, plan);
        var logstash = LogstashObjects.Render(request, new BridgePipelineEnds(request.Connection), pods, LogstashBridgeSecret.Render(request, bridge, plan));
        return logstash.Connection is { } rendered
            ? new RenderResult(rendered with { Objects = Objects(request, bridge, plan).AddRange(rendered.Objects) }, [])
            : logstash;
    }

    private static ImmutableArray<JsonObject> Objects(RenderRequest request, BridgeRequest bridge, BridgePlan plan)
    {
        var connection = request.Connection;
        var spec = connection.Spec;
        var names = new ConnectionNames(connection.Metadata.Name);
        var settings = BridgeSettingsFile.Write(BridgeSettingsText.Of(connection, bridge, plan));
        var objects = ImmutableArray.CreateBuilder<JsonObject>();

        // First of all what the others are made from: keys that were used and not kept could not be told apart from a stranger's.
        if (bridge.Certificates is { } certificates)
        {
            objects.Add(OwnedObject.Secret(connection, Workload.Bridge, names.BridgeCertificates, certificates.Write().Select(entry => KeyValuePair.Create(entry.Key, (string?)entry.Value))));
        }

        var secrets = BridgePodSecrets.Of(request, bridge, plan);
        objects.AddRange(secrets.Select(secret => OwnedObject.Secret(connection, Workload.Bridge, secret.Name, secret.Data)));
        objects.Add(OwnedObject.ConfigMap(connection, Workload.Bridge, names.BridgeSettings, (BridgePaths.SettingsFile, settings)));
        if (spec.Output is not null)
        {
            objects.Add(SinkService(request, names));
        }

        if (plan.IsManaged && spec.Input is not null)
        {
            objects.Add(BeatsService(request, names));
        }

        objects.Add(OwnedObject.DisruptionBudget(connection, Workload.Bridge, names.Bridge));
        if (spec.NetworkPolicy.Enabled)
        {
            objects.Add(BridgeNetworkPolicy.Render(connection, plan));
        }

        // Rotated Secrets reach the bridge's files, and it reads them anew: only what it reads at start rolls it.
        var startHash = StartHash.Of(request.Salt, request.References.Select(ConnectionReferences.OfBridgePods(spec)), settings);
        objects.Add(BridgeDeployment.Render(request, bridge, secrets, startHash));
        return objects.ToImmutable();
    }

    /// <summary>
    /// The sink's Service. A bridge that is not ready stays in it: its sink says by itself that Kafka can't be written to, and readiness speaks of the source as well,
    /// whose trouble must not stop what Logstash sends.
    /// </summary>
    private static JsonObject SinkService(RenderRequest request, ConnectionNames names)
    {
        var sink = request.Connection.Spec.Bridge.Sink;
        var ports = new JsonArray(Port(BridgeDeployment.SinkPort, sink.Port));
        if (sink.LumberjackPort is { } lumberjack)
        {
            ports.Add(Port(BridgeDeployment.LumberjackPort, lumberjack));
        }

        return OwnedObject.Render(
            request.Connection,
            Workload.Bridge,
            "v1",
            "Service",
            names.Bridge,
            ("spec", new JsonObject
            {
                ["type"] = "ClusterIP",
                ["publishNotReadyAddresses"] = true,
                ["selector"] = ConnectionLabels.Selector(names.Connection, Workload.Bridge),
                ["ports"] = ports,
            }));
    }

    /// <summary>The headless Service under whose name bridges find each Logstash pod, once it is ready.</summary>
    private static JsonObject BeatsService(RenderRequest request, ConnectionNames names) => OwnedObject.Render(
        request.Connection,
        Workload.Logstash,
        "v1",
        "Service",
        names.Beats,
        ("spec", new JsonObject
        {
            ["type"] = "ClusterIP",
            ["clusterIP"] = "None",
            ["selector"] = ConnectionLabels.Selector(names.Connection),
            ["ports"] = new JsonArray(Port(LogstashDeployment.BeatsPort, BridgeDefaults.BeatsPort)),
        }));

    private static JsonObject Port(string name, int port) => new() { ["name"] = name, ["port"] = port, ["targetPort"] = name, ["protocol"] = "TCP" };
}
