using k8s;
using k8s.Models;

namespace KafkaLogstash.Runtime;

/// <summary>
/// An object of which only the metadata was asked for: what an informer holds of Secrets, whose contents are never cached.
/// The API server leaves the rest away when asked for <c>as=PartialObjectMetadata;g=meta.k8s.io;v=v1</c>.
/// </summary>
/// <typeparam name="T">The class of the whole object; it tells the kind.</typeparam>
public sealed class PartialObjectMetadata<T> : IKubernetesObject<V1ObjectMeta>, IPartialObjectMetadata
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>The <c>apiVersion</c> of the whole object.</summary>
    public string ApiVersion { get; set; } = ResourceKind.Of<T>().ApiVersion;

    /// <summary>The kind of the whole object.</summary>
    public string Kind { get; set; } = ResourceKind.Of<T>().Kind;

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();
}

/// <summary>Marks objects that hold metadata alone, whatever their kind.</summary>
internal interface IPartialObjectMetadata : IKubernetesObject<V1ObjectMeta>;
