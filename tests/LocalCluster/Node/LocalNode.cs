using System.Collections.Concurrent;
using k8s;
using KafkaLogstash.LocalCluster.ApiServer;
using KafkaLogstash.LocalCluster.Controllers;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Node;

/// <summary>
/// A node that runs containers as processes of this machine: each pod has a loopback address of its own, its volumes are directories, and
/// what runs in place of an image says <see cref="NodeOptions.Images"/>. Disposing it ends all of them.
/// </summary>
public sealed class LocalNode : IAsyncDisposable
{
    private readonly NodeOptions _options;
    private readonly ApiClient _api;
    private readonly PodAddresses _addresses = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("local-cluster-node-");
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, PodWorker> _workers = new();
    private readonly ConcurrentDictionary<PodWorker, Task> _lives = new();
    private readonly Mirror<V1Pod> _pods;
    private readonly ServiceNames _names;
    private readonly NodeContext _context;
    private readonly Lock _taking = new();
    private readonly Task _running;
    private readonly Task _filled;

    private LocalNode(KubernetesClientConfiguration configuration, NodeOptions options)
    {
        _options = options;
        _api = new ApiClient(configuration);
        var configMaps = new Mirror<V1ConfigMap>(_api);
        var secrets = new Mirror<V1Secret>(_api);
        _pods = new Mirror<V1Pod>(_api, ApiResource.Of<V1Pod>(), $"?fieldSelector=spec.nodeName%3D{options.Name}");
        var slices = new Mirror<V1EndpointSlice>(_api);
        _names = new ServiceNames(slices, Path.Join(_directory.CreateSubdirectory("names").FullName, "hosts"), options.Time);
        _context = new NodeContext(options, _api, new Configuration(configMaps, secrets), _addresses, _directory.FullName, _names.File);
        _filled = Task.WhenAll(configMaps.Filled, secrets.Filled, slices.Filled);
        _pods.OnChange(OnChange);
        _running = Task.WhenAll(configMaps.RunAsync(_stop.Token), secrets.RunAsync(_stop.Token), slices.RunAsync(_stop.Token), RunPodsAsync());
    }

    /// <summary>Starts a node and makes its Node object; it takes pods when the task is done.</summary>
    /// <param name="configuration">Access with all rights.</param>
    /// <param name="options">How it is run.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<LocalNode> StartAsync(
        KubernetesClientConfiguration configuration, NodeOptions? options = null, CancellationToken cancellationToken = default)
    {
        var node = new LocalNode(configuration, options ?? new NodeOptions());
        try
        {
            await node._filled.WaitAsync(cancellationToken);
            await node.RegisterAsync(cancellationToken);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>The file in which the names of Services lead to the addresses of their ready pods, as in <c>/etc/hosts</c>.</summary>
    public string NamesFile => _names.File;

    /// <summary>Answers requests for the logs of this node's pods; a <see cref="PodLogReader"/>.</summary>
    public async Task<bool> ReadLogAsync(PodLogRequest request, Stream destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (_pods.Find(new(request.Namespace, request.Pod)) is not { } pod
            || !_workers.TryGetValue(pod.Metadata.Uid, out var worker)
            || worker.Log(request) is not { } log)
        {
            return false;
        }

        await log.WriteAsync(request, destination, cancellationToken);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        List<Task> lives;
        lock (_taking)
        {
            lives = [.. _lives.Values];
        }

        await Task.WhenAll(_workers.Values.Select(worker => worker.EndAsync()));
        await Task.WhenAll(lives).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _addresses.Dispose();
        _api.Dispose();
        _stop.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task RunPodsAsync()
    {
        await _filled.WaitAsync(_stop.Token);
        await Task.WhenAll(_names.RunAsync(_stop.Token), _pods.RunAsync(_stop.Token));
    }

    private async Task RegisterAsync(CancellationToken cancellationToken)
    {
        var key = new ObjectKey("", _options.Name);
        var now = _options.Time.GetUtcNow().UtcDateTime;
        var node = await _api.FindAsync<V1Node>(key, cancellationToken) ?? await _api.CreateAsync(
            new V1Node
            {
                Metadata = new V1ObjectMeta
                {
                    Name = _options.Name,
                    Labels = new Dictionary<string, string> { ["kubernetes.io/hostname"] = _options.Name, ["kubernetes.io/os"] = "linux" },
                },
            },
            cancellationToken);
        var capacity = new Dictionary<string, ResourceQuantity>
        {
            ["cpu"] = new(Environment.ProcessorCount.ToString()),
            ["memory"] = new($"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024}Ki"),
            ["pods"] = new("250"),
        };
        node.Status = new V1NodeStatus
        {
            Capacity = capacity,
            Allocatable = capacity,
            Addresses = [new() { Address = "127.0.0.1", Type = "InternalIP" }, new() { Address = _options.Name, Type = "Hostname" }],
            Conditions =
            [
                new V1NodeCondition
                {
                    Type = "Ready",
                    Status = "True",
                    Reason = "LocalNodeReady",
                    Message = "runs containers as processes of this machine",
                    LastHeartbeatTime = now,
                    LastTransitionTime = now,
                },
            ],
        };
        await _api.ReplaceAsync(node, cancellationToken, "status");

        // The API server keeps pods off every new node until somebody says that it is ready.
        if (await _api.FindAsync<V1Node>(key, cancellationToken) is { Spec.Taints.Count: > 0 } tainted)
        {
            tainted.Spec.Taints = null;
            await _api.ReplaceAsync(tainted, cancellationToken);
        }
    }

    private void OnChange(V1Pod pod)
    {
        lock (_taking)
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            var current = _pods.Find(ObjectKey.Of(pod));
            if (current?.Metadata.Uid != pod.Metadata.Uid)
            {
                if (_workers.TryGetValue(pod.Metadata.Uid, out var orphan))
                {
                    _ = orphan.EndAsync();
                }
            }
            else if (_workers.TryGetValue(pod.Metadata.Uid, out var worker))
            {
                worker.Update(current);
            }
            else if (current.Status?.Phase is not ("Succeeded" or "Failed") || current.Metadata.DeletionTimestamp is not null)
            {
                Take(current);
            }
        }
    }

    private void Take(V1Pod pod)
    {
        var worker = new PodWorker(pod, _context);
        _workers[pod.Metadata.Uid] = worker;
        if (pod.Metadata.DeletionTimestamp is not null)
        {
            worker.Update(pod);
        }

        _lives[worker] = LiveAsync(pod.Metadata.Uid, worker);
    }

    private async Task LiveAsync(string uid, PodWorker worker)
    {
        await worker.StartAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_taking)
        {
            _workers.TryRemove(uid, out _);
            _lives.TryRemove(worker, out _);
            worker.Dispose();
        }
    }
}
