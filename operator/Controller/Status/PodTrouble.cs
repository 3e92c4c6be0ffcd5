using k8s.Models;
using KafkaLogstash.Controller.Rendering.Bridges;

namespace KafkaLogstash.Controller.Status;

/// <summary>Why a pod is not ready, in words.</summary>
/// <param name="Reason">One word: the container's or the condition's own reason.</param>
/// <param name="Message">What is wrong with which pod.</param>
/// <param name="NeedsPerson">Whether waiting won't help.</param>
internal sealed record PodTrouble(string Reason, string Message, bool NeedsPerson)
{
    /// <summary>Finds the trouble of a pod; null where it is merely starting.</summary>
    public static PodTrouble? Of(V1Pod pod)
    {
        var name = pod.Metadata.Name;
        if (pod.Status?.Conditions?.FirstOrDefault(condition => condition is { Type: "PodScheduled", Status: "False" }) is { } unscheduled)
        {
            return new PodTrouble("Unschedulable", $"pod {name} can't be placed: {unscheduled.Message}", false);
        }

        foreach (var container in (pod.Status?.InitContainerStatuses ?? []).Concat(pod.Status?.ContainerStatuses ?? []))
        {
            if (container.State?.Waiting is { Reason: { } reason } waiting && reason is not ("PodInitializing" or "ContainerCreating"))
            {
                var exit = container.LastState?.Terminated is { } last ? $" It ended with exit code {last.ExitCode}{(last.Reason is "OOMKilled" ? $" because it ran out of memory: raise spec.{(container.Name == BridgePaths.Container ? "bridge" : "logstash")}.resources.limits.memory" : "")}." : "";
                var message = string.IsNullOrEmpty(waiting.Message) ? "" : $": {waiting.Message}";
                return new PodTrouble(reason, $"container {container.Name} of pod {name} is in {reason}{message}.{exit}", reason is "InvalidImageName");
            }

            if (container.State?.Terminated is { ExitCode: not 0 } ended)
            {
                return new PodTrouble(ended.Reason ?? "Error", $"container {container.Name} of pod {name} ended with exit code {ended.ExitCode}; 'kubectl logs {name} -c {container.Name}' says why.", false);
            }
        }

        return null;
    }
}
