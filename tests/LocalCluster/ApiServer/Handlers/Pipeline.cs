using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.ApiServer.Storage;
using KafkaLogstash.LocalCluster.Fields;
using KafkaLogstash.LocalCluster.Schemas;

namespace KafkaLogstash.LocalCluster.ApiServer.Handlers;

/// <summary>What happens to an object between the request and the store: decoding, defaulting, admission, validation.</summary>
internal sealed class Pipeline(ObjectStore store, TimeProvider time)
{
    private static readonly IReadOnlyList<string> SystemMetadata =
        ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink"];

    /// <summary>A deleted object whose last finalizer has gone leaves the store.</summary>
    public static bool IsFinished(ResourceType type, JsonObject obj) =>
        obj.IsTerminating() && !IsHeld(type, obj) && (obj.Number("metadata", "deletionGracePeriodSeconds") ?? 0) == 0;

    /// <summary>Finalizers keep an object; a namespace has some of its own in its spec.</summary>
    public static bool IsHeld(ResourceType type, JsonObject obj) =>
        obj.Finalizers().Count > 0 || (type.StorageKey == "namespaces" && obj.Texts("spec", "finalizers").Any());

    /// <summary>Fills in apiVersion and kind, and refuses others than those of the URL.</summary>
    public static void CheckKind(ResourceType type, JsonObject body)
    {
        var apiVersion = body.Text("apiVersion");
        var kind = body.Text("kind");
        if (type.Strategy.Schema is not null && string.IsNullOrEmpty(kind))
        {
            throw ApiException.BadRequest($"the object provided is unrecognized (must be of type {type.Kind}): Object 'Kind' is missing");
        }

        if (!string.IsNullOrEmpty(apiVersion) && apiVersion != type.ApiVersion)
        {
            throw ApiException.BadRequest(
                $"the API version in the data ({apiVersion}) does not match the expected API version ({type.ApiVersion})");
        }

        if (!string.IsNullOrEmpty(kind) && kind != type.Kind)
        {
            throw ApiException.BadRequest($"{kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: the kinds differ");
        }

        body["apiVersion"] = type.ApiVersion;
        body["kind"] = type.Kind;
    }

    /// <summary>The object to store for a new one. What was applied carries its owners already.</summary>
    public JsonObject Create(ApiContext context, ResourceType type, JsonObject body, bool applied = false)
    {
        var strategy = type.Strategy;
        var obj = Decode(context, type, body);
        var meta = obj.Meta();
        if (obj.ResourceVersion() is not null)
        {
            throw new ApiException(500, "", "resourceVersion should not be set on objects to be created");
        }

        PlaceInNamespace(context, type, obj);
        foreach (var field in SystemMetadata)
        {
            meta.Remove(field);
        }

        var given = obj.Name();
        if (given is null && !string.IsNullOrEmpty(meta.Text("generateName")))
        {
            meta["name"] = Names.Generate(meta.Text("generateName")!);
        }

        var write = new WriteContext(type, time.GetUtcNow(), context.User.Name, store, context.Warnings);
        meta["uid"] = Guid.NewGuid().ToString();
        meta["creationTimestamp"] = write.Now.Stamp();
        if (strategy.TracksGeneration)
        {
            meta["generation"] = 1;
        }

        if (strategy.IsolatesStatus)
        {
            obj.Remove("status");
        }

        strategy.Default(obj);
        strategy.Schema?.Default(obj);
        if (!applied)
        {
            // What the server adds from here on belongs to nobody.
            obj = Tracked(context, type, null, obj);
        }

        strategy.PrepareForCreate(obj, write);
        strategy.Admit(obj, write);
        Refuse(type, obj, [.. Metadata.Validate(type, obj), .. strategy.Schema?.Validate(obj, null) ?? [], .. strategy.Validate(obj)]);
        return obj;
    }

