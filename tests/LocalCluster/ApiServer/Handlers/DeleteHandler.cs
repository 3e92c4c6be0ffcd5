using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Admission;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.ApiServer.Selectors;
using KafkaLogstash.LocalCluster.ApiServer.Storage;

namespace KafkaLogstash.LocalCluster.ApiServer.Handlers;

/// <summary>Answers delete and deletecollection.</summary>
internal sealed class DeleteHandler(ObjectStore store, ValidatingWebhooks webhooks, TimeProvider time)
{
    private const int MaxTries = 100;

    public async Task DeleteAsync(ApiContext context, ResourceType type, Action written)
    {
        var form = Representation.Negotiate(context.Http.Request.Headers.Accept);
        var options = await ReadOptionsAsync(context);
        if (store.Find(type.StorageKey, context.Info.Namespace, context.Info.Name!) is { } live)
        {
            await AdmitAsync(context, type, live, options);
        }

        var (obj, gone) = Delete(type, context.Info.Namespace, context.Info.Name!, options);
        written();
        var body = gone && !type.Strategy.ReturnsDeletedObject ? Success(type, obj) : form.One(type, type.Present?.Invoke(obj) ?? obj, time.GetUtcNow(), null);
        await Bodies.WriteAsync(context, 200, body, form);
    }

    public async Task DeleteCollectionAsync(ApiContext context, ResourceType type, Action written)
    {
        var form = Representation.Negotiate(context.Http.Request.Headers.Accept);
        var options = await ReadOptionsAsync(context);
        var labels = LabelSelector.Parse(context.Info.Query["labelSelector"]);
        var fields = FieldSelector.Parse(context.Info.Query["fieldSelector"], type);
        var (snapshot, revision) = store.Read(type.StorageKey);
        var deleted = new List<JsonObject>();
        foreach (var item in snapshot.List(context.Info.Namespace))
        {
            var shown = Representation.Present(type, item);
            if (labels.Matches(shown) && fields.Matches(shown))
            {
                await AdmitAsync(context, type, item, options);
                try
                {
                    deleted.Add(Delete(type, item.Namespace, item.Name, options).Object);
                }
                catch (ApiException e) when (e.Code == 404)
                {
                    // Somebody else was faster; it is gone either way.
                }
            }
        }

        written();
        var list = form.Many(type, deleted, new JsonObject { ["resourceVersion"] = revision.ToString() }, time.GetUtcNow(), null);
        await Bodies.WriteAsync(context, 200, list, form);
    }

    /// <summary>Deletes an object as far as its finalizers and its grace period let it; tells its last form and whether it is gone.</summary>
    public (JsonObject Object, bool Gone) Delete(ResourceType type, string? ns, string name, DeleteOptions options)
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var live = store.Find(type.StorageKey, ns, name) ?? throw ApiException.NotFound(type, name);
            CheckPreconditions(type, live.Body, options);
            var obj = live.Clone();
            var grace = Mark(type, obj, options);
            if (grace == 0 && !Pipeline.IsHeld(type, obj))
            {
                if (options.DryRun)
                {
                    return (obj, true);
                }

                if (store.Delete(type.StorageKey, live, obj) is { } last)
                {
                    return (last.Body, true);
                }

                continue;
            }

            if (JsonNodes.Same(obj, live.Body) || options.DryRun)
            {
                return (obj, false);
            }

