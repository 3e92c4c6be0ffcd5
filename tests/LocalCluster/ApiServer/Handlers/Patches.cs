using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Resources;

namespace KafkaLogstash.LocalCluster.ApiServer.Handlers;

/// <summary>A patch that was read and can be applied to any form of its object.</summary>
internal sealed record Patches(Func<JsonObject, JsonObject> Apply)
{
    public const string MergeType = "application/merge-patch+json";

    public static Patches Read(string media, string text, ResourceType type, string subresource)
    {
        switch (media)
        {
            case MergeType:
                var merge = Bodies.Parse(text, yaml: false, type.Kind);
                return new(live => (JsonObject)Merge(live, merge)!);
            default:
                throw new ApiException(415, "UnsupportedMediaType", "415: Unsupported Media Type", new JsonObject());
        }
    }

    private static JsonNode? Merge(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
        {
            return patch?.DeepClone();
        }

        var result = target is JsonObject obj ? (JsonObject)obj.DeepClone() : new JsonObject();
        foreach (var (key, value) in changes)
        {
            if (value is null)
            {
                result.Remove(key);
            }
            else
            {
                result[key] = Merge(result[key], value);
            }
        }

        return result;
    }
}
