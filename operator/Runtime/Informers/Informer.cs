using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Runtime;

/// <summary>An informer as its owner sees it.</summary>
internal interface IRunningInformer
{
    ResourceKind Kind { get; }

    bool HasSynced { get; }

    Task WaitForSyncAsync(CancellationToken cancellationToken);

    Task RunAsync(CancellationToken cancellationToken);
}

/// <summary>What all informers of a program share.</summary>
internal sealed record InformerContext(KubernetesApi Api, RuntimeOptions Options, TimeProvider Time, ILoggerFactory Logging, RuntimeMetrics Metrics);

/// <summary>One cache, fed by one <see cref="Reflector{T}"/> a namespace, and those who listen to its changes.</summary>
internal sealed class Informer<T> : IInformer<T>, IRunningInformer
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly IndexedCache<T> _cache;
    private readonly List<Reflector<T>> _reflectors;
    private readonly Action<T>? _transform;
    private readonly string _fieldManager;
    private readonly ILogger _logger;

    // Guards the order in which changes reach the cache and the handlers; a handler that joins late sees each change once.
    private readonly Lock _turn = new();
    private readonly List<Action<ResourceChange<T>>> _handlers = [];
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _unsynced;

    public Informer(InformerContext context, InformerOptions<T> options)
    {
        _cache = new IndexedCache<T>(options.Indexes);
        _transform = options.Transform;
        _fieldManager = context.Options.FieldManager;
        _logger = context.Logging.CreateLogger("KafkaLogstash.Runtime.Informer");
        var namespaces = (options.Namespaces ?? context.Options.Namespaces).Distinct(StringComparer.Ordinal).Cast<string?>().ToList();
        _reflectors = [.. (namespaces.Count == 0 ? [null] : namespaces)
            .Select(ns => new Reflector<T>(context, new ListQuery(ns, options.LabelSelector), options.PageSize, this, _logger))];
        _unsynced = _reflectors.Count;
        context.Metrics.ShowCached(Kind, () => _cache.Count);
    }

    public ResourceKind Kind { get; } = ResourceKind.Of<T>();

    public IIndexedCache<T> Cache => _cache;

    public bool HasSynced => _synced.Task.IsCompleted;

    public Task WaitForSyncAsync(CancellationToken cancellationToken) => _synced.Task.WaitAsync(cancellationToken);

    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(_reflectors.Select(r => r.RunAsync(cancellationToken)));

    public IDisposable Subscribe(Action<ResourceChange<T>> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        lock (_turn)
        {
            foreach (var entity in _cache.List())
            {
                Tell(handler, new ResourceChange<T>(ChangeType.Added, null, entity));
            }

            _handlers.Add(handler);
        }

        return new Subscription(() =>
        {
            lock (_turn)
            {
                _handlers.Remove(handler);
            }
        });
    }

    /// <summary>Takes over one state of one object.</summary>
    public void Set(Undecoded<T> item)
    {
        if (Decode(item) is not { } entity)
        {
            return;
        }

        lock (_turn)
        {
            var old = _cache.Set(entity);
            Tell(new ResourceChange<T>(old is null ? ChangeType.Added : ChangeType.Updated, old, entity));
        }
    }

    /// <summary>Drops an object; <paramref name="last"/> is its state at the end, where it is known.</summary>
    public void Remove(NamespacedName key, Undecoded<T>? last)
    {
        var end = last is null ? null : Decode(last);
        lock (_turn)
        {
            if (_cache.Remove(key, out var old))
            {
                Tell(new ResourceChange<T>(ChangeType.Deleted, old, end ?? old));
            }
        }
    }

    /// <summary>Takes over a whole list: what is in the cache for that namespace and not in the list was deleted while nobody watched.</summary>
    public void Replace(string? ns, IReadOnlyList<Undecoded<T>> items)
    {
        var listed = items.Select(static item => item.Key).ToHashSet();
        foreach (var item in items)
        {
            if (_cache.Get(item.Key) is not { } known || known.Metadata.ResourceVersion != item.ResourceVersion)
            {
                Set(item);
            }
        }

        foreach (var key in _cache.List().Select(static e => e.Key()).Where(key => (ns is null || key.Namespace == ns) && !listed.Contains(key)))
        {
            Remove(key, null);
        }
    }

    /// <summary>One of the reflectors finished its first list.</summary>
    public void MarkSynced()
    {
        if (Interlocked.Decrement(ref _unsynced) == 0)
        {
            _synced.TrySetResult();
        }
    }

    private T? Decode(Undecoded<T> item)
    {
        try
        {
            var entity = item.Decode();
            ManagedFields.KeepOnly(entity, _fieldManager);
            _transform?.Invoke(entity);
            return entity;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _logger.LogError(e, "{Kind} {Name} can't be read and is passed over until it changes; its last readable state stays in use", Kind, item.Key);
            return null;
        }
    }

    private void Tell(ResourceChange<T> change)
    {
        foreach (var handler in _handlers)
        {
            Tell(handler, change);
        }
    }

    private void Tell(Action<ResourceChange<T>> handler, ResourceChange<T> change)
    {
        try
        {
            handler(change);
        }
        catch (Exception e)
        {
            _logger.LogError(e, "A handler failed on the change of {Kind} {Name}", Kind, change.Key);
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
