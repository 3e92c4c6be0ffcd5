using System.Net;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>Makes the claims of generic ephemeral volumes, and calls every claim bound: the node keeps a directory for each.</summary>
internal sealed class ClaimController : IController
{
    private readonly ApiClient _api;
    private readonly Mirror<V1PersistentVolumeClaim> _claims;
    private readonly Mirror<V1Pod> _pods;
    private readonly ControlLoop<ObjectKey> _claimLoop;
    private readonly ControlLoop<ObjectKey> _podLoop;

    public ClaimController(ApiClient api, Mirror<V1PersistentVolumeClaim> claims, Mirror<V1Pod> pods, TimeProvider time)
    {
        (_api, _claims, _pods) = (api, claims, pods);
        _claimLoop = new(BindAsync, time);
        _podLoop = new(ClaimAsync, time);
        claims.OnChange(claim => _claimLoop.Enqueue(ObjectKey.Of(claim)));
        pods.OnChange(Enqueue);
    }

    public void Resync()
    {
        foreach (var claim in _claims.All)
        {
            _claimLoop.Enqueue(ObjectKey.Of(claim));
        }

        foreach (var pod in _pods.All)
        {
            Enqueue(pod);
        }
    }

    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_claimLoop.RunAsync(cancellationToken), _podLoop.RunAsync(cancellationToken));

    private void Enqueue(V1Pod pod)
    {
        if (pod.Metadata.DeletionTimestamp is null && pod.Spec.Volumes?.Any(volume => volume.Ephemeral is not null) == true)
        {
            _podLoop.Enqueue(ObjectKey.Of(pod));
        }
    }

    private async Task ClaimAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_pods.Find(key) is not { Metadata.DeletionTimestamp: null } pod)
        {
            return;
        }

        foreach (var volume in pod.Spec.Volumes.Where(volume => volume.Ephemeral?.VolumeClaimTemplate is not null))
        {
            var name = $"{pod.Metadata.Name}-{volume.Name}";
            if (_claims.Find(new(key.Namespace, name)) is not null)
            {
                continue;
            }

            var template = Copies.Of(volume.Ephemeral.VolumeClaimTemplate);
            var claim = new V1PersistentVolumeClaim
            {
                Metadata = new V1ObjectMeta
                {
                    Name = name,
                    NamespaceProperty = key.Namespace,
                    Labels = template.Metadata?.Labels,
                    Annotations = template.Metadata?.Annotations,
                    OwnerReferences = [Owners.Reference(pod)],
                },
                Spec = template.Spec,
            };
            try
            {
                _claims.Observe(await _api.CreateAsync(claim, cancellationToken));
            }
            catch (ApiRefusalException e) when (e.Code == HttpStatusCode.Conflict)
            {
                // It is there already; the mirror will see it.
            }
        }
    }

    private async Task BindAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_claims.Find(key) is not { } claim)
        {
            return;
        }

        if (claim.Metadata.DeletionTimestamp is not null)
        {
            await ReleaseAsync(claim, cancellationToken);
        }
        else if (claim.Status?.Phase != "Bound")
        {
            var bound = Copies.Of(claim);
            bound.Status = new V1PersistentVolumeClaimStatus
            {
                Phase = "Bound",
                AccessModes = claim.Spec.AccessModes,
                Capacity = claim.Spec.Resources?.Requests,
            };
            _claims.Observe(await _api.ReplaceAsync(bound, cancellationToken, "status"));
        }
    }

    /// <summary>The API server protects claims that may be in use; nobody else is there to say when they no longer are.</summary>
    private async Task ReleaseAsync(V1PersistentVolumeClaim claim, CancellationToken cancellationToken)
    {
        const string Protection = "kubernetes.io/pvc-protection";
        if (claim.Metadata.Finalizers?.Contains(Protection) != true || IsUsed(claim))
        {
            return;
        }

        var released = Copies.Of(claim);
        released.Metadata.Finalizers.Remove(Protection);
        await _api.ReplaceAsync(released, cancellationToken);
    }

    private bool IsUsed(V1PersistentVolumeClaim claim) => _pods.In(claim.Metadata.NamespaceProperty)
        .Any(pod => pod.Spec.Volumes?.Any(volume => volume.PersistentVolumeClaim?.ClaimName == claim.Metadata.Name
            || (volume.Ephemeral is not null && $"{pod.Metadata.Name}-{volume.Name}" == claim.Metadata.Name)) == true);
}
