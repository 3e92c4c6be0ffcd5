using k8s;
using k8s.Models;

namespace KafkaLogstash.Runtime;

/// <summary>Says what wakes the controller of an entity, and how it runs.</summary>
public sealed class ControllerBuilder<TEntity>
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly ControllerRuntimeBuilder _runtime;
    private readonly List<Func<InformerSet, Action<NamespacedName>, IDisposable>> _sources = [];

    internal ControllerBuilder(ControllerRuntimeBuilder runtime) => _runtime = runtime;

    internal ChangePredicate<TEntity> Predicate { get; private set; } = ChangePredicates.ResourceVersionChanged;

    internal int Workers { get; private set; } = 2;

    internal List<Type> Finalizers { get; } = [];

    internal IReadOnlyList<Func<InformerSet, Action<NamespacedName>, IDisposable>> Sources => _sources;

    /// <summary>Which changes of the entity itself are worth a reconcile. The default: all.</summary>
    public ControllerBuilder<TEntity> Where(ChangePredicate<TEntity> predicate)
    {
        Predicate = predicate;
        return this;
    }

    /// <summary>The number of entities that are reconciled side by side; one entity is never reconciled twice at once. The default: 2.</summary>
    public ControllerBuilder<TEntity> WithConcurrency(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        Workers = workers;
        return this;
    }

    /// <summary>Changes of <typeparamref name="TChild"/> wake the entity that its controller owner reference names.</summary>
    public ControllerBuilder<TEntity> Owns<TChild>(ChangePredicate<TChild>? predicate = null)
        where TChild : class, IKubernetesObject<V1ObjectMeta>
    {
        var owner = ResourceKind.Of<TEntity>();
        return Watches(
            (TChild child, IIndexedCache<TEntity> _) => child.Controller() is { } reference && Names(reference, owner)
                ? [new NamespacedName(child.Metadata.NamespaceProperty, reference.Name)]
                : [],
            predicate);
    }

    /// <summary>
    /// Changes of <typeparamref name="TOther"/> wake the entities that refer to it. They are found by an index over the entities in the cache.
    /// </summary>
    /// <param name="references">The names of the objects an entity refers to.</param>
    /// <param name="predicate">Which changes count; null for all.</param>
    public ControllerBuilder<TEntity> References<TOther>(
        Func<TEntity, IEnumerable<NamespacedName>> references, ChangePredicate<TOther>? predicate = null)
        where TOther : class, IKubernetesObject<V1ObjectMeta>
    {
        var index = $"references {ResourceKind.Of<TOther>()} {_sources.Count}";
        _runtime.Index<TEntity>(index, entity => references(entity).Select(static name => name.ToString()));
        return Watches(
            (TOther other, IIndexedCache<TEntity> entities) => entities.ByIndex(index, other.Key().ToString()).Select(static e => e.Key()),
            predicate);
    }

    /// <summary>Changes of <typeparamref name="TOther"/> wake the entities that <paramref name="map"/> names.</summary>
    public ControllerBuilder<TEntity> Watches<TOther>(
        Func<TOther, IIndexedCache<TEntity>, IEnumerable<NamespacedName>> map, ChangePredicate<TOther>? predicate = null)
        where TOther : class, IKubernetesObject<V1ObjectMeta>
    {
        var passes = predicate ?? ChangePredicates.ResourceVersionChanged;
        _runtime.Informer<TOther>();
        _sources.Add((informers, enqueue) =>
        {
            var entities = informers.For<TEntity>().Cache;
            return informers.For<TOther>().Subscribe(change =>
            {
                if (!passes(change))
                {
                    return;
                }

                // An object that moves from one owner to another wakes both.
                var keys = change.Old is null ? map(change.Current, entities) : map(change.Current, entities).Union(map(change.Old, entities));
                foreach (var key in keys)
                {
                    enqueue(key);
                }
            });
        });
        return this;
    }

    /// <summary>Adds a finalizer. <typeparamref name="TFinalizer"/> comes from the service provider.</summary>
    public ControllerBuilder<TEntity> WithFinalizer<TFinalizer>()
        where TFinalizer : class, IEntityFinalizer<TEntity>
    {
        Finalizers.Add(typeof(TFinalizer));
        return this;
    }

    private static bool Names(V1OwnerReference reference, ResourceKind kind) =>
        string.Equals(reference.Kind, kind.Kind, StringComparison.Ordinal)
        && string.Equals(reference.ApiVersion.Split('/') is [var group, _] ? group : "", kind.Group, StringComparison.Ordinal);
}
