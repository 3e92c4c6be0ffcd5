using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;

namespace KafkaLogstash.LocalCluster.ApiServer.Storage;

/// <summary>An object as the store keeps it: never changed after it was made, so that readers need no lock.</summary>
internal sealed class StoredObject
{
    private StoredObject(JsonObject body, byte[] json, long revision)
    {
        Body = body;
        Json = json;
        Revision = revision;
        Name = body.Name() ?? "";
        Namespace = body.Namespace() ?? "";
    }

    /// <summary>The tree; to be read only. <see cref="Clone"/> gives one to change.</summary>
    public JsonObject Body { get; }

    /// <summary>The same as UTF-8 text.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    public long Revision { get; }

    public string Name { get; }

    public string Namespace { get; }

    public JsonObject Clone() => Body.Copy();

    /// <summary>Stamps the revision on an object and freezes it.</summary>
    public static StoredObject Freeze(JsonObject body, long revision)
    {
        body.Meta()["resourceVersion"] = revision.ToString();
        var json = JsonSerializer.SerializeToUtf8Bytes(body, JsonNodes.Plain);
        var frozen = (JsonObject)JsonNode.Parse(json)!;
        Visit(frozen);
        return new StoredObject(frozen, json, revision);
    }

    // Parsed trees build their containers on first use, which two readers must not do at once.
    private static void Visit(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject obj:
                foreach (var (_, value) in obj)
                {
                    Visit(value);
                }

                break;
            case JsonArray array:
                foreach (var item in array)
                {
                    Visit(item);
                }

                break;
        }
    }
}
