using System.Text.Json;
using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.ApiServer.Json;

/// <summary>Reading and writing JSON trees by path, tolerant of what is absent or of another type.</summary>
internal static class JsonNodes
{
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var step in path)
        {
            if (node is not JsonObject obj || !obj.TryGetPropertyValue(step, out node))
            {
                return null;
            }
        }

        return node;
    }

    public static string? Text(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static long? Number(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            && long.TryParse(value.ToJsonString(), out var number) ? number : null;

    public static bool? Flag(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    public static JsonObject? Map(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) as JsonObject;

    public static JsonArray? Items(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) as JsonArray;

    /// <summary>The objects of an array at a path; none when it is absent.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonNode? node, params ReadOnlySpan<string> path) =>
        (node.At(path) as JsonArray)?.OfType<JsonObject>() ?? [];

    /// <summary>The strings of an array at a path; none when it is absent.</summary>
    public static IEnumerable<string> Texts(this JsonNode? node, params ReadOnlySpan<string> path) =>
        (node.At(path) as JsonArray)?.Select(item => item.Text()).OfType<string>() ?? [];

    /// <summary>The entries of an object at a path whose values are strings.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Entries(this JsonNode? node, params ReadOnlySpan<string> path) =>
        (node.At(path) as JsonObject)?
            .Select(entry => KeyValuePair.Create(entry.Key, entry.Value.Text()!))
            .Where(entry => entry.Value is not null) ?? [];

    /// <summary>The object under a name, made when it is absent.</summary>
    public static JsonObject Ensure(this JsonObject obj, string name)
    {
        if (obj[name] is JsonObject existing)
        {
            return existing;
        }

        var made = new JsonObject();
        obj[name] = made;
        return made;
    }

    /// <summary>Sets a property unless it has a value.</summary>
    public static void Default(this JsonObject obj, string name, JsonNode value)
    {
        if (obj[name] is null)
        {
            obj[name] = value;
        }
    }

    /// <summary>Sets a property to a copy of a value, or removes it when there is none.</summary>
    public static void Put(this JsonObject obj, string name, JsonNode? value)
    {
        if (value is null)
        {
            obj.Remove(name);
        }
        else
        {
            obj[name] = value.DeepClone();
        }
    }

    public static JsonObject Copy(this JsonObject obj) => (JsonObject)obj.DeepClone();

    public static bool Same(JsonNode? left, JsonNode? right) => JsonNode.DeepEquals(left, right);

    /// <summary>A value as Go prints it in a field error: strings quoted, everything else as JSON.</summary>
    public static string Quoted(this JsonNode? node) => node is null ? "null" : node.ToJsonString(Plain);

    public static JsonArray Strings(IEnumerable<string> items) => new([.. items.Select(item => (JsonNode?)JsonValue.Create(item))]);

    public static JsonSerializerOptions Plain { get; } = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
