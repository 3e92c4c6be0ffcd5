using k8s;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>
/// A copy of all objects of a kind, kept up to date by list and watch. What its owner writes is entered at once, so that a decision never
/// rests on a copy older than the owner's own last write.
/// </summary>
internal sealed class Mirror<T>(ApiClient api, ApiResource resource, string query = "", TimeProvider? time = null)
    where T : class, IMetadata<V1ObjectMeta>
{
    private const int RememberedDeletions = 4096;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, T> _objects = [];
    private readonly HashSet<string> _deleted = [];
    private readonly List<Action<T>> _listeners = [];
    private readonly Queue<string> _deletedInOrder = new();
    private readonly TaskCompletionSource _filled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Mirror(ApiClient api)
        : this(api, ApiResource.Of<T>())
    {
    }

    /// <summary>Has somebody told each object that comes, changes or goes; to be called before <see cref="RunAsync"/>.</summary>
    public void OnChange(Action<T> listener) => _listeners.Add(listener);

    /// <summary>Done when the first list is in.</summary>
    public Task Filled => _filled.Task;

    /// <summary>All objects.</summary>
    public IReadOnlyList<T> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _objects.Values];
            }
        }
    }

    /// <summary>One object, or null.</summary>
    public T? Find(ObjectKey key)
    {
        lock (_lock)
        {
            return _objects.GetValueOrDefault(key);
        }
    }

    /// <summary>The objects of a namespace.</summary>
    public IReadOnlyList<T> In(string ns)
    {
        lock (_lock)
        {
            return [.. _objects.Values.Where(obj => obj.Metadata.NamespaceProperty == ns)];
        }
    }

    /// <summary>Enters what the API server answered to a write.</summary>
    public void Observe(T obj)
    {
        lock (_lock)
        {
            if (!Enter(obj))
            {
                return;
            }
        }

        Tell(obj);
    }

    /// <summary>Removes an object that is deleted for good.</summary>
    public void Forget(T obj)
    {
        lock (_lock)
        {
            Drop(obj);
        }

        Tell(obj);
    }

    /// <summary>Keeps the copy up to date until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var version = await FillAsync(cancellationToken);
                while (true)
                {
                    version = await FollowAsync(version, cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (Failures.ArePassing(e))
            {
                await Task.Delay(RetryDelay, time ?? TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<string> FillAsync(CancellationToken cancellationToken)
    {
        var list = await api.ListAsync<T>(resource, query, cancellationToken);
        var changed = new List<T>();
        lock (_lock)
        {
            var listed = (list.Items ?? []).ToDictionary(ObjectKey.Of);
            foreach (var gone in _objects.Where(pair => !listed.ContainsKey(pair.Key)).Select(pair => pair.Value).ToList())
            {
                // An object written after the list was read is not gone.
                if (VersionOf(gone.Metadata) <= ulong.Parse(list.Metadata.ResourceVersion))
                {
                    Drop(gone);
                    changed.Add(gone);
                }
            }

            changed.AddRange(listed.Values.Where(Enter));
        }

        _filled.TrySetResult();
        changed.ForEach(Tell);
        return list.Metadata.ResourceVersion;
    }

    private async Task<string> FollowAsync(string version, CancellationToken cancellationToken)
    {
        await foreach (var (type, obj) in api.WatchAsync<T>(resource, query, version, cancellationToken))
        {
            version = obj.Metadata.ResourceVersion;
            switch (type)
            {
                case WatchEventType.Deleted:
                    Forget(obj);
                    break;
                case WatchEventType.Added or WatchEventType.Modified:
                    Observe(obj);
                    break;
            }
        }

        return version;
    }

    private void Tell(T obj) => _listeners.ForEach(listener => listener(obj));

    private static ulong VersionOf(V1ObjectMeta metadata) => ulong.Parse(metadata.ResourceVersion);

    private bool Enter(T obj)
    {
        var key = ObjectKey.Of(obj);
        if (_deleted.Contains(obj.Metadata.Uid)
            || (_objects.TryGetValue(key, out var known) && VersionOf(known.Metadata) >= VersionOf(obj.Metadata)))
        {
            return false;
        }

        _objects[key] = obj;
        return true;
    }

    private void Drop(T obj)
    {
        var key = ObjectKey.Of(obj);
        if (_objects.TryGetValue(key, out var known) && known.Metadata.Uid == obj.Metadata.Uid)
        {
            _objects.Remove(key);
        }

        if (_deleted.Add(obj.Metadata.Uid))
        {
            _deletedInOrder.Enqueue(obj.Metadata.Uid);
            if (_deletedInOrder.Count > RememberedDeletions)
            {
                _deleted.Remove(_deletedInOrder.Dequeue());
            }
        }
    }
}
