using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>Keeps as many pods of each replica set as it asks for.</summary>
internal sealed class ReplicaSetController : IController
{
    private readonly ApiClient _api;
    private readonly Mirror<V1ReplicaSet> _sets;
    private readonly Mirror<V1Pod> _pods;
    private readonly TimeProvider _time;
    private readonly ControlLoop<ObjectKey> _loop;

    public ReplicaSetController(ApiClient api, Mirror<V1ReplicaSet> sets, Mirror<V1Pod> pods, TimeProvider time)
    {
        (_api, _sets, _pods, _time) = (api, sets, pods, time);
        _loop = new(ReconcileAsync, time);
        sets.OnChange(set => _loop.Enqueue(ObjectKey.Of(set)));
        pods.OnChange(pod =>
        {
            if (Owners.ControllerOf(pod) is { Kind: "ReplicaSet" } owner)
            {
                _loop.Enqueue(new(pod.Metadata.NamespaceProperty, owner.Name));
            }
        });
    }

    public void Resync()
    {
        foreach (var set in _sets.All)
        {
            _loop.Enqueue(ObjectKey.Of(set));
        }
    }

    public Task RunAsync(CancellationToken cancellationToken) => _loop.RunAsync(cancellationToken);

    /// <summary>The order in which pods are given up: what is not running yet, then what is not ready, then the youngest.</summary>
    internal static IEnumerable<V1Pod> LeastUseful(IEnumerable<V1Pod> pods) => pods
        .OrderBy(pod => string.IsNullOrEmpty(pod.Spec.NodeName) ? 0 : 1)
        .ThenBy(pod => pod.Status?.Phase switch { "Pending" => 0, "Running" => 2, _ => 1 })
        .ThenBy(pod => PodState.IsReady(pod) ? 1 : 0)
        .ThenByDescending(pod => PodState.AvailableFrom(pod, 0) ?? DateTimeOffset.MaxValue)
        .ThenByDescending(pod => pod.Metadata.CreationTimestamp)
        .ThenBy(pod => pod.Metadata.Name, StringComparer.Ordinal);

    private async Task ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_sets.Find(key) is not { } set)
        {
            return;
        }

        if (set.Metadata.DeletionTimestamp is null)
        {
            await ScaleAsync(set, cancellationToken);
        }

        await ReportAsync(set, cancellationToken);
    }

    private List<V1Pod> PodsOf(V1ReplicaSet set) =>
        [.. _pods.In(set.Metadata.NamespaceProperty).Where(pod => Owners.IsControlledBy(pod, set.Metadata.Uid) && PodState.IsActive(pod))];

    private async Task ScaleAsync(V1ReplicaSet set, CancellationToken cancellationToken)
    {
        var active = PodsOf(set);
        var wished = set.Spec.Replicas ?? 1;
        for (var missing = wished - active.Count; missing > 0; missing--)
        {
            _pods.Observe(await _api.CreateAsync(NewPod(set), cancellationToken));
        }

        foreach (var pod in LeastUseful(active).Take(Math.Max(0, active.Count - wished)))
        {
            var podKey = ObjectKey.Of(pod);
            await _api.DeleteAsync(ApiResource.Of<V1Pod>(), podKey, pod.Metadata.Uid, cancellationToken);
            if (await _api.FindAsync<V1Pod>(podKey, cancellationToken) is { } ending && ending.Metadata.Uid == pod.Metadata.Uid)
            {
                _pods.Observe(ending);
            }
            else
            {
                _pods.Forget(pod);
            }
        }
    }

    private async Task ReportAsync(V1ReplicaSet set, CancellationToken cancellationToken)
    {
        var active = PodsOf(set);
        var now = _time.GetUtcNow();
        var availableFrom = active.Select(pod => PodState.AvailableFrom(pod, set.Spec.MinReadySeconds ?? 0)).OfType<DateTimeOffset>().ToList();
        var status = new V1ReplicaSetStatus
        {
            Replicas = active.Count,
            FullyLabeledReplicas = active.Count(pod => Selectors.Matches(set.Spec.Template?.Metadata?.Labels, pod.Metadata.Labels)),
            ReadyReplicas = active.Count(PodState.IsReady),
            AvailableReplicas = availableFrom.Count(time => time <= now),
            ObservedGeneration = set.Metadata.Generation,
            Conditions = set.Status?.Conditions,
        };
        foreach (var later in availableFrom.Where(time => time > now).Take(1))
        {
            _ = _loop.EnqueueAfterAsync(ObjectKey.Of(set), later - now, cancellationToken);
        }

        if (set.Status is { } old
            && old.Replicas == status.Replicas
            && (old.FullyLabeledReplicas ?? 0) == status.FullyLabeledReplicas
            && (old.ReadyReplicas ?? 0) == status.ReadyReplicas
            && (old.AvailableReplicas ?? 0) == status.AvailableReplicas
            && old.ObservedGeneration == status.ObservedGeneration)
        {
            return;
        }

        var changed = Copies.Of(set);
        changed.Status = status;
        _sets.Observe(await _api.ReplaceAsync(changed, cancellationToken, "status"));
    }

    private static V1Pod NewPod(V1ReplicaSet set)
    {
        var template = Copies.Of(set.Spec.Template);
        return new()
        {
            Metadata = new V1ObjectMeta
            {
                GenerateName = set.Metadata.Name + "-",
                NamespaceProperty = set.Metadata.NamespaceProperty,
                Labels = template.Metadata?.Labels,
                Annotations = template.Metadata?.Annotations,
                Finalizers = template.Metadata?.Finalizers,
                OwnerReferences = [Owners.Reference(set)],
            },
            Spec = template.Spec,
        };
    }
}
