using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;

namespace KafkaLogstash.LocalCluster.ApiServer.Resources;

/// <summary>Turns a request's tree into the object as its type knows it: unknown fields are named and dropped.</summary>
internal static class Decoding
{
    public static JsonObject Decode(ResourceType type, JsonObject body, ICollection<string> unknown)
    {
        var obj = body.Copy();
        if (type.Strategy.Schema is { } schema)
        {
            foreach (var field in schema.UnknownFields(obj))
            {
                unknown.Add(field);
            }

            schema.Prune(obj);
            return obj;
        }

        return obj;
    }
}
