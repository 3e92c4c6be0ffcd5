using System.Globalization;
using System.Net;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>Keeps a replica set of each deployment's template and moves pods from older ones to it.</summary>
internal sealed class DeploymentController : IController
{
    private const string Revision = "deployment.kubernetes.io/revision";

    private readonly ApiClient _api;
    private readonly Mirror<V1Deployment> _deployments;
    private readonly Mirror<V1ReplicaSet> _sets;
    private readonly Mirror<V1Pod> _pods;
    private readonly TimeProvider _time;
    private readonly ControlLoop<ObjectKey> _loop;

    public DeploymentController(
        ApiClient api, Mirror<V1Deployment> deployments, Mirror<V1ReplicaSet> sets, Mirror<V1Pod> pods, TimeProvider time)
    {
        (_api, _deployments, _sets, _pods, _time) = (api, deployments, sets, pods, time);
        _loop = new(ReconcileAsync, time);
        deployments.OnChange(deployment => _loop.Enqueue(ObjectKey.Of(deployment)));
        sets.OnChange(EnqueueOwner);
        pods.OnChange(pod =>
        {
            // Only a deployment that recreates its pods waits for the end of single ones.
            if (Owners.ControllerOf(pod) is { Kind: "ReplicaSet" } owner && sets.Find(new(pod.Metadata.NamespaceProperty, owner.Name)) is { } set)
            {
                EnqueueOwner(set);
            }
        });
    }

    public void Resync()
    {
        foreach (var deployment in _deployments.All)
        {
            _loop.Enqueue(ObjectKey.Of(deployment));
        }
    }

    public Task RunAsync(CancellationToken cancellationToken) => _loop.RunAsync(cancellationToken);

    private void EnqueueOwner(V1ReplicaSet set)
    {
        if (Owners.ControllerOf(set) is { Kind: "Deployment" } owner)
        {
            _loop.Enqueue(new(set.Metadata.NamespaceProperty, owner.Name));
        }
    }

