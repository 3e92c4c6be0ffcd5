using k8s;
using k8s.Models;

namespace KafkaLogstash.Runtime;

/// <summary>What is asked of an object's metadata again and again.</summary>
public static class ObjectMetadataExtensions
{
    /// <summary>The name of the object.</summary>
    public static NamespacedName Key(this IKubernetesObject<V1ObjectMeta> entity)
    {
        ArgumentNullException.ThrowIfNull(entity);
        return new(entity.Metadata.NamespaceProperty, entity.Metadata.Name);
    }

    /// <summary>
    /// The owner reference that makes <paramref name="owner"/> the controller of a dependent: with <c>controller</c> and <c>blockOwnerDeletion</c>.
    /// The owner must be in the dependent's namespace, and must come from the API server (it needs a uid).
    /// </summary>
    public static V1OwnerReference ControllerReference<TOwner>(this TOwner owner)
        where TOwner : class, IKubernetesObject<V1ObjectMeta>
    {
        ArgumentNullException.ThrowIfNull(owner);
        var kind = ResourceKind.Of<TOwner>();
        return new V1OwnerReference
        {
            ApiVersion = kind.ApiVersion,
            Kind = kind.Kind,
            Name = owner.Metadata.Name,
            Uid = owner.Metadata.Uid,
            Controller = true,
            BlockOwnerDeletion = true,
        };
    }

    /// <summary>The owner reference of the object's controller, or null.</summary>
    public static V1OwnerReference? Controller(this IKubernetesObject<V1ObjectMeta> entity)
    {
        ArgumentNullException.ThrowIfNull(entity);
        return entity.Metadata.OwnerReferences?.FirstOrDefault(static r => r.Controller == true);
    }

    /// <summary>Whether <paramref name="owner"/> is the controller of the object, by uid: a namesake of a deleted owner is not.</summary>
    public static bool IsControlledBy(this IKubernetesObject<V1ObjectMeta> entity, IKubernetesObject<V1ObjectMeta> owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        return owner.Metadata.Uid is { Length: > 0 } uid && string.Equals(entity.Controller()?.Uid, uid, StringComparison.Ordinal);
    }
}
