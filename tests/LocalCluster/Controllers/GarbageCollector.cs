using System.Collections.Concurrent;
using System.Net;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>
/// Deletes objects whose owners are all gone, and does what is asked of it when an owner is deleted in the foreground or without its
/// dependents. It watches the metadata of all kinds, custom resources included.
/// </summary>
internal sealed class GarbageCollector : IController
{
    private const string Foreground = "foregroundDeletion";
    private const string Orphan = "orphan";

    private static readonly TimeSpan RediscoverAfter = TimeSpan.FromSeconds(1);

    private readonly ApiClient _api;
    private readonly TimeProvider _time;
    private readonly Discovery _discovery;
    private readonly ConcurrentDictionary<ApiResource, Mirror<V1PartialObjectMetadata>> _mirrors = new();
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<(ApiResource Resource, ObjectKey Key), bool>> _dependents = new();
    private readonly ControlLoop<(ApiResource Resource, ObjectKey Key)> _loop;

    public GarbageCollector(ApiClient api, TimeProvider time)
    {
        (_api, _time) = (api, time);
        _discovery = new Discovery(api);
        _loop = new(ReconcileAsync, time);
    }

    public void Resync()
    {
        foreach (var (resource, mirror) in _mirrors)
        {
            foreach (var obj in mirror.All)
            {
                Enqueue(resource, obj);
            }
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var running = new List<Task> { _loop.RunAsync(cancellationToken) };
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                running.AddRange((await _discovery.FindAsync(cancellationToken))
                    .Where(resource => !_mirrors.ContainsKey(resource))
                    .Select(resource => FollowAsync(resource, cancellationToken)));
            }
            catch (Exception e) when (Failures.ArePassing(e))
            {
                // The next look finds what this one missed.
            }

            await Task.Delay(RediscoverAfter, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(running);
    }

    private Task FollowAsync(ApiResource resource, CancellationToken cancellationToken)
    {
        var mirror = _mirrors[resource] = new Mirror<V1PartialObjectMetadata>(_api, resource, time: _time);
        mirror.OnChange(obj => OnChange(resource, obj));
        return mirror.RunAsync(cancellationToken);
    }

    private void OnChange(ApiResource resource, V1PartialObjectMetadata obj)
    {
        foreach (var owner in obj.Metadata.OwnerReferences ?? [])
        {
            _dependents.GetOrAdd(owner.Uid, _ => new())[(resource, ObjectKey.Of(obj))] = true;

            // An owner that waits for the end of its dependents learns of each.
            if (ResourceOf(owner) is { } owning)
            {
                _loop.Enqueue((owning, new(owning.Namespaced ? obj.Metadata.NamespaceProperty ?? "" : "", owner.Name)));
            }
        }

        Enqueue(resource, obj);
        foreach (var dependent in DependentsOf(obj))
        {
            _loop.Enqueue(dependent);
        }
    }

    private void Enqueue(ApiResource resource, V1PartialObjectMetadata obj)
    {
        if (obj.Metadata.OwnerReferences is { Count: > 0 } || obj.Metadata.DeletionTimestamp is not null)
        {
            _loop.Enqueue((resource, ObjectKey.Of(obj)));
        }
    }

    private ICollection<(ApiResource Resource, ObjectKey Key)> DependentsOf(V1PartialObjectMetadata owner) =>
        _dependents.TryGetValue(owner.Metadata.Uid, out var keys) ? keys.Keys : [];

    private ApiResource? ResourceOf(V1OwnerReference owner)
    {
        var group = owner.ApiVersion.Split('/') is [var name, _] ? name : "";
        return _mirrors.Keys.FirstOrDefault(resource => resource.Kind == owner.Kind && resource.Group == group);
    }

    private async Task ReconcileAsync((ApiResource Resource, ObjectKey Key) item, CancellationToken cancellationToken)
    {
        if (!_mirrors.TryGetValue(item.Resource, out var mirror) || mirror.Find(item.Key) is not { } obj)
        {
            return;
        }

        if (obj.Metadata.DeletionTimestamp is not null)
        {
            await FinalizeAsync(item.Resource, obj, cancellationToken);
        }
        else if (obj.Metadata.OwnerReferences is { Count: > 0 } owners)
        {
            foreach (var owner in owners)
            {
                if (await IsThereAsync(owner, item.Key, cancellationToken))
                {
                    return;
                }
            }

            await _api.DeleteAsync(item.Resource, item.Key, obj.Metadata.Uid, cancellationToken, PolicyOf(obj));
        }
    }

    /// <summary>What its own finalizers ask for stays in force.</summary>
    private static string PolicyOf(V1PartialObjectMetadata obj) => obj.Metadata.Finalizers switch
    {
        { } finalizers when finalizers.Contains(Orphan) => "Orphan",
        { } finalizers when finalizers.Contains(Foreground) => "Foreground",
        _ => "Background",
    };

    /// <summary>Only the API server's word counts: a mirror may not know an owner yet.</summary>
    private async Task<bool> IsThereAsync(V1OwnerReference owner, ObjectKey dependent, CancellationToken cancellationToken)
    {
        if (ResourceOf(owner) is not { } resource)
        {
            // A kind that nobody serves now may come back, as custom resources do while their definition is replaced.
            return true;
        }

        var key = new ObjectKey(resource.Namespaced ? dependent.Namespace : "", owner.Name);
        if (_mirrors.TryGetValue(resource, out var mirror) && mirror.Find(key) is { } known && known.Metadata.Uid == owner.Uid)
        {
            return true;
        }

        var live = await _api.FindMetadataAsync(resource, key, cancellationToken);
        return live?.Metadata.Uid == owner.Uid;
    }

    private async Task FinalizeAsync(ApiResource resource, V1PartialObjectMetadata owner, CancellationToken cancellationToken)
    {
        if (owner.Metadata.Finalizers is not { } finalizers)
        {
            return;
        }

        if (finalizers.Contains(Orphan))
        {
            foreach (var (kind, dependent) in await ListDependentsAsync(owner, cancellationToken))
            {
                await DisownAsync(kind, dependent, owner.Metadata.Uid, cancellationToken);
            }

            await ReleaseAsync(resource, owner, Orphan, cancellationToken);
        }
        else if (finalizers.Contains(Foreground))
        {
            var dependents = new List<(ApiResource Resource, V1PartialObjectMetadata Object)>();
            foreach (var (kind, key) in DependentsOf(owner))
            {
                if (_mirrors[kind].Find(key) is { } found && IsOwner(owner, found))
                {
                    dependents.Add((kind, found));
                }
            }

            foreach (var (kind, dependent) in dependents.Where(dependent => dependent.Object.Metadata.DeletionTimestamp is null))
            {
                await _api.DeleteAsync(kind, ObjectKey.Of(dependent), dependent.Metadata.Uid, cancellationToken, "Foreground");
            }

            if (!dependents.Exists(dependent => dependent.Object.Metadata.OwnerReferences
                .Any(reference => reference.Uid == owner.Metadata.Uid && reference.BlockOwnerDeletion == true)))
            {
                await ReleaseAsync(resource, owner, Foreground, cancellationToken);
            }
        }
    }

    /// <summary>What an object owns by the API server's own word: a dependent that a mirror does not know yet would be deleted once its owner is gone.</summary>
    private async Task<IReadOnlyList<(ApiResource Resource, V1PartialObjectMetadata Object)>> ListDependentsAsync(V1PartialObjectMetadata owner, CancellationToken cancellationToken)
    {
        var ns = owner.Metadata.NamespaceProperty;
        var dependents = new List<(ApiResource Resource, V1PartialObjectMetadata Object)>();
        foreach (var kind in _mirrors.Keys.Where(kind => kind.Namespaced || ns is null))
        {
            try
            {
                var list = await _api.ListAsync<V1PartialObjectMetadata>(kind, "", cancellationToken, ns);
                dependents.AddRange((list.Items ?? []).Where(item => IsOwner(owner, item)).Select(item => (kind, item)));
            }
            catch (ApiRefusalException e) when (e.Code == HttpStatusCode.NotFound)
            {
                // Its definition was deleted.
            }
        }

        return dependents;
    }

    private static bool IsOwner(V1PartialObjectMetadata owner, V1PartialObjectMetadata dependent) =>
        dependent.Metadata.OwnerReferences?.Any(reference => reference.Uid == owner.Metadata.Uid) == true;

    private Task<V1PartialObjectMetadata?> DisownAsync(
        ApiResource resource, V1PartialObjectMetadata dependent, string ownerUid, CancellationToken cancellationToken) =>
        PatchMetadataAsync(resource, dependent, "ownerReferences", dependent.Metadata.OwnerReferences.Where(reference => reference.Uid != ownerUid), cancellationToken);

    private Task<V1PartialObjectMetadata?> ReleaseAsync(
        ApiResource resource, V1PartialObjectMetadata owner, string finalizer, CancellationToken cancellationToken) =>
        PatchMetadataAsync(resource, owner, "finalizers", owner.Metadata.Finalizers.Where(name => name != finalizer), cancellationToken);

    private Task<V1PartialObjectMetadata?> PatchMetadataAsync(
        ApiResource resource, V1PartialObjectMetadata obj, string field, object value, CancellationToken cancellationToken)
    {
        var metadata = new Dictionary<string, object>
        {
            ["uid"] = obj.Metadata.Uid,
            ["resourceVersion"] = obj.Metadata.ResourceVersion,
            [field] = value,
        };
        return _api.MergePatchAsync(resource, ObjectKey.Of(obj), new Dictionary<string, object> { ["metadata"] = metadata }, cancellationToken);
    }
}
