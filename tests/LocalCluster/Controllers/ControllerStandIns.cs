using k8s;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>
/// Stands in for the controller manager and the scheduler: deployments, replica sets, scheduling, endpoints, disruption budgets, claims,
/// namespaces and garbage collection. A plain client of the API, for API servers without the real ones; where those are, it must stay off.
/// </summary>
public sealed class ControllerStandIns : IAsyncDisposable
{
    private static readonly TimeSpan ResyncInterval = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly ApiClient _api;
    private readonly ApiClient _collectorApi;
    private readonly Task _running;

    private ControllerStandIns(KubernetesClientConfiguration configuration, TimeProvider time, out Task filled)
    {
        _api = new ApiClient(configuration);

        // The collector watches every kind there is: a connection of its own keeps it from crowding out the others.
        _collectorApi = new ApiClient(configuration);
        var deployments = new Mirror<V1Deployment>(_api);
        var sets = new Mirror<V1ReplicaSet>(_api);
        var pods = new Mirror<V1Pod>(_api);
        var nodes = new Mirror<V1Node>(_api);
        var services = new Mirror<V1Service>(_api);
        var budgets = new Mirror<V1PodDisruptionBudget>(_api);
        var claims = new Mirror<V1PersistentVolumeClaim>(_api);
        var namespaces = new Mirror<V1Namespace>(_api);
        IController[] controllers =
        [
            new DeploymentController(_api, deployments, sets, pods, time),
            new ReplicaSetController(_api, sets, pods, time),
            new Scheduler(_api, pods, nodes, time),
            new EndpointsController(_api, services, pods, time),
            new DisruptionController(_api, budgets, pods, sets, time),
            new ClaimController(_api, claims, pods, time),
            new NamespaceController(_api, namespaces, time),
            new GarbageCollector(_collectorApi, time),
        ];
        Task[] mirroring =
        [
            deployments.RunAsync(_stop.Token), sets.RunAsync(_stop.Token), pods.RunAsync(_stop.Token), nodes.RunAsync(_stop.Token),
            services.RunAsync(_stop.Token), budgets.RunAsync(_stop.Token), claims.RunAsync(_stop.Token), namespaces.RunAsync(_stop.Token),
        ];
        filled = Task.WhenAll(
            deployments.Filled, sets.Filled, pods.Filled, nodes.Filled, services.Filled, budgets.Filled, claims.Filled, namespaces.Filled);
        _running = Task.WhenAll([.. mirroring, WorkAsync(controllers, filled, time)]);
    }

    /// <summary>Starts them; they are at work when the task is done.</summary>
    /// <param name="configuration">Access with all rights.</param>
    /// <param name="time">Source of time; default: the system's.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<ControllerStandIns> StartAsync(
        KubernetesClientConfiguration configuration, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        var standIns = new ControllerStandIns(configuration, time ?? TimeProvider.System, out var filled);
        try
        {
            await filled.WaitAsync(cancellationToken);
            return standIns;
        }
        catch
        {
            await standIns.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _api.Dispose();
        _collectorApi.Dispose();
        _stop.Dispose();
    }

    /// <summary>No decision before everything is known: what is not known yet would be created twice.</summary>
    private async Task WorkAsync(IReadOnlyList<IController> controllers, Task filled, TimeProvider time)
    {
        await filled.WaitAsync(_stop.Token);
        await Task.WhenAll([.. controllers.Select(controller => controller.RunAsync(_stop.Token)), ResyncAsync(controllers, time)]);
    }

    private async Task ResyncAsync(IReadOnlyList<IController> controllers, TimeProvider time)
    {
        using var timer = new PeriodicTimer(ResyncInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                foreach (var controller in controllers)
                {
                    controller.Resync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }
}
