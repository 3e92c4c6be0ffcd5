using System.Collections.Concurrent;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Runtime;

/// <summary>A controller as the host sees it.</summary>
internal interface IEntityLoop
{
    /// <summary>The lower-case kind of the entity, as metrics and logs name the loop.</summary>
    string Name { get; }

    WorkQueueState State { get; }

    /// <summary>Reconciles until stopped.</summary>
    /// <param name="stopping">Takes no new work; what runs may finish.</param>
    /// <param name="abort">Ends what runs, too.</param>
    Task RunAsync(CancellationToken stopping, CancellationToken abort);
}

/// <summary>Takes keys from the queue and calls the controller and the finalizers. No outcome of one key disturbs another.</summary>
internal sealed class EntityLoop<TEntity> : IEntityLoop, IDisposable
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly ControllerBuilder<TEntity> _settings;
    private readonly IEntityController<TEntity> _controller;
    private readonly FinalizerSet<TEntity> _finalizers;
    private readonly InformerSet _informers;
    private readonly IIndexedCache<TEntity> _entities;
    private readonly RuntimeOptions _options;
    private readonly RuntimeMetrics.ControllerMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WorkQueue<NamespacedName> _queue;
    private readonly ConcurrentDictionary<NamespacedName, TEntity> _deleted = new();

    public EntityLoop(
        ControllerBuilder<TEntity> settings,
        IEntityController<TEntity> controller,
        FinalizerSet<TEntity> finalizers,
        InformerSet informers,
        RuntimeOptions options,
        RuntimeMetrics metrics,
        TimeProvider time,
        ILogger logger,
        WorkQueueOptions? queue = null)
    {
        _settings = settings;
        _controller = controller;
        _finalizers = finalizers;
        _informers = informers;
        _entities = informers.For<TEntity>().Cache;
        _options = options;
        _time = time;
        _logger = logger;
        Name = ResourceKind.Of<TEntity>().Kind.ToLowerInvariant();
        _metrics = metrics.ForController(Name, settings.Workers);
        _queue = new WorkQueue<NamespacedName>(time, queue, _metrics);
        _metrics.Show(() => _queue.State);
    }

    public string Name { get; }

    public WorkQueueState State => _queue.State;

    /// <inheritdoc cref="IReconcileTrigger{TEntity}.Enqueue"/>
    public void Enqueue(NamespacedName key) => _queue.Add(key);

    public async Task RunAsync(CancellationToken stopping, CancellationToken abort)
    {
        var subscriptions = new List<IDisposable>();
        try
        {
            await _informers.WaitForSyncAsync(stopping);
            subscriptions.Add(_informers.For<TEntity>().Subscribe(OnChange));
            subscriptions.AddRange(_settings.Sources.Select(source => source(_informers, _queue.Add)));
            using var work = CancellationTokenSource.CreateLinkedTokenSource(abort);
            var workers = Enumerable.Range(0, _settings.Workers).Select(_ => WorkAsync(work.Token)).ToList();
            await UntilAsync(stopping);
            await StopAsync(work);
            await Task.WhenAll(workers);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped before the caches were filled.
        }
        finally
        {
            subscriptions.ForEach(static s => s.Dispose());
        }
    }

    public void Dispose() => _queue.Dispose();

    private static Task UntilAsync(CancellationToken cancelled)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cancelled.Register(() => end.TrySetResult());
        return end.Task;
    }

    private async Task StopAsync(CancellationTokenSource work)
    {
        var drained = _queue.StopAsync();
        try
        {
            await drained.WaitAsync(_options.GracefulStop, _time, work.Token);
        }
        catch (TimeoutException)
        {
            _logger.LogWarning("Reconciles still run {Bound} after the stop and are cancelled", _options.GracefulStop);
            await work.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // Aborted: the workers see it, too.
        }
    }

    private void OnChange(ResourceChange<TEntity> change)
    {
        if (change.Type == ChangeType.Deleted)
        {
            _deleted[change.Key] = change.Current;
            _queue.Add(change.Key);
        }
        else if (_settings.Predicate(change))
        {
            _queue.Add(change.Key);
        }
    }

    private async Task WorkAsync(CancellationToken abort)
    {
        while (await _queue.TakeAsync() is (true, var key))
        {
            try
            {
                await WorkAsync(key, abort);
            }
            finally
            {
                _queue.Done(key);
            }
        }
    }

    private async Task WorkAsync(NamespacedName key, CancellationToken abort)
    {
        var started = _time.GetTimestamp();
        string result;
        using var timeout = new CancellationTokenSource(_options.ReconcileTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(abort, timeout.Token);
        try
        {
            var wish = await ReconcileAsync(key, either.Token);
            _queue.Forget(key);
            if (wish.After is { } delay)
            {
                _queue.AddAfter(key, delay);
            }

            result = wish.After is null ? ReconcileResults.Success : ReconcileResults.RequeueAfter;
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            return;
        }
        catch (ApiException e) when (e.IsConflict)
        {
            // The cache was behind; the change that it misses is on its way.
            _logger.LogDebug("{Kind} {Name} was changed in the meantime, again: {Error}", Name, key, e.Message);
            _queue.AddFailed(key);
            result = ReconcileResults.Conflict;
        }
        catch (Exception e)
        {
            var error = timeout.IsCancellationRequested && e is OperationCanceledException
                ? new TimeoutException($"The reconcile of {Name} {key} was cancelled after {_options.ReconcileTimeout}.", e)
                : e;
            _logger.LogError(error, "The reconcile of {Kind} {Name} failed and will be tried again", Name, key);
            _queue.AddFailed(key, (e as ApiException)?.RetryAfter ?? TimeSpan.Zero);
            result = ReconcileResults.Error;
        }

        _metrics.Reconciled(result, _time.GetElapsedTime(started));
    }

    private async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        using var scope = _logger.BeginScope("{Kind} {Name}", Name, key);
        var entity = _entities.Get(key);
        if (_deleted.TryGetValue(key, out var last))
        {
            if (last.Metadata.Uid != entity?.Metadata.Uid)
            {
                await _controller.DeletedAsync(last, cancellationToken);
            }

            _deleted.TryRemove(KeyValuePair.Create(key, last));
        }

        if (entity is null)
        {
            return ReconcileResult.Done;
        }

        if (entity.Metadata.DeletionTimestamp is not null)
        {
            return await _finalizers.FinalizeAsync(entity, cancellationToken);
        }

        return await _controller.ReconcileAsync(await _finalizers.AttachAsync(entity, cancellationToken), cancellationToken);
    }
}
