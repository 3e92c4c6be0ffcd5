using System.Diagnostics.CodeAnalysis;
using k8s;
using k8s.Models;

namespace KafkaLogstash.Runtime;

/// <summary>The objects an informer knows, with indexes. Many readers, one writer at a time.</summary>
internal sealed class IndexedCache<T> : IIndexedCache<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly Lock _lock = new();
    private readonly Dictionary<NamespacedName, T> _objects = [];
    private readonly Dictionary<string, Index> _indexes;

    public IndexedCache(IReadOnlyDictionary<string, Func<T, IEnumerable<string>>> indexes) =>
        _indexes = indexes.ToDictionary(p => p.Key, p => new Index(p.Value), StringComparer.Ordinal);

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _objects.Count;
            }
        }
    }

    public T? Get(NamespacedName key)
    {
        lock (_lock)
        {
            return _objects.GetValueOrDefault(key);
        }
    }

    public IReadOnlyList<T> List()
    {
        lock (_lock)
        {
            return [.. _objects.Values];
        }
    }

    public IReadOnlyList<T> ByIndex(string index, string value)
    {
        lock (_lock)
        {
            return _indexes.TryGetValue(index, out var known)
                ? [.. known.Keys(value).Select(key => _objects[key])]
                : throw new ArgumentException($"There is no index '{index}'; there are: {string.Join(", ", _indexes.Keys)}.", nameof(index));
        }
    }

    /// <summary>Puts an object in the place of its namesake.</summary>
    /// <returns>The namesake, or null.</returns>
    public T? Set(T entity)
    {
        var key = entity.Key();
        lock (_lock)
        {
            var old = _objects.GetValueOrDefault(key);
            if (old is not null)
            {
                Unfile(key, old);
            }

            _objects[key] = entity;
            foreach (var index in _indexes.Values)
            {
                index.Add(key, entity);
            }

            return old;
        }
    }

    /// <summary>Takes an object away.</summary>
    public bool Remove(NamespacedName key, [NotNullWhen(true)] out T? old)
    {
        lock (_lock)
        {
            if (!_objects.Remove(key, out old))
            {
                return false;
            }

            Unfile(key, old);
            return true;
        }
    }

    private void Unfile(NamespacedName key, T old)
    {
        foreach (var index in _indexes.Values)
        {
            index.Remove(key, old);
        }
    }

    private sealed class Index(Func<T, IEnumerable<string>> values)
    {
        private readonly Dictionary<string, HashSet<NamespacedName>> _keys = new(StringComparer.Ordinal);

        public HashSet<NamespacedName> Keys(string value) => _keys.TryGetValue(value, out var keys) ? keys : [];

        public void Add(NamespacedName key, T entity)
        {
            foreach (var value in values(entity))
            {
                if (!_keys.TryGetValue(value, out var keys))
                {
                    _keys[value] = keys = [];
                }

                keys.Add(key);
            }
        }

        public void Remove(NamespacedName key, T entity)
        {
            foreach (var value in values(entity))
            {
                if (_keys.TryGetValue(value, out var keys) && keys.Remove(key) && keys.Count == 0)
                {
                    _keys.Remove(value);
                }
            }
        }
    }
}
