using System.Net;
using KafkaLogstash.LocalCluster.ApiServer;
using KafkaLogstash.LocalCluster.Controllers;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Node;

/// <summary>Lives as long as a pod does on this node.</summary>
internal sealed class PodWorker : IDisposable
{
    private static readonly TimeSpan VolumeInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReportRetry = TimeSpan.FromMilliseconds(200);

    private readonly NodeContext _node;
    private readonly IPAddress _address;
    private readonly string _directory;
    private readonly PodVolumes _volumes;
    private readonly List<ContainerRunner> _initRunners;
    private readonly List<ContainerRunner> _runners;
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly SemaphoreSlim _changed = new(1);
    private readonly DateTimeOffset _began;
    private V1Pod _pod;
    private volatile bool _initialized;
    private volatile string? _mountFailure;
    private Task? _life;

    public PodWorker(V1Pod pod, NodeContext node)
    {
        (_pod, _node) = (pod, node);
        _address = node.Addresses.Take();
        _began = node.Options.Time.GetUtcNow();
        _directory = Path.Join(node.Directory, "pods", pod.Metadata.Uid);
        _volumes = new PodVolumes(pod, Path.Join(_directory, "volumes"), Path.Join(node.Directory, "claims"), _address, node.Configuration, node.Api);
        _initRunners = [.. (pod.Spec.InitContainers ?? []).Select(container => Runner(container, isInit: true))];
        _runners = [.. pod.Spec.Containers.Select(container => Runner(container, isInit: false))];
    }

    /// <summary>Begins the pod's life.</summary>
    /// <returns>Done when its processes have ended and it is gone.</returns>
    public Task StartAsync() => _life ??= LiveAsync();

    /// <summary>Takes over what changed about the pod; a deletion begins its end.</summary>
    public void Update(V1Pod pod)
    {
        Volatile.Write(ref _pod, pod);
        if (pod.Metadata.DeletionTimestamp is not null)
        {
            _ending.Cancel();
        }

        Wake();
    }

