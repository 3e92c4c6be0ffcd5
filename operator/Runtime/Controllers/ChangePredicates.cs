using k8s;
using k8s.Models;

namespace KafkaLogstash.Runtime;

/// <summary>Decides whether a change is worth a reconcile.</summary>
public delegate bool ChangePredicate<T>(ResourceChange<T> change)
    where T : class, IKubernetesObject<V1ObjectMeta>;

/// <summary>The usual predicates. Additions and deletions always pass, and so does an object that is about to be deleted.</summary>
public static class ChangePredicates
{
    /// <summary>The spec changed (<c>metadata.generation</c>): the right choice for entities whose own status writes would wake them otherwise.</summary>
    public static bool GenerationChanged<T>(ResourceChange<T> change)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        Changed(change, static m => m.Generation) || Changed(change, static m => m.DeletionTimestamp);

    /// <summary>A label was added, removed or changed.</summary>
    public static bool LabelsChanged<T>(ResourceChange<T> change)
        where T : class, IKubernetesObject<V1ObjectMeta> => MapChanged(change, static m => m.Labels);

    /// <summary>An annotation was added, removed or changed.</summary>
    public static bool AnnotationsChanged<T>(ResourceChange<T> change)
        where T : class, IKubernetesObject<V1ObjectMeta> => MapChanged(change, static m => m.Annotations);

    /// <summary>Anything changed at all; false for the repeats that a new list brings.</summary>
    public static bool ResourceVersionChanged<T>(ResourceChange<T> change)
        where T : class, IKubernetesObject<V1ObjectMeta> => Changed(change, static m => m.ResourceVersion);

    /// <summary>Passes what any of the predicates lets pass.</summary>
    public static ChangePredicate<T> Any<T>(params ReadOnlySpan<ChangePredicate<T>> predicates)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var all = predicates.ToArray();
        return change => Array.Exists(all, p => p(change));
    }

    private static bool Changed<T, TValue>(ResourceChange<T> change, Func<V1ObjectMeta, TValue> value)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        ArgumentNullException.ThrowIfNull(change);
        return change.Old is not { } old || change.Type != ChangeType.Updated
            || !EqualityComparer<TValue>.Default.Equals(value(old.Metadata), value(change.Current.Metadata));
    }

    private static bool MapChanged<T>(ResourceChange<T> change, Func<V1ObjectMeta, IDictionary<string, string>?> map)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change.Old is not { } old || change.Type != ChangeType.Updated)
        {
            return true;
        }

        var before = map(old.Metadata) ?? new Dictionary<string, string>(StringComparer.Ordinal);
        var after = map(change.Current.Metadata) ?? new Dictionary<string, string>(StringComparer.Ordinal);
        return before.Count != after.Count || before.Any(p => !after.TryGetValue(p.Key, out var value) || value != p.Value);
    }
}
