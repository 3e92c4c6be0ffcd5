using System.Collections.Immutable;
using System.Text.Json.Nodes;
using KafkaLogstash.Api;
using KafkaLogstash.Bridging;
using KafkaLogstash.Controller.References;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Checks;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>Makes the objects of the Logstash pods of a connection.</summary>
internal static class LogstashObjects
{
    /// <summary>What a ConfigMap or Secret may hold, bytes (https://kubernetes.io/docs/concepts/configuration/configmap/).</summary>
    private const int LargestPipeline = 1024 * 1024 - 4096;

    /// <summary>Makes them.</summary>
    /// <param name="request">The connection and what it refers to.</param>
    /// <param name="ends">How the pipeline is joined to Kafka.</param>
    /// <param name="secret">What the pods read out of the Secret that was made for them.</param>
    /// <param name="secretObject">That Secret; null where none is needed.</param>
    public static RenderResult Render(RenderRequest request, IPipelineEnds ends, LogstashSecret secret, JsonObject? secretObject)
    {
        var connection = request.Connection;
        var spec = connection.Spec;
        var pipeline = PipelineText.Write(connection, request.References, ends);
        if (pipeline.Text is null)
        {
            return new RenderResult(null, pipeline.Problems);
        }

        if (pipeline.Text.Length > LargestPipeline)
        {
            return RenderResult.Refuse(new RenderProblem(
                "spec.pipeline", $"the pipeline is {pipeline.Text.Length} bytes long; a ConfigMap holds no more than 1 MiB. Split it into several connections."));
        }

        var names = new ConnectionNames(connection.Metadata.Name);
        var obstacle = spec.Pipeline.Reload == ReloadMode.InPlace ? ReloadObstacle(pipeline.Text) : null;
        var reloadsInPlace = spec.Pipeline.Reload == ReloadMode.InPlace && obstacle is null;
        var settings = SettingsFile.Write(spec, reloadsInPlace);
        var startHash = StartHash.Of(
            request.Salt,
            request.References.Select(ConnectionReferences.OfPods(spec)),
            [settings, LoggingSettings.Content, reloadsInPlace ? null : pipeline.Text, .. secret.Contents]);

        var objects = ImmutableArray.CreateBuilder<JsonObject>();
        if (secretObject is not null)
        {
            objects.Add(secretObject);
        }

        objects.Add(OwnedObject.ConfigMap(connection, Workload.Logstash, names.Settings, (SettingsFile.FileName, settings), (LoggingSettings.FileName, LoggingSettings.Content)));
        var pipelineName = reloadsInPlace ? names.Pipeline : names.PipelineOf(pipeline.Digest);
        var text = OwnedObject.ConfigMap(connection, Workload.Logstash, pipelineName, (PipelineText.FileName, pipeline.Text));
        text["metadata"]!["annotations"] = new JsonObject { [ConnectionLabels.PipelineHash] = pipeline.Digest };
        objects.Add(text);
        if (spec.Logstash.Ports.Count > 0)
        {
            objects.Add(Service(connection, names));
        }

        objects.Add(OwnedObject.DisruptionBudget(connection, Workload.Logstash, names.Logstash));
        if (spec.NetworkPolicy.Enabled)
        {
            objects.Add(OwnedObject.NetworkPolicy(connection, Workload.Logstash, names.Logstash, Ingress(connection)));
        }

        objects.Add(LogstashDeployment.Render(request, secret, pipelineName, startHash, reloadsInPlace ? request.Restart : null));
        return new RenderResult(new RenderedConnection(objects.ToImmutable(), pipeline.Text, pipeline.Digest, reloadsInPlace, obstacle), []);
    }

    private static string? ReloadObstacle(string pipeline) => Reloading.Obstacle(LogstashConfig.Parse(pipeline).Document) is { } plugin
        ? $"Logstash can't reload a pipeline with the plugin {plugin} in place."
        : null;

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
        var result = new JsonObject { ["name"] = port.Name, ["port"] = port.Port, ["targetPort"] = port.EffectiveTargetPort(), ["protocol"] = port.Protocol };
        if (port.AppProtocol is { Length: > 0 } protocol)
        {
            result["appProtocol"] = protocol;
        }

        return result;
    }

    /// <summary>Lets in what the inputs listen for, the bridge to its beats input, and the operator to the node API.</summary>
    private static JsonArray Ingress(KafkaLogstashConnection connection)
    {
        var spec = connection.Spec;
        var ingress = new JsonArray(new JsonObject
        {
            ["from"] = new JsonArray(new JsonObject
            {
                ["namespaceSelector"] = new JsonObject(),
                ["podSelector"] = new JsonObject { ["matchLabels"] = ConnectionLabels.OfOperator() },
            }),
            ["ports"] = new JsonArray(new JsonObject { ["port"] = PodPaths.ApiPort, ["protocol"] = "TCP" }),
        });
        if (spec is { Transport: Transport.Bridge, Input: not null })
        {
            ingress.Add(new JsonObject
            {
                ["from"] = new JsonArray(new JsonObject
                {
                    ["podSelector"] = new JsonObject { ["matchLabels"] = ConnectionLabels.Selector(connection.Metadata.Name, Workload.Bridge) },
                }),
                ["ports"] = new JsonArray(new JsonObject { ["port"] = BridgeDefaults.BeatsPort, ["protocol"] = "TCP" }),
            });
        }

        if (spec.Logstash.Ports.Count > 0)
        {
            ingress.Add(new JsonObject
            {
                ["ports"] = new JsonArray([.. spec.Logstash.Ports.Select(port => new JsonObject { ["port"] = port.EffectiveTargetPort(), ["protocol"] = port.Protocol })]),
            });
        }

        return ingress;
    }
}