    /// <summary>The object to store in place of the live one; null when nothing changes.</summary>
    public JsonObject? Update(ApiContext context, ResourceType type, JsonObject live, JsonObject wanted, bool applied = false)
    {
        var strategy = type.Strategy;
        var obj = Decode(context, type, wanted);
        var meta = obj.Meta();
        PlaceInNamespace(context, type, obj, existing: true);
        CheckVersion(type, live, obj);
        if (obj.Uid() is { } uid && uid != live.Uid())
        {
            throw ApiException.Conflict(type, live.Name()!, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {live.Uid()}");
        }

        meta["resourceVersion"] = live.ResourceVersion();
        foreach (var field in SystemMetadata)
        {
            meta.Put(field, live["metadata"]![field]);
        }

        meta.Put("generateName", live["metadata"]!["generateName"]);
        var write = new WriteContext(type, time.GetUtcNow(), context.User.Name, store, context.Warnings, context.Info.Subresource);
        if (context.Info.Subresource == "status")
        {
            // A write to the status takes the status and nothing else, labels and finalizers included.
            var status = obj["status"]?.DeepClone();
            obj = live.Copy();
            obj["metadata"]!.AsObject().Put("managedFields", meta["managedFields"]);
            obj.Put("status", status);
        }
        else if (context.Info.Subresource == "finalize")
        {
            var spec = obj["spec"]?.DeepClone();
            obj = live.Copy();
            obj["spec"] = spec ?? new JsonObject();
        }
        else if (strategy.IsolatesStatus)
        {
            obj.Put("status", live["status"]);
        }

        if (context.Info.Subresource.Length == 0 || context.Info.Subresource == "scale")
        {
            strategy.Default(obj);
            strategy.PrepareForUpdate(obj, live);
        }

        strategy.Schema?.Default(obj);
        if (strategy.TracksGeneration && context.Info.Subresource != "status" && CountsAsChange(strategy, live, obj))
        {
            obj.Meta()["generation"] = (live.Number("metadata", "generation") ?? 0) + 1;
        }

        strategy.Admit(obj, write);
        Refuse(type, obj,
        [
            .. Metadata.Validate(type, obj),
            .. Metadata.ValidateUpdate(obj, live),
            .. strategy.Schema?.Validate(obj, live) ?? [],
            .. strategy.Validate(obj),
            .. context.Info.Subresource == "status" ? [] : strategy.ValidateUpdate(obj, live),
        ]);
        var tracked = applied ? obj : Tracked(context, type, live, obj);
        return JsonNodes.Same(Comparable(live), Comparable(tracked)) ? null : tracked;
    }

    private JsonObject Tracked(ApiContext context, ResourceType type, JsonObject? live, JsonObject obj)
    {
        if (type.Fields is not { } fields)
        {
            return obj;
        }

        try
        {
            return ManagedFields.TrackUpdate(
                live, obj, new UpdateContext(context.FieldManager, obj.Text("apiVersion")!, context.Info.Subresource, time.GetUtcNow(), fields));
        }
        catch (InvalidFieldsException)
        {
            // Who owns what can't be told of such an object. Its validation says better what is wrong with it.
            return obj;
        }
    }

    private static JsonObject Comparable(JsonObject obj)
    {
        var copy = obj.Copy();
        foreach (var entry in copy.Objects("metadata", "managedFields"))
        {
            entry.Remove("time");
        }

        return copy;
    }

    private static bool CountsAsChange(Strategy strategy, JsonObject live, JsonObject obj)
    {
        if (strategy.GenerationCountsAll)
        {
            var before = live.Copy();
            var after = obj.Copy();
            foreach (var side in (ReadOnlySpan<JsonObject>)[before, after])
            {
                side.Remove("metadata");
                if (strategy.IsolatesStatus)
                {
                    side.Remove("status");
                }
            }

            return !JsonNodes.Same(before, after);
        }

        return !JsonNodes.Same(live["spec"], obj["spec"])
            || (strategy.GenerationCountsAnnotations && !JsonNodes.Same(live.At("metadata", "annotations"), obj.At("metadata", "annotations")));
    }

    private static void CheckVersion(ResourceType type, JsonObject live, JsonObject obj)
    {
        if (obj.ResourceVersion() is { } version)
        {
            if (version != live.ResourceVersion())
            {
                throw ApiException.Modified(type, live.Name()!);
            }
        }
        else if (!type.Strategy.AllowsUnconditionalUpdate)
        {
            throw ApiException.InvalidResource(
                type, live.Name(), new("FieldValueInvalid", "metadata.resourceVersion", "Invalid value: 0: must be specified for an update"));
        }
    }

    private static void Refuse(ResourceType type, JsonObject obj, IReadOnlyCollection<FieldError> errors)
    {
        if (errors.Count > 0)
        {
            throw ApiException.Invalid(type, obj.Name(), errors);
        }
    }

    private static JsonObject Decode(ApiContext context, ResourceType type, JsonObject body)
    {
        var unknown = new List<string>();
        var decoded = Decoding.Decode(type, body, unknown);
        if (unknown.Count > 0 && context.FieldValidation != "Ignore")
        {
            if (context.FieldValidation == "Strict")
            {
                var texts = string.Join(", ", unknown.Select(field => $"unknown field \"{field}\""));
                throw ApiException.BadRequest(
                    $"{type.Kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: strict decoding error: {texts}");
            }

            foreach (var field in unknown.Where(field => !context.Warnings.Contains($"unknown field \"{field}\"")))
            {
                context.Warnings.Add($"unknown field \"{field}\"");
            }
        }

        return type.ToStorage?.Invoke(decoded) ?? decoded;
    }

    private void PlaceInNamespace(ApiContext context, ResourceType type, JsonObject obj, bool existing = false)
    {
        if (!type.Namespaced)
        {
            obj.Meta().Remove("namespace");
            return;
        }

        var ns = context.Info.Namespace ?? throw ApiException.BadRequest("the namespace must be given on the URL");
        if (obj.Namespace() is { } named && named != ns)
        {
            throw ApiException.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }

        obj.Meta()["namespace"] = ns;
        if (existing)
        {
            return;
        }

        var holder = store.Find("namespaces", null, ns)
            ?? throw new ApiException(404, "NotFound", $"namespaces \"{ns}\" not found", new JsonObject { ["name"] = ns, ["kind"] = "namespaces" });
        if (holder.Body.IsTerminating())
        {
            throw ApiException.Forbidden(
                type,
                obj.Name() ?? obj.Text("metadata", "generateName"),
                $"unable to create new content in namespace {ns} because it is being terminated",
                new JsonArray(new JsonObject
                {
                    ["reason"] = "NamespaceTerminating",
                    ["message"] = $"namespace {ns} is being terminated",
                    ["field"] = "metadata.namespace",
                }));
        }
    }
}