            if (store.Replace(type.StorageKey, live, obj) is { } stored)
            {
                return (stored.Body, false);
            }
        }

        throw ApiException.Modified(type, name);
    }

    private Task AdmitAsync(ApiContext context, ResourceType type, StoredObject live, DeleteOptions options) =>
        webhooks.AdmitAsync(new AdmissionAttempt(context, type, "DELETE", null, live.Body, options.DryRun));

    private static JsonObject Success(ResourceType type, JsonObject obj)
    {
        var details = new JsonObject { ["name"] = obj.Name() };
        if (type.Group.Length > 0)
        {
            details["group"] = type.Group;
        }

        details["kind"] = type.Plural;
        details["uid"] = obj.Uid();
        return new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["details"] = details,
        };
    }

    private static void CheckPreconditions(ResourceType type, JsonObject live, DeleteOptions options)
    {
        var detail = options.Uid is { } uid && uid != live.Uid()
            ? $"the UID in the precondition ({uid}) does not match the UID in record ({live.Uid()}). The object might have been deleted and then recreated"
            : options.ResourceVersion is { } version && version != live.ResourceVersion()
                ? $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({live.ResourceVersion()}). The object might have been modified"
                : null;
        if (detail is not null)
        {
            throw ApiException.PreconditionFailed(type, live.Name()!, detail);
        }
    }

    /// <summary>Marks an object as being deleted; returns the seconds it may still live.</summary>
    private long Mark(ResourceType type, JsonObject obj, DeleteOptions options)
    {
        var meta = obj.Meta();
        var finalizers = obj.Finalizers().Where(item => item is not ("orphan" or "foregroundDeletion")).ToList();
        if (options.PropagationPolicy is { } policy)
        {
            if (policy is "Orphan" or "Foreground")
            {
                finalizers.Add(policy == "Orphan" ? "orphan" : "foregroundDeletion");
            }

            meta.Put("finalizers", finalizers.Count == 0 ? null : JsonNodes.Strings(finalizers));
        }

        if (type.StorageKey == CustomResources.Definitions && !obj.IsTerminating())
        {
            meta["finalizers"] = JsonNodes.Strings([.. finalizers, CustomResources.CleanupFinalizer]);
        }

        var wished = type.Strategy.GracePeriod(obj) is { } usual ? options.GracePeriodSeconds ?? usual : 0;
        var grace = wished;
        if (obj.IsTerminating())
        {
            // A second request can shorten the time that is left, never lengthen it.
            var left = obj.Number("metadata", "deletionGracePeriodSeconds") ?? 0;
            if (options.GracePeriodSeconds is null || wished >= left)
            {
                return left;
            }
        }
        else if (type.Strategy.TracksGeneration)
        {
            meta["generation"] = (obj.Number("metadata", "generation") ?? 0) + 1;
        }

        meta["deletionTimestamp"] = time.GetUtcNow().AddSeconds(grace).Stamp();
        meta["deletionGracePeriodSeconds"] = grace;
        if (type is { Plural: "namespaces", Group: "" })
        {
            meta.Remove("deletionGracePeriodSeconds");
            obj.Ensure("status")["phase"] = "Terminating";
        }

        return grace;
    }

    private static async Task<DeleteOptions> ReadOptionsAsync(ApiContext context)
    {
        var body = await Bodies.ReadObjectAsync(context.Http.Request, "DeleteOptions", context.Cancellation);
        var query = context.Info.Query;
        var policy = body.Text("propagationPolicy") ?? (query["propagationPolicy"] is [{ Length: > 0 } named] ? named : null);
        if (policy is null && body.Flag("orphanDependents") is { } orphan)
        {
            policy = orphan ? "Orphan" : "Background";
        }

        if (policy is not (null or "Orphan" or "Foreground" or "Background"))
        {
            throw ApiException.InvalidOptions(
                "DeleteOptions", FieldErrors.NotSupported("propagationPolicy", policy, "Foreground", "Background", "Orphan", "nil"));
        }

        return new(
            body.Number("gracePeriodSeconds") ?? context.Info.Long("gracePeriodSeconds"),
            policy,
            body.Text("preconditions", "uid"),
            body.Text("preconditions", "resourceVersion"),
            context.Info.DryRun || body.Texts("dryRun").Contains("All", StringComparer.Ordinal));
    }
}

/// <summary>How an object is to be deleted.</summary>
internal sealed record DeleteOptions(
    long? GracePeriodSeconds = null, string? PropagationPolicy = null, string? Uid = null, string? ResourceVersion = null, bool DryRun = false);
