using System.Collections.Immutable;
using System.Text.Json.Nodes;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.References;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Pem;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Checks;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>Turns a connection into the objects it should have: a pure function of its spec and of what it refers to.</summary>
internal static class ConnectionRenderer
{
    /// <summary>What a ConfigMap or Secret may hold, bytes (https://kubernetes.io/docs/concepts/configuration/configmap/).</summary>
    private const int LargestPipeline = 1024 * 1024 - 4096;

    /// <summary>Renders.</summary>
    public static RenderResult Render(RenderRequest request)
    {
        var connection = request.Connection;
        var spec = connection.Spec;
        LogstashKafkaOptions kafka;
        try
        {
            kafka = LogstashKafkaOptions.For(spec.Kafka, request.Secrets, PodPaths.Kafka);
        }
        catch (PemException e)
        {
            return Refuse(new RenderProblem("spec.kafka.tls.clientCertificate", e.Message));
        }

        var pipeline = PipelineText.Write(connection, request.References, kafka);
        if (pipeline.Text is null)
        {
            return new RenderResult(null, pipeline.Problems);
        }

        if (pipeline.Text.Length > LargestPipeline)
        {
            return Refuse(new RenderProblem("spec.pipeline", $"the pipeline is {pipeline.Text.Length} bytes long; a ConfigMap holds no more than 1 MiB. Split it into several connections."));
        }

        var names = new ConnectionNames(connection.Metadata.Name);
        var obstacle = spec.Pipeline.Reload == ReloadMode.InPlace ? ReloadObstacle(pipeline.Text) : null;
        var reloadsInPlace = spec.Pipeline.Reload == ReloadMode.InPlace && obstacle is null;
        var settings = SettingsFile.Write(spec, reloadsInPlace);
        var startHash = StartHash.Of(
            request.Salt,
            request.References.Select(ConnectionReferences.OfPods(spec)),
            settings,
            LoggingSettings.Content,
            reloadsInPlace ? null : pipeline.Text,
            kafka.JaasLine,
            kafka.Truststore,
            kafka.Keystore);

        var objects = ImmutableArray.CreateBuilder<JsonObject>();
        if (KafkaClientSecret.IsNeeded(request, kafka))
        {
            objects.Add(KafkaClientSecret.Render(request, kafka));
        }

        objects.Add(ConfigMap(connection, names.Settings, (SettingsFile.FileName, settings), (LoggingSettings.FileName, LoggingSettings.Content)));
        var text = ConfigMap(connection, names.Pipeline, (PipelineText.FileName, pipeline.Text));
        text["metadata"]!["annotations"] = new JsonObject { [ConnectionLabels.PipelineHash] = pipeline.Digest };
        objects.Add(text);
        if (spec.Logstash.Ports.Count > 0)
        {
            objects.Add(Service(connection, names));
        }

        objects.Add(DisruptionBudget(connection, names));
        if (spec.NetworkPolicy.Enabled)
        {
            objects.Add(NetworkPolicy(connection, names));
        }

        objects.Add(LogstashDeployment.Render(request, kafka, startHash, reloadsInPlace ? request.Restart : null));
        return new RenderResult(new RenderedConnection(objects.ToImmutable(), pipeline.Text, pipeline.Digest, reloadsInPlace, obstacle), []);
    }

    private static string? ReloadObstacle(string pipeline) => Reloading.Obstacle(LogstashConfig.Parse(pipeline).Document) is { } plugin
        ? $"Logstash can't reload a pipeline with the plugin {plugin} in place."
        : null;

    private static RenderResult Refuse(RenderProblem problem) => new(null, [problem]);

    private static JsonObject ConfigMap(KafkaLogstashConnection connection, string name, params ReadOnlySpan<(string File, string Content)> files)
    {
        var data = new JsonObject();
        foreach (var (file, content) in files)
        {
            data[file] = content;
        }

        return OwnedObject.Render(connection, "v1", "ConfigMap", name, ("data", data));
    }

    private static JsonObject Service(KafkaLogstashConnection connection, ConnectionNames names) => OwnedObject.Render(
        connection,
        "v1",
        "Service",
        names.Logstash,
        ("spec", new JsonObject
        {
            ["type"] = "ClusterIP",
            ["selector"] = ConnectionLabels.Selector(names.Connection),
            ["ports"] = new JsonArray([.. connection.Spec.Logstash.Ports.Select(ServicePort)]),
        }));

    private static JsonObject ServicePort(PortSpec port)
    {
        var result = new JsonObject { ["name"] = port.Name, ["port"] = port.Port, ["targetPort"] = port.Name, ["protocol"] = port.Protocol };
        if (port.AppProtocol is { Length: > 0 } protocol)
        {
            result["appProtocol"] = protocol;
        }

        return result;
    }

    private static JsonObject DisruptionBudget(KafkaLogstashConnection connection, ConnectionNames names) => OwnedObject.Render(
        connection,
        "policy/v1",
        "PodDisruptionBudget",
        names.Logstash,
        ("spec", new JsonObject
        {
            ["maxUnavailable"] = 1,
            ["unhealthyPodEvictionPolicy"] = "AlwaysAllow",
            ["selector"] = new JsonObject { ["matchLabels"] = ConnectionLabels.Selector(names.Connection) },
        }));

    /// <summary>
    /// Lets in what the inputs listen for, and the operator to the node API. What goes out is left open: where the user's outputs and lookups go is not
    /// for us to know.
    /// </summary>
    private static JsonObject NetworkPolicy(KafkaLogstashConnection connection, ConnectionNames names)
    {
        var ingress = new JsonArray(new JsonObject
        {
            ["from"] = new JsonArray(new JsonObject
            {
                ["namespaceSelector"] = new JsonObject(),
                ["podSelector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app.kubernetes.io/name"] = ConnectionLabels.ManagedByValue } },
            }),
            ["ports"] = new JsonArray(new JsonObject { ["port"] = PodPaths.ApiPort, ["protocol"] = "TCP" }),
        });
        if (connection.Spec.Logstash.Ports.Count > 0)
        {
            ingress.Add(new JsonObject
            {
                ["ports"] = new JsonArray([.. connection.Spec.Logstash.Ports.Select(port => new JsonObject { ["port"] = port.EffectiveTargetPort(), ["protocol"] = port.Protocol })]),
            });
        }

        return OwnedObject.Render(
            connection,
            "networking.k8s.io/v1",
            "NetworkPolicy",
            names.Logstash,
            ("spec", new JsonObject
            {
                ["podSelector"] = new JsonObject { ["matchLabels"] = ConnectionLabels.Selector(names.Connection) },
                ["policyTypes"] = new JsonArray("Ingress"),
                ["ingress"] = ingress,
            }));
    }
}
