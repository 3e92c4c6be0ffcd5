using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using k8s;
using KafkaLogstash.Api;

namespace KafkaLogstash.Tests.Unit.Api;

/// <summary>A valid connection as JSON, with changes.</summary>
internal static class Manifest
{
    /// <summary>The connection with fields set (or, with null, removed): <c>("spec.input.topics", "[]")</c>.</summary>
    public static JsonObject With(params (string Path, string? Json)[] changes)
    {
        var manifest = JsonNode.Parse("""
            {
              "apiVersion": "kafka-logstash.io/v1alpha1",
              "kind": "KafkaLogstashConnection",
              "metadata": { "name": "orders", "namespace": "shop" },
              "spec": { "kafka": { "bootstrapServers": ["kafka:9092"] }, "input": { "topics": ["orders"] } }
            }
            """)!.AsObject();
        foreach (var (path, json) in changes)
        {
            var names = path.Split('.');
            var parent = names[..^1].Aggregate(manifest, (map, name) =>
            {
                map.TryAdd(name, new JsonObject());
                return map[name]!.AsObject();
            });
            parent.Remove(names[^1]);
            if (json is not null)
            {
                parent[names[^1]] = JsonNode.Parse(json);
            }
        }

        return manifest;
    }

    public static KafkaLogstashConnection Resource(params (string Path, string? Json)[] changes) =>
        KubernetesJson.Deserialize<KafkaLogstashConnection>(With(changes).ToJsonString());

    public static string RepositoryRoot([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../.."));
}
