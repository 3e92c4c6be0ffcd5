using k8s;
using k8s.Models;

namespace KafkaLogstash.Runtime;

/// <summary>What happened to an object in an informer's cache.</summary>
public enum ChangeType
{
    /// <summary>The object is new to the cache.</summary>
    Added,

    /// <summary>The object replaced an older state of itself.</summary>
    Updated,

    /// <summary>The object is gone. It may have been deleted while the watch was interrupted.</summary>
    Deleted,
}

/// <summary>One change of an informer's cache.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Old">The state before; null when the object was added.</param>
/// <param name="Current">The state now; for a deletion the last known state.</param>
public sealed record ResourceChange<T>(ChangeType Type, T? Old, T Current)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>The name of the object that changed.</summary>
    public NamespacedName Key => Current.Key();
}

/// <summary>
/// A read-only view of what the API server holds, as of the last watch event. Objects are shared between readers: never change one.
/// </summary>
public interface IIndexedCache<out T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>The number of objects.</summary>
    int Count { get; }

    /// <summary>The object of that name, or null.</summary>
    T? Get(NamespacedName key);

    /// <summary>All objects, in no order.</summary>
    IReadOnlyList<T> List();

    /// <summary>The objects that the named index filed under <paramref name="value"/>, in no order.</summary>
    /// <exception cref="ArgumentException">There is no index of that name.</exception>
    IReadOnlyList<T> ByIndex(string index, string value);
}

/// <summary>Lists a kind of object, then watches it, for as many readers as like to listen.</summary>
public interface IInformer<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>The objects seen last.</summary>
    IIndexedCache<T> Cache { get; }

    /// <summary>True once the first list of every watched namespace is in the cache.</summary>
    bool HasSynced { get; }

    /// <summary>Ends when <see cref="HasSynced"/> turns true.</summary>
    Task WaitForSyncAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Calls <paramref name="handler"/> with every object that is in the cache already (as added) and with every change from then on, in order.
    /// Handlers run on the watch's own turn: they must be quick, and what they throw is logged and dropped.
    /// </summary>
    /// <returns>Ends the subscription.</returns>
    IDisposable Subscribe(Action<ResourceChange<T>> handler);
}

/// <summary>The informers of a program: one a kind, shared by all who ask.</summary>
public interface IInformers
{
    /// <summary>
    /// The informer of a kind. Ask for <see cref="PartialObjectMetadata{T}"/> to hold metadata alone.
    /// </summary>
    /// <exception cref="InvalidOperationException">No informer of that kind was registered.</exception>
    IInformer<T> For<T>()
        where T : class, IKubernetesObject<V1ObjectMeta>;
}
