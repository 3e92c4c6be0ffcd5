using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace KafkaLogstash.Runtime;

/// <summary>The finalizers of a kind of entity: puts them on, runs them, takes them off.</summary>
internal sealed class FinalizerSet<TEntity>(KubernetesApi api, IReadOnlyList<IEntityFinalizer<TEntity>> finalizers)
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>Puts on what applies and takes off what no longer does.</summary>
    /// <returns>The entity as it is then.</returns>
    public async Task<TEntity> AttachAsync(TEntity entity, CancellationToken cancellationToken)
    {
        var present = Present(entity);
        var wanted = present.ToList();
        foreach (var finalizer in finalizers)
        {
            wanted.Remove(finalizer.Identifier);
            if (finalizer.AppliesTo(entity))
            {
                wanted.Add(finalizer.Identifier);
            }
        }

        return present.ToHashSet(StringComparer.Ordinal).SetEquals(wanted) ? entity : await WriteAsync(entity, wanted, cancellationToken);
    }

    /// <summary>Runs the finalizers that are on the entity, one after the other, each taken off when its work is done.</summary>
    /// <returns>When to run those again whose work is not done yet.</returns>
    public async Task<ReconcileResult> FinalizeAsync(TEntity entity, CancellationToken cancellationToken)
    {
        var current = entity;
        var soonest = ReconcileResult.Done;
        foreach (var finalizer in finalizers.Where(f => Present(entity).Contains(f.Identifier, StringComparer.Ordinal)))
        {
            var result = await finalizer.FinalizeAsync(current, cancellationToken);
            if (result.After is { } after)
            {
                soonest = ReconcileResult.RequeueAfter(soonest.After is { } sooner && sooner < after ? sooner : after);
                continue;
            }

            current = await WriteAsync(current, [.. Present(current).Where(f => f != finalizer.Identifier)], cancellationToken);
        }

        return soonest;
    }

    private static IList<string> Present(TEntity entity) => entity.Metadata.Finalizers ?? [];

    // With the version, so that a finalizer that somebody else adds at the same time is not lost.
    private Task<TEntity> WriteAsync(TEntity entity, IReadOnlyList<string> wanted, CancellationToken cancellationToken) =>
        api.MergePatchAsync<TEntity>(
            entity.Key(),
            new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["resourceVersion"] = entity.Metadata.ResourceVersion,
                    ["finalizers"] = new JsonArray([.. wanted.Select(static f => JsonValue.Create(f))]),
                },
            },
            cancellationToken);
}
