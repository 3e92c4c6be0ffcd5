using System.Net;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>Gives each namespace its default service account, and empties and releases those that are deleted.</summary>
internal sealed class NamespaceController : IController
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    private readonly ApiClient _api;
    private readonly Mirror<V1Namespace> _namespaces;
    private readonly Discovery _discovery;
    private readonly ControlLoop<ObjectKey> _loop;

    public NamespaceController(ApiClient api, Mirror<V1Namespace> namespaces, TimeProvider time)
    {
        (_api, _namespaces) = (api, namespaces);
        _discovery = new Discovery(api);
        _loop = new(ReconcileAsync, time);
        namespaces.OnChange(ns => _loop.Enqueue(ObjectKey.Of(ns)));
    }

    public void Resync()
    {
        foreach (var ns in _namespaces.All)
        {
            _loop.Enqueue(ObjectKey.Of(ns));
        }
    }

    public Task RunAsync(CancellationToken cancellationToken) => _loop.RunAsync(cancellationToken);

    private async Task ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_namespaces.Find(key) is not { } ns)
        {
            return;
        }

        if (ns.Metadata.DeletionTimestamp is null)
        {
            await EnsureAccountAsync(key.Name, cancellationToken);
        }
        else if (await EmptyAsync(key.Name, cancellationToken))
        {
            await ReleaseAsync(key, cancellationToken);
        }
        else
        {
            _ = _loop.EnqueueAfterAsync(key, LookAgain, cancellationToken);
        }
    }

    private async Task EnsureAccountAsync(string ns, CancellationToken cancellationToken)
    {
        if (await _api.FindAsync<V1ServiceAccount>(new(ns, "default"), cancellationToken) is not null)
        {
            return;
        }

        try
        {
            await _api.CreateAsync(
                new V1ServiceAccount { Metadata = new V1ObjectMeta { Name = "default", NamespaceProperty = ns } }, cancellationToken);
        }
        catch (ApiRefusalException e) when (e.Code is HttpStatusCode.Conflict or HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            // Somebody else made it, or the namespace is being deleted.
        }
    }

    /// <summary>Deletes what is in a namespace; tells whether nothing is left.</summary>
    private async Task<bool> EmptyAsync(string ns, CancellationToken cancellationToken)
    {
        var left = false;
        foreach (var resource in (await _discovery.FindAsync(cancellationToken)).Where(resource => resource.Namespaced))
        {
            var list = await _api.ListAsync<V1PartialObjectMetadata>(resource, "", cancellationToken, ns);
            if (list.Items is { Count: > 0 } items)
            {
                left = true;
                if (items.Any(item => item.Metadata.DeletionTimestamp is null))
                {
                    await _api.DeleteAllAsync(resource, ns, cancellationToken);
                }
            }
        }

        return !left;
    }

    private async Task ReleaseAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (await _api.FindAsync<V1Namespace>(key, cancellationToken) is { Metadata.DeletionTimestamp: not null } ns)
        {
            ns.Spec.Finalizers = [];
            await _api.ReplaceAsync(ns, cancellationToken, "finalize");
        }
    }
}
