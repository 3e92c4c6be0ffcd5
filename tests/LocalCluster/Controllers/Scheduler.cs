using System.Net;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>Gives each pod without a node the first node that is ready; nothing is weighed.</summary>
internal sealed class Scheduler : IController
{
    private readonly ApiClient _api;
    private readonly Mirror<V1Pod> _pods;
    private readonly Mirror<V1Node> _nodes;
    private readonly ControlLoop<ObjectKey> _loop;

    public Scheduler(ApiClient api, Mirror<V1Pod> pods, Mirror<V1Node> nodes, TimeProvider time)
    {
        (_api, _pods, _nodes) = (api, pods, nodes);
        _loop = new(ReconcileAsync, time);
        pods.OnChange(Enqueue);
        nodes.OnChange(_ => Resync());
    }

    public void Resync()
    {
        foreach (var pod in _pods.All)
        {
            Enqueue(pod);
        }
    }

    public Task RunAsync(CancellationToken cancellationToken) => _loop.RunAsync(cancellationToken);

    private static bool IsReady(V1Node node) => node.Spec?.Unschedulable != true
        && node.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) == true;

    private void Enqueue(V1Pod pod)
    {
        if (string.IsNullOrEmpty(pod.Spec.NodeName))
        {
            _loop.Enqueue(ObjectKey.Of(pod));
        }
    }

    private async Task ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_pods.Find(key) is not { Metadata.DeletionTimestamp: null } pod
            || !string.IsNullOrEmpty(pod.Spec.NodeName)
            || _nodes.All.Where(IsReady).OrderBy(node => node.Metadata.Name, StringComparer.Ordinal).FirstOrDefault() is not { } node)
        {
            return;
        }

        try
        {
            await _api.BindAsync(pod, node.Metadata.Name, cancellationToken);
        }
        catch (ApiRefusalException e) when (e.Code == HttpStatusCode.NotFound)
        {
            // The embedded API server has no bindings; it lets the node be written once.
            var bound = Copies.Of(pod);
            bound.Spec.NodeName = node.Metadata.Name;
            _pods.Observe(await _api.ReplaceAsync(bound, cancellationToken));
        }
    }
}
