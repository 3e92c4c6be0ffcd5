using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Runtime;

namespace KafkaLogstash.Controller;

/// <summary>The kinds of objects that a connection owns, and where their live states are cached. Secrets and ConfigMaps are cached as metadata alone.</summary>
internal static class OwnedKinds
{
    /// <summary>The kind of a rendered object.</summary>
    /// <exception cref="ArgumentException">It is no kind that a connection owns.</exception>
    public static ResourceKind Of(JsonObject desired) => desired["kind"]?.GetValue<string>() switch
    {
        "Secret" => ResourceKind.Of<V1Secret>(),
        "ConfigMap" => ResourceKind.Of<V1ConfigMap>(),
        "Service" => ResourceKind.Of<V1Service>(),
        "Deployment" => ResourceKind.Of<V1Deployment>(),
        "PodDisruptionBudget" => ResourceKind.Of<V1PodDisruptionBudget>(),
        "NetworkPolicy" => ResourceKind.Of<V1NetworkPolicy>(),
        var kind => throw new ArgumentException($"A connection owns no {kind}.", nameof(desired)),
    };

    /// <summary>The live state of an object, or null where there is none.</summary>
    public static IKubernetesObject<V1ObjectMeta>? Live(IInformers informers, ResourceKind kind, NamespacedName name) => kind.Kind switch
    {
        "Secret" => informers.For<PartialObjectMetadata<V1Secret>>().Cache.Get(name),
        "ConfigMap" => informers.For<PartialObjectMetadata<V1ConfigMap>>().Cache.Get(name),
        "Service" => informers.For<V1Service>().Cache.Get(name),
        "Deployment" => informers.For<V1Deployment>().Cache.Get(name),
        "PodDisruptionBudget" => informers.For<V1PodDisruptionBudget>().Cache.Get(name),
        _ => informers.For<V1NetworkPolicy>().Cache.Get(name),
    };

    /// <summary>Every object whose controller is the connection.</summary>
    public static IEnumerable<(ResourceKind Kind, IKubernetesObject<V1ObjectMeta> Live)> OwnedBy(IInformers informers, KafkaLogstashConnection connection)
    {
        var owner = connection.Metadata.Uid ?? "";
        return Owned<PartialObjectMetadata<V1Secret>>()
            .Concat(Owned<PartialObjectMetadata<V1ConfigMap>>())
            .Concat(Owned<V1Service>())
            .Concat(Owned<V1Deployment>())
            .Concat(Owned<V1PodDisruptionBudget>())
            .Concat(Owned<V1NetworkPolicy>());

        IEnumerable<(ResourceKind, IKubernetesObject<V1ObjectMeta>)> Owned<T>()
            where T : class, IKubernetesObject<V1ObjectMeta> =>
            informers.For<T>().Cache.ByIndex(OwnerIndex, owner).Select(live => (ResourceKind.Of<T>(), (IKubernetesObject<V1ObjectMeta>)live));
    }

    /// <summary>What of an object's version matters: a status that changes is no reason to look at the object again.</summary>
    public static string? Version(IKubernetesObject<V1ObjectMeta> live) => live is V1Deployment or V1PodDisruptionBudget
        ? $"{live.Metadata.Generation}/{string.Join(',', (live.Metadata.Labels ?? new Dictionary<string, string>()).Select(label => $"{label.Key}={label.Value}"))}"
        : live.Metadata.ResourceVersion;

    /// <summary>The index of objects by the uid of their controller.</summary>
    public const string OwnerIndex = "controller";

    /// <summary>Files an object under its controller.</summary>
    public static IEnumerable<string> OwnerOf(IKubernetesObject<V1ObjectMeta> live) => live.Controller()?.Uid is { Length: > 0 } uid ? [uid] : [];
}
