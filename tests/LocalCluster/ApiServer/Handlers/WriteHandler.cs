using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Access;
using KafkaLogstash.LocalCluster.ApiServer.Admission;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.ApiServer.Storage;

namespace KafkaLogstash.LocalCluster.ApiServer.Handlers;

/// <summary>Answers create, update and patch, of resources and of their status and scale.</summary>
internal sealed class WriteHandler(
    ObjectStore store, Pipeline pipeline, ValidatingWebhooks webhooks, OwnerReferencePermissions? owners, TimeProvider time, Action<ApiContext> authorizeCreation)
{
    private const int MaxTries = 100;

    public async Task CreateAsync(ApiContext context, ResourceType type, Action written)
    {
        var form = Representation.Negotiate(context.Http.Request.Headers.Accept);
        var body = await Bodies.ReadObjectAsync(context.Http.Request, type.Kind, context.Cancellation) ?? new JsonObject();
        Pipeline.CheckKind(type, body);
        var created = await CreateAsync(context, type, body);
        written();
        await AnswerAsync(context, type, 201, created, form);
    }

    public async Task UpdateAsync(ApiContext context, ResourceType type, Action written)
    {
        var form = Representation.Negotiate(context.Http.Request.Headers.Accept);
        var info = context.Info;
        if (info.Subresource == "scale")
        {
            var scale = await Bodies.ReadObjectAsync(context.Http.Request, "Scale", context.Cancellation) ?? new JsonObject();
            var scaled = await ChangeAsync(context, type, live => Scaling.Write(type, live, _ => scale));
            await Bodies.WriteAsync(context, 200, Scaling.Read(type, Shown(type, scaled)), form);
            return;
        }

        var body = await Bodies.ReadObjectAsync(context.Http.Request, type.Kind, context.Cancellation) ?? new JsonObject();
        Pipeline.CheckKind(type, body);
        CheckName(context, body);
        if (store.Find(type.StorageKey, info.Namespace, info.Name!) is null && type.Strategy.AllowsCreateOnUpdate && info.Subresource.Length == 0)
        {
            authorizeCreation(context);
            var created = await CreateAsync(context, type, body);
            written();
            await AnswerAsync(context, type, 201, created, form);
            return;
        }

        var updated = await ChangeAsync(context, type, _ => body.Copy());
        written();
        await AnswerAsync(context, type, 200, updated, form);
    }

    public async Task PatchAsync(ApiContext context, ResourceType type, Action written)
    {
        var form = Representation.Negotiate(context.Http.Request.Headers.Accept);
        var media = Bodies.MediaType(context.Http.Request);
        var text = await Bodies.ReadTextAsync(context.Http.Request, context.Cancellation);
        var patch = Patches.Read(context, type, media, text, time.GetUtcNow());
        if (context.Info.Subresource == "scale")
        {
            var scaled = await ChangeAsync(context, type, live => Scaling.Write(type, live, scale => patch.Apply(scale)));
            await Bodies.WriteAsync(context, 200, Scaling.Read(type, Shown(type, scaled)), form);
            return;
        }

        if (patch.IsApply && context.Info.Subresource.Length == 0 && store.Find(type.StorageKey, context.Info.Namespace, context.Info.Name!) is null)
        {
            authorizeCreation(context);
            var applied = patch.Apply(null);
            Pipeline.CheckKind(type, applied);
            CheckName(context, applied);
            var created = await CreateAsync(context, type, applied, applied: true);
            written();
            await AnswerAsync(context, type, 201, created, form);
            return;
        }

        var updated = await ChangeAsync(context, type, patch.Apply, patched: true, patch.IsApply);
        written();
        await AnswerAsync(context, type, 200, updated, form);
    }

    private static void CheckName(ApiContext context, JsonObject body)
    {
        var name = body.Name() ?? throw ApiException.BadRequest("name must be provided");
        if (name != context.Info.Name)
        {
            throw ApiException.BadRequest($"the name of the object ({name}) does not match the name on the URL ({context.Info.Name})");
        }
    }

    private static JsonObject Shown(ResourceType type, JsonObject obj) => type.Present?.Invoke(obj) ?? obj;

    private Task AnswerAsync(ApiContext context, ResourceType type, int code, JsonObject obj, Representation form) => Bodies.WriteAsync(
        context, code, form.One(type, Shown(type, obj), time.GetUtcNow(), context.Info.Query["includeObject"]), form);

    private async Task<JsonObject> CreateAsync(ApiContext context, ResourceType type, JsonObject body, bool applied = false)
    {
        var prepared = pipeline.Create(context, type, body, applied);
        owners?.Check(context, type, null, prepared);
        await webhooks.AdmitAsync(new AdmissionAttempt(context, type, "CREATE", prepared, null, context.Info.DryRun));
        if (context.Info.DryRun)
        {
            return store.Find(type.StorageKey, prepared.Namespace(), prepared.Name()!) is null
                ? prepared
                : throw ApiException.AlreadyExists(type, prepared.Name()!);
        }

        return store.Create(type.StorageKey, prepared)?.Body ?? throw ApiException.AlreadyExists(type, prepared.Name()!);
    }

    /// <summary>Reads, changes and stores an object, again from the start when somebody else was faster.</summary>
    private async Task<JsonObject> ChangeAsync(ApiContext context, ResourceType type, Func<JsonObject, JsonObject> change, bool patched = false, bool applied = false)
    {
        var name = context.Info.Name!;
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var live = store.Find(type.StorageKey, context.Info.Namespace, name) ?? throw ApiException.NotFound(type, name);
            var wanted = change(Shown(type, live.Clone()));
            if (patched)
            {
                Pipeline.CheckKind(type, wanted);
                CheckName(context, wanted);
            }

            var updated = pipeline.Update(context, type, live.Body, wanted, applied);
            owners?.Check(context, type, live.Body, updated ?? live.Body);
            await webhooks.AdmitAsync(new AdmissionAttempt(context, type, "UPDATE", updated ?? live.Body, live.Body, context.Info.DryRun));
            if (updated is null)
            {
                return live.Body;
            }

            if (context.Info.DryRun)
            {
                return updated;
            }

            if (Pipeline.IsFinished(type, updated))
            {
                if (store.Delete(type.StorageKey, live, updated) is { } gone)
                {
                    return gone.Body;
                }
            }
            else if (store.Replace(type.StorageKey, live, updated) is { } stored)
            {
                return stored.Body;
            }
        }

        throw ApiException.Modified(type, name);
    }
}
