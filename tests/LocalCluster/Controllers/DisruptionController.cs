using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>Says how many pods of each disruption budget may be evicted.</summary>
internal sealed class DisruptionController : IController
{
    private readonly ApiClient _api;
    private readonly Mirror<V1PodDisruptionBudget> _budgets;
    private readonly Mirror<V1Pod> _pods;
    private readonly Mirror<V1ReplicaSet> _sets;
    private readonly TimeProvider _time;
    private readonly ControlLoop<ObjectKey> _loop;

    public DisruptionController(
        ApiClient api, Mirror<V1PodDisruptionBudget> budgets, Mirror<V1Pod> pods, Mirror<V1ReplicaSet> sets, TimeProvider time)
    {
        (_api, _budgets, _pods, _sets, _time) = (api, budgets, pods, sets, time);
        _loop = new(ReconcileAsync, time);
        budgets.OnChange(budget => _loop.Enqueue(ObjectKey.Of(budget)));
        pods.OnChange(pod =>
        {
            foreach (var budget in budgets.In(pod.Metadata.NamespaceProperty).Where(budget => Covers(budget, pod)))
            {
                _loop.Enqueue(ObjectKey.Of(budget));
            }
        });
    }

    public void Resync()
    {
        foreach (var budget in _budgets.All)
        {
            _loop.Enqueue(ObjectKey.Of(budget));
        }
    }

    public Task RunAsync(CancellationToken cancellationToken) => _loop.RunAsync(cancellationToken);

    private static bool Covers(V1PodDisruptionBudget budget, V1Pod pod) =>
        budget.Spec.Selector is { } selector && Selectors.Matches(selector, pod.Metadata.Labels);

    private async Task ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_budgets.Find(key) is not { Metadata.DeletionTimestamp: null } budget)
        {
            return;
        }

        var status = StatusOf(budget, [.. _pods.In(key.Namespace).Where(pod => Covers(budget, pod) && PodState.IsActive(pod))]);
        if (budget.Status is { } old && Copies.AreSame(old, status))
        {
            return;
        }

        var changed = Copies.Of(budget);
        changed.Status = status;
        _budgets.Observe(await _api.ReplaceAsync(changed, cancellationToken, "status"));
    }

    private V1PodDisruptionBudgetStatus StatusOf(V1PodDisruptionBudget budget, List<V1Pod> pods)
    {
        var healthy = pods.Count(PodState.IsReady);
        var expected = budget.Spec.MaxUnavailable is null && budget.Spec.MinAvailable?.Value.EndsWith('%') != true
            ? pods.Count
            : WishedOf(pods);
        var desired = budget.Spec switch
        {
            { MaxUnavailable: { } unavailable } => Math.Max(0, expected - Share.Of(unavailable, expected, roundUp: true)),
            { MinAvailable: { } available } => Share.Of(available, expected, roundUp: true),
            _ => 1,
        };
        var allowed = expected > 0 ? Math.Max(0, healthy - desired) : 0;
        var (status, reason) = allowed > 0 ? ("True", "SufficientPods") : ("False", "InsufficientPods");
        var before = budget.Status?.Conditions?.FirstOrDefault(condition => condition.Type == "DisruptionAllowed");
        return new()
        {
            ObservedGeneration = budget.Metadata.Generation,
            ExpectedPods = expected,
            DesiredHealthy = desired,
            CurrentHealthy = healthy,
            DisruptionsAllowed = allowed,
            DisruptedPods = budget.Status?.DisruptedPods,
            Conditions =
            [
                new V1Condition
                {
                    Type = "DisruptionAllowed",
                    Status = status,
                    Reason = reason,
                    Message = "",
                    ObservedGeneration = budget.Metadata.Generation,
                    LastTransitionTime = before?.Status == status ? before.LastTransitionTime : _time.GetUtcNow().UtcDateTime,
                },
            ],
        };
    }

    /// <summary>How many pods their controllers ask for.</summary>
    private int WishedOf(List<V1Pod> pods) => pods
        .Select(Owners.ControllerOf)
        .OfType<V1OwnerReference>()
        .DistinctBy(owner => owner.Uid)
        .Sum(owner => _sets.Find(new(pods[0].Metadata.NamespaceProperty, owner.Name))?.Spec.Replicas ?? 0);
}
