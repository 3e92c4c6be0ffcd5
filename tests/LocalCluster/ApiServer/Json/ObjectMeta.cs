using System.Globalization;
using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.ApiServer.Json;

/// <summary>What every object's metadata says.</summary>
internal static class ObjectMeta
{
    public static JsonObject Meta(this JsonObject obj) => obj.Ensure("metadata");

    public static string? Name(this JsonNode obj) => NullIfEmpty(obj.Text("metadata", "name"));

    public static string? Namespace(this JsonNode obj) => NullIfEmpty(obj.Text("metadata", "namespace"));

    public static string? Uid(this JsonNode obj) => NullIfEmpty(obj.Text("metadata", "uid"));

    public static string? ResourceVersion(this JsonNode obj) => NullIfEmpty(obj.Text("metadata", "resourceVersion"));

    public static bool IsTerminating(this JsonNode obj) => obj.Text("metadata", "deletionTimestamp") is not null;

    public static IReadOnlyList<string> Finalizers(this JsonNode obj) => [.. obj.Texts("metadata", "finalizers")];

    /// <summary>A time as metav1.Time writes it: UTC, whole seconds.</summary>
    public static string Stamp(this DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static DateTimeOffset? Time(this JsonNode? obj, params ReadOnlySpan<string> path) =>
        DateTimeOffset.TryParse(obj.Text(path), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    public static void SetCondition(this JsonObject obj, string type, string status, string reason, string message, DateTimeOffset now)
    {
        var holder = obj.Ensure("status");
        if (holder["conditions"] is not JsonArray conditions)
        {
            conditions = [];
            holder["conditions"] = conditions;
        }

        if (conditions.OfType<JsonObject>().FirstOrDefault(item => item.Text("type") == type) is not { } condition)
        {
            condition = new JsonObject { ["type"] = type };
            conditions.Add(condition);
        }

        if (condition.Text("status") != status)
        {
            condition["lastTransitionTime"] = now.Stamp();
        }

        condition["status"] = status;
        condition["reason"] = reason;
        condition["message"] = message;
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
