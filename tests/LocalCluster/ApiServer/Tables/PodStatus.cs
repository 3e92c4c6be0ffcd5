using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;

namespace KafkaLogstash.LocalCluster.ApiServer.Tables;

/// <summary>A pod's state in a word, as <c>kubectl get pods</c> shows it.</summary>
internal static class PodStatus
{
    public static int ReadyContainers(JsonObject pod) => pod.Objects("status", "containerStatuses")
        .Count(container => container.Flag("ready") == true && container.At("state", "running") is not null);

    public static string Summary(JsonObject pod)
    {
        var reason = pod.Text("status", "reason") is { Length: > 0 } given ? given : pod.Text("status", "phase") ?? "Unknown";
        var inits = pod.Objects("spec", "initContainers").Count();
        var position = 0;
        foreach (var container in pod.Objects("status", "initContainerStatuses"))
        {
            if (InitReason(container) is { } init)
            {
                return Terminating(pod, init.Length > 0 ? $"Init:{init}" : $"Init:{position}/{inits}");
            }

            position++;
        }

        var running = false;
        foreach (var container in pod.Objects("status", "containerStatuses").Reverse())
        {
            if (container.Text("state", "waiting", "reason") is { Length: > 0 } waiting)
            {
                reason = waiting;
            }
            else if (container.Map("state", "terminated") is { } terminated)
            {
                reason = ReasonOf(terminated);
            }
            else if (container.Flag("ready") == true && container.At("state", "running") is not null)
            {
                running = true;
            }
        }

        if (reason == "Completed" && running)
        {
            var ready = pod.Objects("status", "conditions").Any(item => item.Text("type") == "Ready" && item.Text("status") == "True");
            reason = ready ? "Running" : "NotReady";
        }

        return Terminating(pod, reason);
    }

    public static string Restarts(JsonObject pod, DateTimeOffset now)
    {
        var statuses = pod.Objects("status", "containerStatuses").ToList();
        var count = statuses.Sum(container => container.Number("restartCount") ?? 0);
        var last = statuses.Select(container => container.Time("lastState", "terminated", "finishedAt")).Max();
        return count > 0 && last is { } time ? $"{count} ({Durations.Format(now - time)} ago)" : count.ToString();
    }

    public static string Gates(JsonObject pod)
    {
        var gates = pod.Objects("spec", "readinessGates").Select(gate => gate.Text("conditionType")).ToList();
        var passed = gates.Count(gate => pod.Objects("status", "conditions").Any(item => item.Text("type") == gate && item.Text("status") == "True"));
        return gates.Count == 0 ? "<none>" : $"{passed}/{gates.Count}";
    }

    // Null when the container is done; empty when it simply runs.
    private static string? InitReason(JsonObject container)
    {
        if (container.Map("state", "terminated") is { } terminated)
        {
            return terminated.Number("exitCode") == 0 ? null : ReasonOf(terminated);
        }

        return container.Text("state", "waiting", "reason") is { Length: > 0 } waiting && waiting != "PodInitializing" ? waiting : "";
    }

    private static string ReasonOf(JsonObject terminated) =>
        terminated.Text("reason") is { Length: > 0 } reason ? reason
        : terminated.Number("signal") is > 0 and var signal ? $"Signal:{signal}"
        : $"ExitCode:{terminated.Number("exitCode") ?? 0}";

    private static string Terminating(JsonObject pod, string reason) => pod.IsTerminating() ? "Terminating" : reason;
}
