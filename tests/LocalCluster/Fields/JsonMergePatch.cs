using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>JSON merge patches (RFC 7396).</summary>
internal static class JsonMergePatch
{
    /// <summary>The target after the patch; neither is changed. Null is JSON's null.</summary>
    public static JsonNode? Apply(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
        {
            return patch?.DeepClone();
        }

        var patched = (target as JsonObject)?.DeepClone().AsObject() ?? [];
        foreach (var (name, change) in changes)
        {
            if (change is null)
            {
                patched.Remove(name);
            }
            else
            {
                patched[name] = Apply(patched[name], change);
            }
        }

        return patched;
    }
}
