using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.Fields;

namespace KafkaLogstash.LocalCluster.ApiServer.Handlers;

/// <summary>
/// A patch that was read and can be applied to any form of its object. With <paramref name="IsApply"/> the object may be absent, and
/// the result carries its owners.
/// </summary>
internal sealed record Patches(Func<JsonObject?, JsonObject> Apply, bool IsApply = false)
{
    private const string ApplyType = "application/apply-patch+yaml";

    public static Patches Read(ApiContext context, ResourceType type, string media, string text, DateTimeOffset now)
    {
        var subresource = context.Info.Subresource;
        switch (media)
        {
            case "application/merge-patch+json":
                var merge = Bodies.Parse(text, yaml: false, type.Kind);
                return new(live => JsonMergePatch.Apply(live, merge) as JsonObject ?? []);
            case "application/json-patch+json":
                var operations = ParseOperations(text);
                return new(live => Guard(() => JsonPatch.Apply(live, operations) as JsonObject
                    ?? throw ApiException.BadRequest("the patch leaves no object")));
            case "application/strategic-merge-patch+json" when type.Strategy.Schema is null && type.Fields is { } fields:
                var strategic = Bodies.Parse(text, yaml: false, type.Kind);
                return new(live => Guard(() => subresource == "scale"
                    ? (JsonObject)JsonMergePatch.Apply(live, strategic)!
                    : StrategicMergePatch.Apply(live!, strategic, fields)));
            case ApplyType when subresource != "scale" && type.Fields is not null:
                return ReadApply(context, type, Bodies.Parse(text, yaml: true, type.Kind), now);
            default:
                throw new ApiException(415, "UnsupportedMediaType", "415: Unsupported Media Type", new JsonObject());
        }
    }

    private static Patches ReadApply(ApiContext context, ResourceType type, JsonObject applied, DateTimeOffset now)
    {
        if (context.Info.Query["fieldManager"] is not [{ Length: > 0 } manager])
        {
            throw ApiException.InvalidOptions("PatchOptions", FieldErrors.Required("fieldManager", "is required for apply patch"));
        }

        if (applied.Text("kind") is not { Length: > 0 } || applied.Text("apiVersion") is not { Length: > 0 })
        {
            throw ApiException.BadRequest("the applied object must name its apiVersion and kind");
        }

        var subresource = context.Info.Subresource;
        var given = applied.Namespace();
        applied.Meta().Default("name", context.Info.Name!);
        if (context.Info.Namespace is { } ns)
        {
            applied.Meta().Default("namespace", ns);
        }

        KeepWritable(type, applied, subresource);
        var apply = new ApplyContext(
            manager, type.ApiVersion, subresource.Length == 0 ? null : subresource, context.Info.Is("force"), now, type.Fields!);
        return new(live => GuardApply(type, applied, given, () => ServerSideApply.Apply(live, applied, apply)), IsApply: true);
    }

    // What the request can't change must not be owned by it.
    private static void KeepWritable(ResourceType type, JsonObject applied, string subresource)
    {
        if (subresource == "status")
        {
            foreach (var field in applied.Select(entry => entry.Key).Where(key => key is not ("apiVersion" or "kind" or "metadata" or "status")).ToList())
            {
                applied.Remove(field);
            }

            foreach (var field in applied.Meta().Select(entry => entry.Key).Where(key => key is not ("name" or "namespace" or "resourceVersion" or "uid" or "managedFields")).ToList())
            {
                applied.Meta().Remove(field);
            }
        }
        else if (type.Strategy.IsolatesStatus)
        {
            applied.Remove("status");
        }
    }

    private static JsonArray ParseOperations(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonArray ?? throw ApiException.BadRequest("error decoding patch: a JSON patch is an array of operations");
        }
        catch (JsonException e)
        {
            throw ApiException.BadRequest($"error decoding patch: {e.Message}");
        }
    }

    private static JsonObject Guard(Func<JsonObject> apply)
    {
        try
        {
            return apply();
        }
        catch (InvalidPatchException e) when (e.Failure == PatchFailure.Malformed)
        {
            throw ApiException.BadRequest(e.Message);
        }
        catch (InvalidPatchException)
        {
            // A real API server does not say which operation did not fit either.
            throw new ApiException(422, "Invalid", "the server rejected our request due to an error in our request", new JsonObject());
        }
    }

    private static JsonObject GuardApply(ResourceType type, JsonObject applied, string? ns, Func<JsonObject> apply)
    {
        try
        {
            return apply();
        }
        catch (InvalidFieldsException e)
        {
            throw new ApiException(
                500, "", $"failed to create typed patch object ({ns}/{applied.Name()}; {type.ApiVersion}, Kind={type.Kind}): {e.Message}");
        }
        catch (ApplyConflictException e)
        {
            throw new ApiException(409, "Conflict", e.Message, new JsonObject
            {
                ["causes"] = new JsonArray([.. e.Conflicts.Select(conflict => (JsonNode)new JsonObject
                {
                    ["reason"] = "FieldManagerConflict",
                    ["message"] = conflict.Message,
                    ["field"] = conflict.Field,
                })]),
            });
        }
    }
}
