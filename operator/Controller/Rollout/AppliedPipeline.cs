using k8s.Models;
using KafkaLogstash.Controller.Rendering;

namespace KafkaLogstash.Controller.Rollout;

/// <summary>The pipeline in the ConfigMap that pods read.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="At">When it was put there, UTC: the API server's own record.</param>
internal sealed record AppliedPipeline(string Digest, DateTimeOffset At)
{
    /// <summary>Reads it from the metadata of the ConfigMap; null where there is none yet.</summary>
    public static AppliedPipeline? Of(V1ObjectMeta? configMap)
    {
        if (configMap?.Annotations is not { } annotations || !annotations.TryGetValue(ConnectionLabels.PipelineHash, out var digest))
        {
            return null;
        }

        var changed = configMap.ManagedFields?.Where(entry => entry.Operation == "Apply").Max(entry => entry.Time) ?? configMap.CreationTimestamp;
        return changed is { } time ? new AppliedPipeline(digest, time.ToUtc()) : null;
    }
}
