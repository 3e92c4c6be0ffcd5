using System.Globalization;
using System.Text.Json.Nodes;
using KafkaLogstash.Api;
using KafkaLogstash.Bridging;

namespace KafkaLogstash.Controller.Rendering.Bridges;

/// <summary>Who may reach bridge pods, and what they may reach.</summary>
internal static class BridgeNetworkPolicy
{
    private const int HttpsPort = 443;

    /// <summary>What DNS listens on; 5353 in the pods of OpenShift's, and a policy is held against the pod's port.</summary>
    private static readonly int[] DnsPorts = [53, 5353];

    /// <summary>Makes the NetworkPolicy.</summary>
    public static JsonObject Render(KafkaLogstashConnection connection, BridgePlan plan) => OwnedObject.NetworkPolicy(
        connection,
        Workload.Bridge,
        new ConnectionNames(connection.Metadata.Name).Bridge,
        Ingress(connection, plan),
        connection.Spec.NetworkPolicy.Egress == EgressPolicy.Restricted ? Egress(connection) : null);

    /// <summary>Lets anybody in the cluster read health and metrics, and to the sink those for whom it is set up.</summary>
    private static JsonArray Ingress(KafkaLogstashConnection connection, BridgePlan plan)
    {
        var ingress = new JsonArray(new JsonObject
        {
            ["from"] = new JsonArray(new JsonObject { ["namespaceSelector"] = new JsonObject() }),
            ["ports"] = new JsonArray(Port(BridgeDefaults.ManagementPort)),
        });
        if (connection.Spec.Output is null)
        {
            return ingress;
        }

        var sink = connection.Spec.Bridge.Sink;
        int[] ports = sink.LumberjackPort is { } lumberjack ? [sink.Port, lumberjack] : [sink.Port];
        var rule = new JsonObject { ["ports"] = Ports(ports) };
        if (!plan.SinkIsForOthers)
        {
            rule["from"] = Pods(connection, Workload.Logstash);
        }

        ingress.Add(rule);
        return ingress;
    }

    /// <summary>
    /// Lets out what a bridge needs: names, Kafka, who gives out tokens, and Logstash. Kafka's brokers say themselves where they are, and names stand for addresses that change:
    /// ports are all that can be held fast, but for the operator's own Logstash.
    /// </summary>
    private static JsonArray Egress(KafkaLogstashConnection connection)
    {
        var spec = connection.Spec;
        var egress = new JsonArray(
            new JsonObject { ["ports"] = new JsonArray([.. DnsPorts.SelectMany(port => new[] { Port(port, "UDP"), Port(port) })]) },
            new JsonObject { ["ports"] = KafkaPorts(spec) });
        if (spec.Kafka.Authentication?.Oauth is { } oauth)
        {
            egress.Add(new JsonObject { ["ports"] = Ports([Uri.TryCreate(oauth.TokenEndpointUrl, UriKind.Absolute, out var address) ? address.Port : HttpsPort]) });
        }

        if (spec.Input is null)
        {
            return egress;
        }

        egress.Add(spec.Logstash.External is { } external
            ? new JsonObject { ["ports"] = Ports(external.Hosts.Select(PortOf)) }
            : new JsonObject { ["to"] = Pods(connection, Workload.Logstash), ["ports"] = Ports([BridgeDefaults.BeatsPort]) });
        return egress;
    }

    private static JsonArray KafkaPorts(ConnectionSpec spec)
    {
        var ports = Ports(spec.Kafka.BootstrapServers.Select(PortOf));
        foreach (var range in spec.NetworkPolicy.KafkaPorts)
        {
            var port = Port(range.Port);
            if (range.EndPort is { } end)
            {
                port["endPort"] = end;
            }

            ports.Add(port);
        }

        return ports;
    }

    private static JsonArray Pods(KafkaLogstashConnection connection, Workload workload) => new(new JsonObject
    {
        ["podSelector"] = new JsonObject { ["matchLabels"] = ConnectionLabels.Selector(connection.Metadata.Name, workload) },
    });

    private static JsonArray Ports(IEnumerable<int> ports) => new([.. ports.Distinct().Order().Select(port => Port(port))]);

    private static JsonObject Port(int port, string protocol = "TCP") => new() { ["port"] = port, ["protocol"] = protocol };

    private static int PortOf(string address) => int.Parse(address.AsSpan(address.LastIndexOf(':') + 1), CultureInfo.InvariantCulture);
}