    /// <summary>Ends the pod at once: its object is gone, or the node stops.</summary>
    public async Task EndAsync()
    {
        try
        {
            await _gone.CancelAsync();
            await _ending.CancelAsync();
            foreach (var runner in _initRunners.Concat(_runners))
            {
                runner.Kill();
            }
        }
        catch (ObjectDisposedException)
        {
            // Its life has ended in the meantime, by itself or because of the first of these steps.
        }

        await (_life ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>The log that is asked for, or null.</summary>
    public ContainerLog? Log(PodLogRequest request) =>
        _initRunners.Concat(_runners).FirstOrDefault(runner => runner.Name == request.Container)?.Log(request);

    public void Dispose()
    {
        foreach (var runner in _initRunners.Concat(_runners))
        {
            runner.Dispose();
        }

        _gone.Dispose();
        _ending.Dispose();
        _changed.Dispose();
    }

    private ContainerRunner Runner(V1Container container, bool isInit)
    {
        var name = $"{_pod.Metadata.Name}_{_pod.Metadata.NamespaceProperty}({_pod.Metadata.Uid})";
        var grace = TimeSpan.FromSeconds(_pod.Spec.TerminationGracePeriodSeconds ?? 30);
        return new(new(container, name, isInit, _pod.Spec.RestartPolicy ?? "Always", grace, () => StartOf(container), _node.Options), Wake);
    }

    private ContainerStart StartOf(V1Container container)
    {
        var directory = Path.Join(_directory, "containers", container.Name);
        var root = Path.Join(directory, "root");
        Directory.CreateDirectory(root);
        var environment = _node.Configuration.Environment(Volatile.Read(ref _pod), container, _address);
        return new(
            container.Image,
            [.. (container.Command ?? []).Select(part => Expansion.Expand(part, environment))],
            [.. (container.Args ?? []).Select(part => Expansion.Expand(part, environment))],
            environment,
            root,
            directory,
            _address,
            _volumes.Mount(container, root, environment),
            _pod.Metadata.NamespaceProperty,
            _node.NamesFile,
            _pod.Spec.ServiceAccountName ?? "default");
    }

    private void Wake()
    {
        // One pending look is enough: it sees everything.
        if (_changed.CurrentCount == 0)
        {
            _changed.Release();
        }
    }

    private async Task LiveAsync()
    {
        // The node goes on with its other pods.
        await Task.Yield();
        using var reporting = new CancellationTokenSource();
        var reports = ReportAsync(reporting.Token);
        var running = RunAsync();
        await Task.Delay(Timeout.InfiniteTimeSpan, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await StopContainersAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await reporting.CancelAsync();
        await reports.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_gone.IsCancellationRequested)
        {
            await RemoveAsync();
        }

        _node.Addresses.Return(_address);
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    /// <summary>No container starts before all its volumes are there.</summary>
    private async Task RunAsync()
    {
        await MountAsync();
        await Task.WhenAll(RunContainersAsync(), RefreshVolumesAsync());
    }

    private async Task RunContainersAsync()
    {
        foreach (var runner in _initRunners)
        {
            if (await runner.RunAsync() != 0)
            {
                return;
            }
        }

        _initialized = true;
        Wake();
        await Task.WhenAll(_runners.Select(runner => runner.RunAsync()));
    }

    private async Task MountAsync()
    {
        while (!await TryMountAsync())
        {
            await Task.Delay(VolumeInterval, _node.Options.Time, _ending.Token);
        }
    }

    private async Task<bool> TryMountAsync()
    {
        var failure = default(string);
        try
        {
            await _volumes.RefreshAsync(Volatile.Read(ref _pod), _ending.Token);
        }
        catch (Exception e) when (e is ContainerConfigException || (Failures.ArePassing(e) && !_ending.IsCancellationRequested))
        {
            failure = e.Message;
        }

        if (_mountFailure != failure)
        {
            _mountFailure = failure;
            Wake();
        }

        return failure is null;
    }

    private async Task RefreshVolumesAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            await Task.Delay(VolumeInterval, _node.Options.Time, _ending.Token);
            await _volumes.TryRefreshAsync(Volatile.Read(ref _pod), _ending.Token);
        }
    }

    private async Task StopContainersAsync()
    {
        var pod = Volatile.Read(ref _pod);
        var grace = TimeSpan.FromSeconds(pod.Metadata.DeletionGracePeriodSeconds ?? pod.Spec.TerminationGracePeriodSeconds ?? 30);
        await Task.WhenAll(_initRunners.Concat(_runners).Select(runner => runner.StopAsync(grace)));
    }

    private async Task RemoveAsync()
    {
        var pod = Volatile.Read(ref _pod);
        while (!_gone.IsCancellationRequested)
        {
            try
            {
                await _node.Api.DeleteAsync(ApiResource.Of<V1Pod>(), ObjectKey.Of(pod), pod.Metadata.Uid, _gone.Token, graceSeconds: 0);
                return;
            }
            catch (Exception e) when (Failures.ArePassing(e))
            {
                await Task.Delay(ReportRetry, _node.Options.Time, _gone.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ReportAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await _changed.WaitAsync(cancellationToken);
            try
            {
                await ReportOnceAsync(cancellationToken);
            }
            catch (Exception e) when (Failures.ArePassing(e) && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(ReportRetry, _node.Options.Time, cancellationToken);
                Wake();
            }
        }
    }

    private async Task ReportOnceAsync(CancellationToken cancellationToken)
    {
        var known = Volatile.Read(ref _pod);
        if (await _node.Api.FindAsync<V1Pod>(ObjectKey.Of(known), cancellationToken) is not { } live || live.Metadata.Uid != known.Metadata.Uid)
        {
            return;
        }

        var status = PodReport.Make(
            live,
            [.. _initRunners.Select(runner => runner.Status)],
            [.. _runners.Select(runner => WithMountFailure(runner.Status))],
            new(_address, _initialized, _began),
            _node.Options.Time.GetUtcNow());
        if (!Copies.AreSame(live.Status, status))
        {
            live.Status = status;
            await _node.Api.ReplaceAsync(live, cancellationToken, "status");
        }
    }

    private V1ContainerStatus WithMountFailure(V1ContainerStatus status)
    {
        if (_mountFailure is { } failure && status.State.Waiting is { Reason: "ContainerCreating" })
        {
            status.State = new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = "ContainerCreating", Message = failure } };
        }

        return status;
    }
}

/// <summary>What all pods of a node share.</summary>
internal sealed record NodeContext(NodeOptions Options, ApiClient Api, Configuration Configuration, PodAddresses Addresses, string Directory, string NamesFile);
