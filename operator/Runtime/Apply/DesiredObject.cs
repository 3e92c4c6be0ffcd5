using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace KafkaLogstash.Runtime;

/// <summary>Turns typed objects into the JSON that is applied.</summary>
internal static class DesiredObject
{
    public static JsonObject Of(IKubernetesObject<V1ObjectMeta> entity)
    {
        var kind = ResourceKind.Of(entity.GetType());
        var json = JsonNode.Parse(KubernetesJson.Serialize(entity))!.AsObject();
        json["apiVersion"] = kind.ApiVersion;
        json["kind"] = kind.Kind;
        return json;
    }

    public static JsonObject StatusOf(IKubernetesObject<V1ObjectMeta> entity)
    {
        var json = Of(entity);
        var status = json["status"];
        json.Remove("status");
        return new JsonObject
        {
            ["apiVersion"] = json["apiVersion"]!.DeepClone(),
            ["kind"] = json["kind"]!.DeepClone(),
            ["metadata"] = new JsonObject { ["name"] = entity.Metadata.Name, ["namespace"] = entity.Metadata.NamespaceProperty },
            ["status"] = status,
        };
    }

    /// <summary>The name of the object.</summary>
    /// <exception cref="ArgumentException">It has none.</exception>
    public static NamespacedName NameOf(JsonObject desired) =>
        Text(desired["metadata"]?["name"]) is { Length: > 0 } name
            ? new NamespacedName(Text(desired["metadata"]?["namespace"]), name)
            : throw new ArgumentException("The object to apply has no metadata.name.", nameof(desired));

    /// <summary>The uid in the controller's owner reference, or null.</summary>
    public static string? ControllerUidOf(JsonObject desired) =>
        (desired["metadata"]?["ownerReferences"] as JsonArray)?
            .OfType<JsonObject>()
            .Where(static r => r["controller"] is JsonValue value && value.TryGetValue<bool>(out var controller) && controller)
            .Select(static r => Text(r["uid"]))
            .FirstOrDefault();

    /// <summary>
    /// The form in which an object is sent and compared: without nulls, without what only the server writes, and with a Secret's write-only
    /// <c>stringData</c> folded into <c>data</c>.
    /// </summary>
    public static JsonObject Canonical(JsonObject desired)
    {
        var canonical = (JsonObject)WithoutNulls(desired)!;
        if (canonical["metadata"] is JsonObject metadata)
        {
            foreach (var name in ServerWritten)
            {
                metadata.Remove(name);
            }

            foreach (var name in Maps.Where(name => metadata[name] is JsonObject { Count: 0 }))
            {
                metadata.Remove(name);
            }
        }

        if (string.Equals(Text(canonical["kind"]), "Secret", StringComparison.Ordinal) && canonical["stringData"] is JsonObject strings)
        {
            canonical.Remove("stringData");
            var data = canonical["data"] as JsonObject ?? [];
            canonical["data"] = data;
            foreach (var (key, value) in strings)
            {
                data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(Text(value) ?? ""));
            }
        }

        return canonical;
    }

    private static readonly string[] ServerWritten =
        ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"];

    /// <summary>Maps that are merged by key: an empty one asks for nothing.</summary>
    private static readonly string[] Maps = ["labels", "annotations"];

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static JsonNode? WithoutNulls(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.Where(p => p.Value is not null).Select(p => KeyValuePair.Create(p.Key, WithoutNulls(p.Value)))),
        JsonArray list => new JsonArray([.. list.Select(WithoutNulls)]),
        null => null,
        _ => node.DeepClone(),
    };
}