    private async Task ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_deployments.Find(key) is not { Metadata.DeletionTimestamp: null } deployment)
        {
            return;
        }

        var owned = SetsOf(deployment);
        var newest = owned.LastOrDefault(set => PodTemplateHash.AreSame(set.Spec.Template, deployment.Spec.Template));
        if (newest is null && deployment.Spec.Paused != true)
        {
            newest = await CreateSetAsync(deployment, owned, cancellationToken);
            if (newest is null)
            {
                return;
            }
        }

        if (newest is not null)
        {
            deployment = await NumberAsync(deployment, newest, owned, cancellationToken);
            await MoveAsync(deployment, ObjectKey.Of(newest), cancellationToken);
        }

        await RemoveHistoryAsync(deployment, newest, cancellationToken);
        await ReportAsync(deployment, newest, cancellationToken);
    }

    /// <summary>Replica sets of a deployment, oldest first.</summary>
    private List<V1ReplicaSet> SetsOf(V1Deployment deployment) =>
    [
        .. _sets.In(deployment.Metadata.NamespaceProperty)
            .Where(set => Owners.IsControlledBy(set, deployment.Metadata.Uid) && set.Metadata.DeletionTimestamp is null)
            .OrderBy(set => set.Metadata.CreationTimestamp)
            .ThenBy(RevisionOf),
    ];

    private static long RevisionOf(V1ReplicaSet set) =>
        set.Metadata.Annotations?.TryGetValue(Revision, out var text) == true && long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private async Task<V1ReplicaSet?> CreateSetAsync(V1Deployment deployment, List<V1ReplicaSet> owned, CancellationToken cancellationToken)
    {
        var hash = PodTemplateHash.Of(deployment.Spec.Template, deployment.Status?.CollisionCount ?? 0);
        var template = Copies.Of(deployment.Spec.Template);
        template.Metadata ??= new V1ObjectMeta();
        template.Metadata.Labels = With(template.Metadata.Labels, PodTemplateHash.Label, hash);
        var selector = Copies.Of(deployment.Spec.Selector);
        selector.MatchLabels = With(selector.MatchLabels, PodTemplateHash.Label, hash);
        var set = new V1ReplicaSet
        {
            Metadata = new V1ObjectMeta
            {
                Name = $"{deployment.Metadata.Name}-{hash}",
                NamespaceProperty = deployment.Metadata.NamespaceProperty,
                Labels = template.Metadata.Labels,
                Annotations = new Dictionary<string, string> { [Revision] = NextRevision(owned) },
                OwnerReferences = [Owners.Reference(deployment)],
            },
            Spec = new V1ReplicaSetSpec
            {
                Replicas = 0,
                MinReadySeconds = deployment.Spec.MinReadySeconds,
                Selector = selector,
                Template = template,
            },
        };
        try
        {
            var created = await _api.CreateAsync(set, cancellationToken);
            _sets.Observe(created);
            return created;
        }
        catch (ApiRefusalException e) when (e.Code == HttpStatusCode.Conflict)
        {
            return await SettleCollisionAsync(deployment, set, cancellationToken);
        }
    }

    /// <summary>The name is taken: by the replica set that was wished, of which the mirror does not know yet, or by one of another template.</summary>
    private async Task<V1ReplicaSet?> SettleCollisionAsync(V1Deployment deployment, V1ReplicaSet wished, CancellationToken cancellationToken)
    {
        var taken = await _api.FindAsync<V1ReplicaSet>(ObjectKey.Of(wished), cancellationToken);
        if (taken is not null
            && Owners.IsControlledBy(taken, deployment.Metadata.Uid)
            && PodTemplateHash.AreSame(taken.Spec.Template, deployment.Spec.Template))
        {
            _sets.Observe(taken);
            return taken;
        }

        var changed = Copies.Of(deployment);
        changed.Status ??= new V1DeploymentStatus();
        changed.Status.CollisionCount = (changed.Status.CollisionCount ?? 0) + 1;
        _deployments.Observe(await _api.ReplaceAsync(changed, cancellationToken, "status"));
        return null;
    }

    private static string NextRevision(IEnumerable<V1ReplicaSet> sets) =>
        (sets.Select(RevisionOf).DefaultIfEmpty().Max() + 1).ToString(CultureInfo.InvariantCulture);

    private static Dictionary<string, string> With(IDictionary<string, string>? labels, string key, string value) =>
        new(labels ?? new Dictionary<string, string>()) { [key] = value };

    /// <summary>The newest replica set has the highest revision, also when a rollback brought it back; the deployment says it too.</summary>
    private async Task<V1Deployment> NumberAsync(
        V1Deployment deployment, V1ReplicaSet newest, List<V1ReplicaSet> owned, CancellationToken cancellationToken)
    {
        var others = owned.Where(set => set.Metadata.Uid != newest.Metadata.Uid).ToList();
        if (others.Any(set => RevisionOf(set) >= RevisionOf(newest)))
        {
            var renumbered = Copies.Of(newest);
            renumbered.Metadata.Annotations = With(renumbered.Metadata.Annotations, Revision, NextRevision(others));
            newest = await _api.ReplaceAsync(renumbered, cancellationToken);
            _sets.Observe(newest);
        }

        var revision = RevisionOf(newest).ToString(CultureInfo.InvariantCulture);
        if (deployment.Metadata.Annotations?.TryGetValue(Revision, out var known) == true && known == revision)
        {
            return deployment;
        }

        var changed = Copies.Of(deployment);
        changed.Metadata.Annotations = With(changed.Metadata.Annotations, Revision, revision);
        changed = await _api.ReplaceAsync(changed, cancellationToken);
        _deployments.Observe(changed);
        return changed;
    }

    private async Task MoveAsync(V1Deployment deployment, ObjectKey newestKey, CancellationToken cancellationToken)
    {
        var sets = SetsOf(deployment);
        if (sets.Find(set => ObjectKey.Of(set) == newestKey) is not { } newest)
        {
            return;
        }

        sets.Remove(newest);
        var replicas = deployment.Spec.Replicas ?? 1;
        var (next, old) = deployment.Spec.Strategy?.Type == "Recreate"
            ? Recreate(replicas, newest, sets)
            : Roll(deployment, replicas, newest, sets);
        await ScaleAsync(newest, next, cancellationToken);
        foreach (var (set, count) in sets.Zip(old))
        {
            await ScaleAsync(set, count, cancellationToken);
        }
    }

    private static (int Newest, IReadOnlyList<int> Old) Roll(V1Deployment deployment, int replicas, V1ReplicaSet newest, List<V1ReplicaSet> old)
    {
        var (surge, unavailable) = RollingUpdate.Limits(deployment.Spec.Strategy?.RollingUpdate, replicas);
        return RollingUpdate.Next(replicas, surge, unavailable, Count(newest), [.. old.Select(Count)]);
    }

    private static ReplicaCount Count(V1ReplicaSet set) => new(set.Spec.Replicas ?? 1, set.Status?.AvailableReplicas ?? 0);

    private (int Newest, IReadOnlyList<int> Old) Recreate(int replicas, V1ReplicaSet newest, List<V1ReplicaSet> old)
    {
        var uids = old.Select(set => set.Metadata.Uid).ToHashSet();
        var alive = _pods.In(newest.Metadata.NamespaceProperty)
            .Any(pod => pod.Status?.Phase is not ("Succeeded" or "Failed") && Owners.ControllerOf(pod) is { } owner && uids.Contains(owner.Uid));
        var waits = alive || old.Exists(set => set.Spec.Replicas > 0);
        return (waits ? newest.Spec.Replicas ?? 0 : replicas, [.. old.Select(_ => 0)]);
    }

    private async Task ScaleAsync(V1ReplicaSet set, int replicas, CancellationToken cancellationToken)
    {
        if (set.Spec.Replicas == replicas)
        {
            return;
        }

        var changed = Copies.Of(set);
        changed.Spec.Replicas = replicas;
        _sets.Observe(await _api.ReplaceAsync(changed, cancellationToken));
    }

    private async Task RemoveHistoryAsync(V1Deployment deployment, V1ReplicaSet? newest, CancellationToken cancellationToken)
    {
        var idle = SetsOf(deployment)
            .Where(set => set.Metadata.Uid != newest?.Metadata.Uid && set.Spec.Replicas == 0 && set.Status?.Replicas == 0)
            .OrderBy(RevisionOf).ToList();
        foreach (var set in idle.SkipLast(deployment.Spec.RevisionHistoryLimit ?? 10))
        {
            await _api.DeleteAsync(ApiResource.Of<V1ReplicaSet>(), ObjectKey.Of(set), set.Metadata.Uid, cancellationToken, "Background");
        }
    }

    private async Task ReportAsync(V1Deployment deployment, V1ReplicaSet? newest, CancellationToken cancellationToken)
    {
        var sets = SetsOf(deployment);
        var current = sets.Find(set => set.Metadata.Uid == newest?.Metadata.Uid);
        var (status, checkAgain) = DeploymentReport.Make(deployment, current, sets, _time.GetUtcNow());
        if (checkAgain is { } delay)
        {
            _ = _loop.EnqueueAfterAsync(ObjectKey.Of(deployment), delay, cancellationToken);
        }

        if (deployment.Status is { } old && Copies.AreSame(old, status))
        {
            return;
        }

        var changed = Copies.Of(deployment);
        changed.Status = status;
        _deployments.Observe(await _api.ReplaceAsync(changed, cancellationToken, "status"));
    }
}
