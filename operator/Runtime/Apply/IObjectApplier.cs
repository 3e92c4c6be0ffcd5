using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace KafkaLogstash.Runtime;

/// <summary>What an apply did.</summary>
public enum ApplyOutcome
{
    /// <summary>The live object was as desired: no request was sent.</summary>
    Unchanged,

    /// <summary>The object did not exist.</summary>
    Created,

    /// <summary>The object existed and differed.</summary>
    Updated,
}

/// <summary>The outcome of an apply.</summary>
/// <param name="Outcome">What was done; with <see cref="ApplyOptions.DryRun"/>, what would have been done.</param>
/// <param name="ResourceVersion">The version of the live object now; null when unknown.</param>
/// <param name="Differences">The paths that differed, for logs; never a value, since values may be secret.</param>
public sealed record ApplyResult(ApplyOutcome Outcome, string? ResourceVersion, IReadOnlyList<string> Differences);

/// <summary>How to apply.</summary>
public sealed record ApplyOptions
{
    /// <summary>The subresource to write, for instance <c>status</c>; null for the object itself.</summary>
    public string? Subresource { get; init; }

    /// <summary>Let the API server check the request and keep nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Take over an existing object that neither was written by this field manager nor is controlled by the desired object's controller.</summary>
    public bool Adopt { get; init; }
}

/// <summary>How to delete.</summary>
public sealed record DeleteRequest
{
    /// <summary>What happens to the objects that this one owns.</summary>
    public PropagationPolicy Propagation { get; init; } = PropagationPolicy.Background;

    /// <summary>Also require that the live object is still of the given <c>resourceVersion</c>; that it is the same object (<c>uid</c>) is always required.</summary>
    public bool OnlyIfUnchanged { get; init; }

    /// <summary>Let the API server check the request and keep nothing.</summary>
    public bool DryRun { get; init; }
}

/// <summary>What the garbage collector does with the dependents of a deleted object.</summary>
public enum PropagationPolicy
{
    /// <summary>Deletes them after the owner is gone.</summary>
    Background,

    /// <summary>Deletes them before the owner goes.</summary>
    Foreground,

    /// <summary>Leaves them without an owner.</summary>
    Orphan,
}

/// <summary>
/// Writes objects by server-side apply with one field manager, and only when that changes something: the decision is made from the cached live object,
/// so that a steady state costs no request. Fields of other managers are left alone, fields no longer desired are removed, drift is repaired.
/// </summary>
public interface IObjectApplier
{
    /// <summary>Brings the live object to the desired state.</summary>
    /// <param name="kind">The kind of the object.</param>
    /// <param name="desired">The fields this program wants, and no others. It is not changed.</param>
    /// <param name="live">
    /// The live object out of a cache that keeps this manager's <c>managedFields</c>; null when there is none. With <see cref="PartialObjectMetadata{T}"/>
    /// the whole object is read once, and again only after its <c>resourceVersion</c> changed.
    /// </param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="ApiException">The API server refused.</exception>
    /// <exception cref="ForeignObjectException">An object of that name belongs to somebody else.</exception>
    Task<ApplyResult> ApplyAsync(
        ResourceKind kind, JsonObject desired, IKubernetesObject<V1ObjectMeta>? live, ApplyOptions? options, CancellationToken cancellationToken);

    /// <summary>Deletes the live object if it is still the same one.</summary>
    /// <returns>False when it was gone already or was another object by now.</returns>
    /// <exception cref="ApiException">The API server refused.</exception>
    Task<bool> DeleteAsync(
        ResourceKind kind, IKubernetesObject<V1ObjectMeta> live, DeleteRequest? request, CancellationToken cancellationToken);
}

/// <summary>Typed forms of <see cref="IObjectApplier"/>.</summary>
public static class ObjectApplierExtensions
{
    /// <inheritdoc cref="IObjectApplier.ApplyAsync"/>
    public static Task<ApplyResult> ApplyAsync<T>(
        this IObjectApplier applier,
        T desired,
        IKubernetesObject<V1ObjectMeta>? live,
        CancellationToken cancellationToken,
        ApplyOptions? options = null)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        ArgumentNullException.ThrowIfNull(applier);
        return applier.ApplyAsync(ResourceKind.Of<T>(), DesiredObject.Of(desired), live, options, cancellationToken);
    }

    /// <summary>Writes the status of an entity through its <c>status</c> subresource, if it differs from the live one.</summary>
    /// <param name="applier">The applier.</param>
    /// <param name="entity">The entity with the status it should have.</param>
    /// <param name="live">The entity as it is in the cache.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <param name="options">How; null for the defaults. The subresource is always <c>status</c>.</param>
    public static Task<ApplyResult> ApplyStatusAsync<T>(
        this IObjectApplier applier, T entity, T live, CancellationToken cancellationToken, ApplyOptions? options = null)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        ArgumentNullException.ThrowIfNull(applier);
        var status = (options ?? new ApplyOptions()) with { Subresource = "status" };
        return applier.ApplyAsync(ResourceKind.Of<T>(), DesiredObject.StatusOf(entity), live, status, cancellationToken);
    }

    /// <inheritdoc cref="IObjectApplier.DeleteAsync"/>
    public static Task<bool> DeleteAsync<T>(this IObjectApplier applier, T live, CancellationToken cancellationToken, DeleteRequest? request = null)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        ArgumentNullException.ThrowIfNull(applier);
        return applier.DeleteAsync(ResourceKind.Of<T>(), live, request, cancellationToken);
    }
}
