using k8s;
using k8s.Models;

namespace KafkaLogstash.Runtime;

/// <summary>
/// Brings the world in line with an entity. It is called with one key at a time, several keys side by side, at least once after every change
/// and never with more than the latest state: it must not depend on what changed.
/// </summary>
public interface IEntityController<in TEntity>
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>
    /// Makes it so. An exception means: again, later, with a growing delay. The entity comes from the cache and must not be changed.
    /// </summary>
    Task<ReconcileResult> ReconcileAsync(TEntity entity, CancellationToken cancellationToken);

    /// <summary>
    /// The entity is gone; what it owned is collected by owner reference. Only for what is kept in memory: a deletion during an operator's absence is never
    /// told. What must happen before a deletion belongs in an <see cref="IEntityFinalizer{TEntity}"/>.
    /// </summary>
    /// <param name="entity">The last known state.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task DeletedAsync(TEntity entity, CancellationToken cancellationToken);
}

/// <summary>Work that must be done before an entity may disappear.</summary>
public interface IEntityFinalizer<in TEntity>
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>The name in <c>metadata.finalizers</c>, <c>domain/word</c>.</summary>
    string Identifier { get; }

    /// <summary>Whether this entity needs the finalizer; where it no longer does, it is taken off.</summary>
    bool AppliesTo(TEntity entity);

    /// <summary>
    /// Does the work, or a part of it. It may be called more than once, and after any change of what the controller watches. An exception means: again, later.
    /// </summary>
    /// <returns>
    /// <see cref="ReconcileResult.Done"/> to have the finalizer taken off; <see cref="ReconcileResult.RequeueAfter"/> to be called again, with the finalizer still on.
    /// </returns>
    Task<ReconcileResult> FinalizeAsync(TEntity entity, CancellationToken cancellationToken);
}

/// <summary>What a reconcile that did not fail wishes next.</summary>
/// <param name="After">When to reconcile again without any change; null for never.</param>
public readonly record struct ReconcileResult(TimeSpan? After)
{
    /// <summary>Nothing more to do until something changes.</summary>
    public static ReconcileResult Done { get; }

    /// <summary>Reconcile again after that time, even if nothing changes.</summary>
    public static ReconcileResult RequeueAfter(TimeSpan delay) => new(delay);
}

/// <summary>Asks for a reconcile for a reason that is no change of a Kubernetes object (a finished probe of another system, for instance).</summary>
public interface IReconcileTrigger<TEntity>
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>Reconciles the entity soon. Asking twice before it starts is asking once.</summary>
    void Enqueue(NamespacedName key);
}
