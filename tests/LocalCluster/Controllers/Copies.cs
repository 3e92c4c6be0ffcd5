using k8s;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>Copies objects, so that nobody changes what a mirror shows to all.</summary>
internal static class Copies
{
    public static T Of<T>(T obj) => KubernetesJson.Deserialize<T>(KubernetesJson.Serialize(obj));

    /// <summary>Whether two objects would be written alike.</summary>
    public static bool AreSame<T>(T one, T other) => KubernetesJson.Serialize(one) == KubernetesJson.Serialize(other);
}
