using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.ApiServer.Selectors;

namespace KafkaLogstash.LocalCluster.ApiServer.Handlers;

/// <summary>The scale subresource: an autoscaling/v1 Scale made from an object, and written back to it.</summary>
internal static class Scaling
{
    public static JsonObject Read(ResourceType type, JsonObject obj)
    {
        var paths = type.Strategy.Scale!;
        var meta = new JsonObject();
        foreach (var field in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
        {
            meta.Put(field, obj.At("metadata", field));
        }

        var status = new JsonObject { ["replicas"] = obj.Number(paths.StatusReplicas.Split('.')) ?? 0 };
        var selector = paths.LabelSelector is null ? null : obj.At(paths.LabelSelector.Split('.'));
        var text = selector is JsonObject structured ? LabelSelector.Describe(structured) : selector.Text();
        if (!string.IsNullOrEmpty(text))
        {
            status["selector"] = text;
        }

        var spec = new JsonObject();
        if (obj.Number(paths.SpecReplicas.Split('.')) is { } replicas)
        {
            spec["replicas"] = replicas;
        }

        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = meta,
            ["spec"] = spec,
            ["status"] = status,
        };
    }

    /// <summary>The object with the replicas that a changed Scale asks for.</summary>
    public static JsonObject Write(ResourceType type, JsonObject live, Func<JsonObject, JsonObject> change)
    {
        var paths = type.Strategy.Scale!;
        var scale = change(Read(type, live));
        if (scale.ResourceVersion() is { } version && version != live.ResourceVersion())
        {
            throw ApiException.Modified(type, live.Name()!);
        }

        var replicas = scale.Number("spec", "replicas") ?? 0;
        if (replicas < 0)
        {
            throw new ApiException(
                422,
                "Invalid",
                $"Scale.autoscaling \"{live.Name()}\" is invalid: spec.replicas: Invalid value: {replicas}: must be greater than or equal to 0",
                new JsonObject
                {
                    ["name"] = live.Name(),
                    ["group"] = "autoscaling",
                    ["kind"] = "Scale",
                    ["causes"] = new JsonArray(new JsonObject
                    {
                        ["reason"] = "FieldValueInvalid",
                        ["message"] = $"Invalid value: {replicas}: must be greater than or equal to 0",
                        ["field"] = "spec.replicas",
                    }),
                });
        }

        var steps = paths.SpecReplicas.Split('.');
        var holder = steps[..^1].Aggregate(live, (node, step) => node.Ensure(step));
        holder[steps[^1]] = replicas;
        return live;
    }
}
