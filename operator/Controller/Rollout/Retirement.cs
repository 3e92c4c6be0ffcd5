using k8s;
using k8s.Models;

namespace KafkaLogstash.Controller.Rollout;

/// <summary>
/// Tells which objects that are no longer wished have to wait for the end of a rollout. The old pods are what keeps the flow going until new ones are ready: one that is
/// evicted or restarted meanwhile needs its Secrets and ConfigMaps again, and where a whole workload goes, the other one still lives from its pods and Services.
/// </summary>
internal static class Retirement
{
    /// <summary>Whether pods may still need an object.</summary>
    /// <param name="unwished">The object.</param>
    /// <param name="all">All that is no longer wished.</param>
    public static bool IsForPods(IKubernetesObject<V1ObjectMeta> unwished, IEnumerable<IKubernetesObject<V1ObjectMeta>> all) =>
        unwished is not (V1NetworkPolicy or V1PodDisruptionBudget) && (unwished is not V1Service || all.Any(static other => other is V1Deployment));
}
