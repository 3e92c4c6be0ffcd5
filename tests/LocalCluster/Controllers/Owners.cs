using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>Owner references of controllers.</summary>
internal static class Owners
{
    /// <summary>The reference with which an object is controlled.</summary>
    public static V1OwnerReference? ControllerOf(IMetadata<V1ObjectMeta> obj) =>
        obj.Metadata.OwnerReferences?.FirstOrDefault(reference => reference.Controller == true);

    /// <summary>Whether an object is controlled by the one with that uid.</summary>
    public static bool IsControlledBy(IMetadata<V1ObjectMeta> obj, string uid) => ControllerOf(obj)?.Uid == uid;

    /// <summary>A reference to the object that controls.</summary>
    public static V1OwnerReference Reference<T>(T owner)
        where T : IMetadata<V1ObjectMeta>
    {
        var resource = ApiResource.Of<T>();
        return new()
        {
            ApiVersion = resource.ApiVersion,
            Kind = resource.Kind,
            Name = owner.Metadata.Name,
            Uid = owner.Metadata.Uid,
            Controller = true,
            BlockOwnerDeletion = true,
        };
    }
}
