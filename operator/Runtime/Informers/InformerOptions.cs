using k8s;
using k8s.Models;

namespace KafkaLogstash.Runtime;

/// <summary>What an informer watches, and what it keeps of it.</summary>
public sealed record InformerOptions<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>
    /// The namespaces to watch, one list and one watch each; empty for all namespaces (or cluster scope); null for <see cref="RuntimeOptions.Namespaces"/>.
    /// </summary>
    public IReadOnlyList<string>? Namespaces { get; init; }

    /// <summary>A label selector in Kubernetes' notation; null for all objects.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>
    /// Called with every object before it is kept, to drop what nobody reads, or what should not be kept. The <c>managedFields</c> of all managers but
    /// <see cref="RuntimeOptions.FieldManager"/> are dropped in any case.
    /// </summary>
    public Action<T>? Transform { get; init; }

    /// <summary>Indexes of the cache: a name, and the values an object is filed under.</summary>
    public IReadOnlyDictionary<string, Func<T, IEnumerable<string>>> Indexes { get; init; } =
        new Dictionary<string, Func<T, IEnumerable<string>>>(StringComparer.Ordinal);

    /// <summary>The number of objects in one page of a list.</summary>
    public int PageSize { get; init; } = 500;
}
