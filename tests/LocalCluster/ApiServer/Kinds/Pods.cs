using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.Schemas;

namespace KafkaLogstash.LocalCluster.ApiServer.Kinds;

/// <summary>Defaults and rules of Pods.</summary>
internal static class Pods
{
    private static readonly string[] Restarts = ["Always", "OnFailure", "Never"];

    public static IReadOnlyDictionary<string, Func<JsonObject, string>> Fields { get; } =
        new Dictionary<string, Func<JsonObject, string>>(StringComparer.Ordinal)
        {
            ["spec.nodeName"] = obj => obj.Text("spec", "nodeName") ?? "",
            ["spec.restartPolicy"] = obj => obj.Text("spec", "restartPolicy") ?? "",
            ["spec.schedulerName"] = obj => obj.Text("spec", "schedulerName") ?? "",
            ["spec.serviceAccountName"] = obj => obj.Text("spec", "serviceAccountName") ?? "",
            ["spec.hostNetwork"] = obj => obj.Flag("spec", "hostNetwork") == true ? "true" : "false",
            ["status.phase"] = obj => obj.Text("status", "phase") ?? "",
            ["status.podIP"] = obj => obj.Text("status", "podIP") ?? "",
            ["status.nominatedNodeName"] = obj => obj.Text("status", "nominatedNodeName") ?? "",
        };

    public static void Default(JsonObject obj) => PodTemplates.Default(obj.Ensure("spec"), isTemplate: false);

    public static void PrepareForCreate(JsonObject obj, WriteContext context)
    {
        var spec = obj["spec"]!.AsObject();
        spec.Default("serviceAccountName", "default");
        spec["serviceAccount"] = spec.Text("serviceAccountName");
        spec.Default("preemptionPolicy", "PreemptLowerPriority");
        spec.Default("priority", 0);
        AddToleration(spec, "node.kubernetes.io/not-ready");
        AddToleration(spec, "node.kubernetes.io/unreachable");
        obj["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = QualityOfService(spec) };
    }

    public static void PrepareForUpdate(JsonObject obj, JsonObject live)
    {
        // Set once by the server; a client that leaves them out does not take them away.
        foreach (var field in (ReadOnlySpan<string>)["serviceAccountName", "serviceAccount", "tolerations", "preemptionPolicy", "priority", "nodeName"])
        {
            if (obj["spec"]![field] is null)
            {
                obj["spec"]!.AsObject().Put(field, live["spec"]![field]);
            }
        }
    }

    public static IEnumerable<FieldError> Validate(JsonObject obj) => PodTemplates.Validate(obj.Map("spec"), "spec", Restarts);

    public static IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject live)
    {
        if (!JsonNodes.Same(Fixed(obj, live), Fixed(live, live)))
        {
            yield return FieldErrors.Forbidden(
                "spec",
                "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)");
        }

        // Binding a pod to a node is the scheduler's change, made once.
        static JsonObject Fixed(JsonObject obj, JsonObject live)
        {
            var spec = obj["spec"]!.AsObject().Copy();
            foreach (var container in spec.Objects("containers").Concat(spec.Objects("initContainers")))
            {
                container.Remove("image");
            }

            spec.Remove("activeDeadlineSeconds");
            spec.Remove("tolerations");
            if (string.IsNullOrEmpty(live.Text("spec", "nodeName")))
            {
                spec.Remove("nodeName");
            }

            return spec;
        }
    }

    /// <summary>Pods that a node runs end in their own time; others go at once.</summary>
    public static long? GracePeriod(JsonObject obj) =>
        string.IsNullOrEmpty(obj.Text("spec", "nodeName")) || obj.Text("status", "phase") is "Succeeded" or "Failed"
            ? null
            : obj.Number("spec", "terminationGracePeriodSeconds") ?? 30;

    private static void AddToleration(JsonObject spec, string key)
    {
        if (spec["tolerations"] is not JsonArray tolerations)
        {
            tolerations = [];
            spec["tolerations"] = tolerations;
        }

        if (!tolerations.Any(item => item.Text("key") == key))
        {
            tolerations.Add(new JsonObject { ["key"] = key, ["operator"] = "Exists", ["effect"] = "NoExecute", ["tolerationSeconds"] = 300 });
        }
    }

    private static string QualityOfService(JsonObject spec)
    {
        var containers = spec.Objects("containers").ToList();
        if (containers.All(container => container.Map("resources") is not { Count: > 0 }))
        {
            return "BestEffort";
        }

        return containers.All(container => ((string[])["cpu", "memory"]).All(resource =>
            container.Text("resources", "limits", resource) is { } limit && container.Text("resources", "requests", resource) == limit))
            ? "Guaranteed"
            : "Burstable";
    }
}
