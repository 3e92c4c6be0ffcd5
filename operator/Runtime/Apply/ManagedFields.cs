using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace KafkaLogstash.Runtime;

/// <summary>Reads the API server's record of who set which field (<c>metadata.managedFields</c>, type FieldsV1).</summary>
internal static class ManagedFields
{
    /// <summary>Drops the record of everybody but one manager: much of an object's size, and read by nobody.</summary>
    public static void KeepOnly(IKubernetesObject<V1ObjectMeta> entity, string manager)
    {
        var own = entity.Metadata.ManagedFields?.Where(entry => entry.Manager == manager).ToList();
        entity.Metadata.ManagedFields = own is { Count: > 0 } ? own : null;
    }

    /// <summary>The fields that a manager applied; null when it applied none.</summary>
    /// <param name="live">The live object.</param>
    /// <param name="manager">The field manager.</param>
    /// <param name="subresource">The subresource it was applied through; null for the object itself.</param>
    public static JsonObject? AppliedBy(JsonObject live, string manager, string? subresource)
    {
        if (live["metadata"]?["managedFields"] is not JsonArray entries)
        {
            return null;
        }

        foreach (var entry in entries.OfType<JsonObject>())
        {
            if (Text(entry, "manager") == manager && Text(entry, "operation") == "Apply" && (Text(entry, "subresource") ?? "") == (subresource ?? "")
                && Text(entry, "apiVersion") == Text(live, "apiVersion"))
            {
                return entry["fieldsV1"] as JsonObject;
            }
        }

        return null;
    }

    /// <summary>Whether a manager ever applied the object.</summary>
    public static bool IsAppliedBy(V1ObjectMeta live, string manager) =>
        live.ManagedFields?.Any(entry => entry.Manager == manager && entry.Operation == "Apply") ?? false;

    private static string? Text(JsonObject entry, string name) =>
        entry[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
}
