using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.ApiServer.Selectors;
using KafkaLogstash.LocalCluster.ApiServer.Storage;
using Microsoft.AspNetCore.Http;

namespace KafkaLogstash.LocalCluster.ApiServer.Handlers;

/// <summary>Answers watches: one JSON document per change, until the client leaves, the time is over or a test cuts it.</summary>
internal sealed class WatchHandler(ObjectStore store, FaultInjector faults, TimeSpan bookmarkInterval, TimeProvider time)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(30);

    // A watch whose end is known gets a last bookmark so long before it, so that it can be resumed from there.
    private static readonly TimeSpan BookmarkBeforeEnd = TimeSpan.FromSeconds(2);

    public async Task WatchAsync(ApiContext context, ResourceType type, bool expireAtOnce, CancellationToken stopping)
    {
        var info = context.Info;
        var form = Representation.Negotiate(context.Http.Request.Headers.Accept);
        var selection = new Selection(
            info.Namespace, LabelSelector.Parse(info.Query["labelSelector"]), FieldSelector.Parse(info.Query["fieldSelector"], type), type);
        var bookmarks = info.Is("allowWatchBookmarks");
        var sendInitial = SendInitialEvents(context);
        var seconds = info.Long("timeoutSeconds");
        var since = Since(info.Query["resourceVersion"].ToString());

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation, stopping);
        var duration = seconds is > 0 ? TimeSpan.FromSeconds(seconds.Value) : DefaultTimeout;
        using var timeout = new CancellationTokenSource(duration, time);
        using var all = CancellationTokenSource.CreateLinkedTokenSource(ending.Token, timeout.Token);
        using var registration = faults.Register(ending);

        // Without a revision, or with 0, a watch begins with what there is.
        var replay = sendInitial ?? since is null or 0;
        using var subscription = expireAtOnce ? null : store.Watch(type.StorageKey, replay ? null : since);
        var response = context.Http.Response;
        response.StatusCode = 200;
        response.ContentType = "application/json";
        response.Headers.CacheControl = "no-cache, private";
        var stream = new EventStream(response, form, type, time, info.Query["includeObject"]);
        await response.StartAsync(all.Token);

        // Who watches waits for the headers, although there may be nothing to tell for long.
        await response.BodyWriter.FlushAsync(all.Token);
        if (subscription is null)
        {
            var oldest = store.OldestRevision(type.StorageKey);
            await stream.SendAsync("ERROR", ApiException.Expired($"too old resource version: {since ?? 0} ({Math.Max(oldest, since ?? 0)})").ToStatus(), all.Token);
            return;
        }

        try
        {
            if (replay)
            {
                foreach (var item in subscription.Initial.List(info.Namespace))
                {
                    await stream.SendChangeAsync(selection.Judge(null, item), all.Token);
                }

                if (sendInitial == true && bookmarks)
                {
                    await stream.SendBookmarkAsync(subscription.Revision, initialEnd: true, all.Token);
                }
            }

            await FollowAsync(subscription, selection, stream, bookmarks ? FirstBookmark(duration) : null, all.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !ending.IsCancellationRequested)
        {
            // The watch is over as the client asked; the body ends properly.
        }
        catch (OperationCanceledException)
        {
            context.Http.Abort();
        }
    }

    private async Task FollowAsync(
        Subscription subscription, Selection selection, EventStream stream, TimeSpan? firstBookmark, CancellationToken cancellationToken)
    {
        await using var timer = firstBookmark is { } first
            ? time.CreateTimer(_ => subscription.RequestBookmark(), null, first, bookmarkInterval)
            : null;
        await foreach (var change in subscription.Changes.ReadAllAsync(cancellationToken))
        {
            if (change.IsBookmark)
            {
                await stream.SendBookmarkAsync(change.Revision, initialEnd: false, cancellationToken);
            }
            else
            {
                await stream.SendChangeAsync(selection.Judge(change.Before, change.Now, change.Object), cancellationToken);
            }
        }
    }

    private TimeSpan FirstBookmark(TimeSpan duration)
    {
        var last = duration - BookmarkBeforeEnd;
        return last > TimeSpan.Zero && last < bookmarkInterval ? last : bookmarkInterval;
    }

    private static bool? SendInitialEvents(ApiContext context)
    {
        if (context.Info.Query["sendInitialEvents"].Count == 0)
        {
            return null;
        }

        var wanted = context.Info.Is("sendInitialEvents");
        if (context.Info.Query["resourceVersionMatch"] != "NotOlderThan")
        {
            throw ApiException.InvalidOptions(
                "ListOptions",
                FieldErrors.Forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
        }

        return wanted;
    }

    private static long? Since(string text) => text.Length == 0 ? null
        : long.TryParse(text, out var revision) && revision >= 0 ? revision
        : throw ApiException.BadRequest($"Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax");

    /// <summary>What a watch selects, and what a change looks like through it.</summary>
    private sealed record Selection(string? Namespace, LabelSelector Labels, FieldSelector Fields, ResourceType Type)
    {
        /// <summary>The event that a change is to this watch; null when it is none.</summary>
        public (string Event, JsonObject Object)? Judge(StoredObject? before, StoredObject? now, StoredObject? shown = null)
        {
            if (Namespace is not null && (shown ?? now)!.Namespace != Namespace)
            {
                return null;
            }

            var was = before is not null && Selects(Representation.Present(Type, before));
            var current = now is null ? null : Representation.Present(Type, now);
            var isNow = current is not null && Selects(current);
            return (was, isNow) switch
            {
                (false, true) => ("ADDED", current!),
                (true, true) => ("MODIFIED", current!),
                (true, false) => ("DELETED", Last(before!, shown!)),
                _ => null,
            };
        }

        // An object that left the selection is shown as it last was in it, with the revision of its leaving.
        private JsonObject Last(StoredObject before, StoredObject shown)
        {
            var last = Representation.Present(Type, before).Copy();
            last.Meta()["resourceVersion"] = shown.Body.ResourceVersion();
            return last;
        }

        private bool Selects(JsonObject obj) => Labels.Matches(obj) && Fields.Matches(obj);
    }

    private sealed class EventStream(HttpResponse response, Representation form, ResourceType type, TimeProvider time, string? includeObject)
    {
        private static readonly byte[] NewLine = "\n"u8.ToArray();

        private bool _first = true;

        public async Task SendChangeAsync((string Event, JsonObject Object)? change, CancellationToken cancellationToken)
        {
            if (change is { } seen)
            {
                await SendAsync(seen.Event, form.InWatch(type, seen.Object, time.GetUtcNow(), includeObject, _first), cancellationToken);
                _first = false;
            }
        }

        public Task SendBookmarkAsync(long revision, bool initialEnd, CancellationToken cancellationToken)
        {
            var meta = new JsonObject { ["resourceVersion"] = revision.ToString(), ["creationTimestamp"] = null };
            if (initialEnd)
            {
                meta["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
            }

            var bookmark = new JsonObject { ["kind"] = type.Kind, ["apiVersion"] = type.ApiVersion, ["metadata"] = meta };
            return SendAsync("BOOKMARK", form.InWatch(type, bookmark, time.GetUtcNow(), includeObject, _first), cancellationToken);
        }

        public async Task SendAsync(string kind, JsonObject obj, CancellationToken cancellationToken)
        {
            using (var writer = new Utf8JsonWriter(response.BodyWriter, new JsonWriterOptions { Encoder = JsonNodes.Plain.Encoder }))
            {
                writer.WriteStartObject();
                writer.WriteString("type", kind);
                writer.WritePropertyName("object");
                obj.WriteTo(writer);
                writer.WriteEndObject();
            }

            await response.BodyWriter.WriteAsync(NewLine, cancellationToken);
            await response.BodyWriter.FlushAsync(cancellationToken);
        }
    }
}
