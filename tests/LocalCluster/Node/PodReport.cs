using System.Net;
using k8s.Models;
using KafkaLogstash.LocalCluster.Controllers;

namespace KafkaLogstash.LocalCluster.Node;

/// <summary>What the node knows of a pod beyond its containers.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Initialized">Whether its init containers are done.</param>
/// <param name="Began">When the node took it on.</param>
internal sealed record PodFacts(IPAddress Address, bool Initialized, DateTimeOffset Began);

/// <summary>Works out the status of a pod.</summary>
internal static class PodReport
{
    private const string NodeAddress = "127.0.0.1";

    /// <summary>The status of a pod whose containers are as given.</summary>
    public static V1PodStatus Make(
        V1Pod pod, IList<V1ContainerStatus> inits, IList<V1ContainerStatus> containers, PodFacts facts, DateTimeOffset now)
    {
        var phase = PhaseOf(pod.Spec.RestartPolicy ?? "Always", inits, containers);
        var unready = containers.Where(container => !container.Ready).Select(container => container.Name).ToList();
        var ended = phase is "Succeeded" or "Failed";
        var unreadyMessage = unready.Count == 0 || ended ? null : $"containers with unready status: [{string.Join(' ', unready)}]";
        var unreadyReason = phase == "Succeeded" ? "PodCompleted" : unready.Count > 0 ? "ContainersNotReady" : null;
        var ready = unready.Count == 0 && !ended;
        var status = Copies.Of(pod.Status ?? new V1PodStatus());
        status.Phase = phase;
        status.PodIP = facts.Address.ToString();
        status.PodIPs = [new V1PodIP { Ip = facts.Address.ToString() }];
        status.HostIP = NodeAddress;
        status.HostIPs = [new V1HostIP { Ip = NodeAddress }];
        status.StartTime ??= facts.Began.UtcDateTime;
        status.InitContainerStatuses = inits.Count == 0 ? null : inits;
        status.ContainerStatuses = containers;
        var known = status.Conditions ?? [];
        status.Conditions =
        [
            Condition("PodReadyToStartContainers", true),
            Condition("Initialized", facts.Initialized, "ContainersNotInitialized"),
            Condition("Ready", ready, unreadyReason, unreadyMessage),
            Condition("ContainersReady", ready, unreadyReason, unreadyMessage),
            Condition("PodScheduled", true),
            .. known.Where(condition => condition.Type is not ("PodReadyToStartContainers" or "Initialized" or "Ready" or "ContainersReady" or "PodScheduled")),
        ];
        return status;

        V1PodCondition Condition(string type, bool holds, string? reason = null, string? message = null)
        {
            var value = holds ? "True" : "False";
            var before = known.FirstOrDefault(condition => condition.Type == type);
            return new()
            {
                Type = type,
                Status = value,
                Reason = holds ? null : reason,
                Message = holds ? null : message,
                ObservedGeneration = before?.ObservedGeneration,
                LastTransitionTime = before?.Status == value ? before.LastTransitionTime : now.UtcDateTime,
            };
        }
    }

    private static string PhaseOf(string restartPolicy, IList<V1ContainerStatus> inits, IList<V1ContainerStatus> containers)
    {
        if (restartPolicy == "Never" && inits.Any(init => init.State.Terminated is { ExitCode: not 0 }))
        {
            return "Failed";
        }

        if (containers.All(container => container.State.Terminated is { } ended && IsFinal(restartPolicy, ended.ExitCode)))
        {
            return containers.All(container => container.State.Terminated.ExitCode == 0) ? "Succeeded" : "Failed";
        }

        return containers.All(container => container.State.Waiting is null || container.LastState?.Terminated is not null) ? "Running" : "Pending";
    }

    private static bool IsFinal(string restartPolicy, int code) => restartPolicy switch
    {
        "Never" => true,
        "OnFailure" => code == 0,
        _ => false,
    };
}
