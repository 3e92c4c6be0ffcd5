using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>Names an object of a kind.</summary>
/// <param name="Namespace">Its namespace; empty for cluster scope.</param>
/// <param name="Name">Its name.</param>
internal readonly record struct ObjectKey(string Namespace, string Name)
{
    /// <summary>The key of an object.</summary>
    public static ObjectKey Of(IMetadata<V1ObjectMeta> obj) => new(obj.Metadata.NamespaceProperty ?? "", obj.Metadata.Name);

    /// <inheritdoc/>
    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}
