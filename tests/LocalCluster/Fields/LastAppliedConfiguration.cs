using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>The annotation in which <c>kubectl apply</c> without <c>--server-side</c> remembers what it applied.</summary>
internal static class LastAppliedConfiguration
{
    private const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>True for the manager that is known to keep the annotation: <c>kubectl apply --server-side</c>.</summary>
    public static bool IsKeptBy(string manager) => manager == "kubectl";

    /// <summary>The fields set by the last client-side apply that nobody has changed since; empty without the annotation.</summary>
    public static FieldSet UnchangedFields(JsonObject live, FieldSchema schema)
    {
        if (Read(live) is not { } applied)
        {
            return FieldSet.Empty;
        }

        var change = FieldComparison.Of(live, applied, schema);
        return AppliedFields.Of(applied, schema, strict: false).Except(change.Added).Except(change.Modified).Except(change.Removed);
    }

    /// <summary>The object with the annotation brought up to date, when it has one.</summary>
    public static JsonObject Refresh(JsonObject value, JsonObject applied)
    {
        if (Annotations(value)?.ContainsKey(Annotation) != true)
        {
            return value;
        }

        var remembered = applied.DeepClone().AsObject();
        Annotations(remembered)?.Remove(Annotation);
        var refreshed = value.DeepClone().AsObject();
        Annotations(refreshed)![Annotation] = Sort(remembered)!.ToJsonString(Json) + "\n";
        return refreshed;
    }

    private static JsonObject? Annotations(JsonObject value) => value["metadata"]?["annotations"] as JsonObject;

    private static JsonObject? Read(JsonObject live)
    {
        try
        {
            return Annotations(live)?[Annotation]?.GetValue<string>() is { } text ? JsonNode.Parse(text) as JsonObject : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonNode? Sort(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(
            fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, Sort(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sort)]),
        _ => node?.DeepClone(),
    };
}
