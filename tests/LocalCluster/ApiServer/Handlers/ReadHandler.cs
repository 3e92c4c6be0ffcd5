using System.Text;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Requests;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.ApiServer.Selectors;
using KafkaLogstash.LocalCluster.ApiServer.Storage;

namespace KafkaLogstash.LocalCluster.ApiServer.Handlers;

/// <summary>Answers get and list.</summary>
internal sealed class ReadHandler(ObjectStore store, TimeProvider time)
{
    public Task GetAsync(ApiContext context, ResourceType type)
    {
        var form = Representation.Negotiate(context.Http.Request.Headers.Accept);
        var stored = store.Find(type.StorageKey, context.Info.Namespace, context.Info.Name!)
            ?? throw ApiException.NotFound(type, context.Info.Name!);
        var body = form.One(type, Representation.Present(type, stored), time.GetUtcNow(), context.Info.Query["includeObject"]);
        return Bodies.WriteAsync(context, 200, body, form);
    }

    public Task GetScaleAsync(ApiContext context, ResourceType type)
    {
        var stored = store.Find(type.StorageKey, context.Info.Namespace, context.Info.Name!)
            ?? throw ApiException.NotFound(type, context.Info.Name!);
        return Bodies.WriteAsync(context, 200, Scaling.Read(type, Representation.Present(type, stored)));
    }

    public Task ListAsync(ApiContext context, ResourceType type)
    {
        var info = context.Info;
        var form = Representation.Negotiate(context.Http.Request.Headers.Accept);
        var labels = LabelSelector.Parse(info.Query["labelSelector"]);
        var fields = FieldSelector.Parse(info.Query["fieldSelector"], type);
        var limit = info.Long("limit") ?? 0;
        var (snapshot, revision, after) = Begin(info, type);

        var selected = snapshot.List(info.Namespace)
            .SkipWhile(item => after is not null && string.CompareOrdinal(KeyOf(item), after) <= 0)
            .Select(item => (Stored: item, Shown: Representation.Present(type, item)))
            .Where(item => labels.Matches(item.Shown) && fields.Matches(item.Shown));
        var meta = new JsonObject { ["resourceVersion"] = revision.ToString() };
        List<(StoredObject Stored, JsonObject Shown)> page;
        if (limit > 0)
        {
            page = [.. selected.Take((int)Math.Min(limit, int.MaxValue - 1) + 1)];
            if (page.Count > limit)
            {
                var remaining = selected.Count() - limit;
                page.RemoveAt(page.Count - 1);
                meta["continue"] = ContinueToken.Format(revision, KeyOf(page[^1].Stored));
                if (info.Query["labelSelector"].Count == 0 && info.Query["fieldSelector"].Count == 0)
                {
                    meta["remainingItemCount"] = remaining;
                }
            }
        }
        else
        {
            page = [.. selected];
        }

        var body = form.Many(type, page.Select(item => item.Shown), meta, time.GetUtcNow(), info.Query["includeObject"]);
        return Bodies.WriteAsync(context, 200, body, form);
    }

    private static string KeyOf(StoredObject item) => $"{item.Namespace}\0{item.Name}";

    private (Snapshot Snapshot, long Revision, string? After) Begin(RequestInfo info, ResourceType type)
    {
        var match = info.Query["resourceVersionMatch"].ToString();
        var wanted = info.Query["resourceVersion"].ToString();
        if (info.Query["continue"] is [{ Length: > 0 } token])
        {
            if (wanted is not ("" or "0"))
            {
                throw ApiException.BadRequest("specifying resource version is not allowed when using continue");
            }

            var (at, after) = ContinueToken.Parse(token);
            var old = store.ReadAt(type.StorageKey, at) ?? throw ApiException.Expired(
                "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.");
            return (old, at, after);
        }

        if (match.Length > 0 && wanted.Length == 0)
        {
            throw ApiException.InvalidOptions("ListOptions", FieldErrors.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"));
        }

        var (now, current) = store.Read(type.StorageKey);
        if (wanted is "" or "0")
        {
            return (now, current, null);
        }

        if (!long.TryParse(wanted, out var revision) || revision < 0)
        {
            throw ApiException.InvalidOptions("ListOptions", FieldErrors.Invalid("resourceVersion", wanted, "strconv.ParseUint: parsing \"" + wanted + "\": invalid syntax"));
        }

        if (revision > current)
        {
            throw TooLarge(revision, current);
        }

        return match == "Exact"
            ? (store.ReadAt(type.StorageKey, revision) ?? throw ApiException.Expired("The resourceVersion for the provided list is too old."), revision, null)
            : (now, current, null);
    }

    private static ApiException TooLarge(long revision, long current) => new(
        504,
        "Timeout",
        $"Timeout: Too large resource version: {revision}, current: {current}",
        new JsonObject
        {
            ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
            ["retryAfterSeconds"] = 1,
        });
}

/// <summary>Where the next page of a list begins, and at which revision.</summary>
internal static class ContinueToken
{
    public static string Format(long revision, string after) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(new JsonObject { ["v"] = "meta.k8s.io/v1", ["rv"] = revision, ["start"] = after }.ToJsonString()));

    public static (long Revision, string After) Parse(string token)
    {
        try
        {
            var json = JsonNode.Parse(Convert.FromBase64String(token));
            return (json.Number("rv")!.Value, json.Text("start")!);
        }
        catch (Exception e) when (e is FormatException or System.Text.Json.JsonException or InvalidOperationException)
        {
            throw ApiException.BadRequest($"invalid continue token: continue key is not valid: {e.Message}");
        }
    }
}
