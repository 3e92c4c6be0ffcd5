using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.ApiServer.Selectors;
using KafkaLogstash.LocalCluster.Schemas;

namespace KafkaLogstash.LocalCluster.ApiServer.Kinds;

/// <summary>Defaults and rules of what makes pods: Deployments, ReplicaSets, StatefulSets, Jobs.</summary>
internal static class Workloads
{
    private static readonly string[] Always = ["Always"];
    private static readonly string[] JobRestarts = ["OnFailure", "Never"];

    private static readonly string[] MutableStatefulSetFields =
        ["replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"];

    public static void DefaultDeployment(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.Default("replicas", 1);
        DefaultTemplate(spec);
        var strategy = spec.Ensure("strategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
        {
            var rolling = strategy.Ensure("rollingUpdate");
            rolling.Default("maxUnavailable", "25%");
            rolling.Default("maxSurge", "25%");
        }

        spec.Default("revisionHistoryLimit", 10);
        spec.Default("progressDeadlineSeconds", 600);
    }

    public static void DefaultReplicaSet(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.Default("replicas", 1);
        DefaultTemplate(spec);
    }

    public static void DefaultStatefulSet(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.Default("replicas", 1);
        DefaultTemplate(spec);
        spec.Default("serviceName", "");
        spec.Default("podManagementPolicy", "OrderedReady");
        var strategy = spec.Ensure("updateStrategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
        {
            strategy.Ensure("rollingUpdate").Default("partition", 0);
        }

        spec.Default("revisionHistoryLimit", 10);
        var retention = spec.Ensure("persistentVolumeClaimRetentionPolicy");
        retention.Default("whenDeleted", "Retain");
        retention.Default("whenScaled", "Retain");
        foreach (var claim in spec.Objects("volumeClaimTemplates"))
        {
            claim["apiVersion"] = "v1";
            claim["kind"] = "PersistentVolumeClaim";
            claim.Ensure("spec").Default("volumeMode", "Filesystem");
            claim.Ensure("status").Default("phase", "Pending");
        }
    }

    public static void DefaultJob(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        if (spec["completions"] is null && spec["parallelism"] is null)
        {
            spec["completions"] = 1;
        }

        spec.Default("parallelism", 1);
        spec.Default("backoffLimit", 6);
        spec.Default("completionMode", "NonIndexed");
        spec.Default("suspend", false);
        spec.Default("manualSelector", false);
        spec.Default("podReplacementPolicy", "TerminatingOrFailed");
        DefaultTemplate(spec);
    }

    /// <summary>Gives a new Job the labels and the selector by which its pods are found.</summary>
    public static void PrepareJob(JsonObject obj, WriteContext context)
    {
        obj["status"] = new JsonObject();
        if (obj.Flag("spec", "manualSelector") == true)
        {
            return;
        }

        var uid = obj.Uid()!;
        var labels = obj["spec"]!.AsObject().Ensure("template").Meta().Ensure("labels");
        labels["batch.kubernetes.io/controller-uid"] = uid;
        labels["batch.kubernetes.io/job-name"] = obj.Name();
        labels["controller-uid"] = uid;
        labels["job-name"] = obj.Name();
        obj.Meta().Default("labels", labels.DeepClone());
        obj["spec"]!["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["batch.kubernetes.io/controller-uid"] = uid } };
    }

    public static IEnumerable<FieldError> ValidateDeployment(JsonObject obj) =>
    [
        .. NotNegative(obj, "replicas"),
        .. NotNegative(obj, "minReadySeconds"),
        .. NotNegative(obj, "revisionHistoryLimit"),
        .. ValidateSelector(obj),
        .. ValidateStrategy(obj),
        .. Template(obj, Always),
        .. obj.Number("spec", "progressDeadlineSeconds") <= (obj.Number("spec", "minReadySeconds") ?? 0)
            ? [FieldErrors.Invalid("spec.progressDeadlineSeconds", obj.At("spec", "progressDeadlineSeconds"), "must be greater than minReadySeconds")]
            : Array.Empty<FieldError>(),
    ];

    public static IEnumerable<FieldError> ValidateReplicaSet(JsonObject obj) =>
        [.. NotNegative(obj, "replicas"), .. NotNegative(obj, "minReadySeconds"), .. ValidateSelector(obj), .. Template(obj, Always)];

    public static IEnumerable<FieldError> ValidateStatefulSet(JsonObject obj) =>
        [.. NotNegative(obj, "replicas"), .. ValidateSelector(obj), .. Template(WithClaimVolumes(obj), Always)];

    public static IEnumerable<FieldError> ValidateJob(JsonObject obj)
    {
        foreach (var error in Template(obj, JobRestarts).Concat(NotNegative(obj, "parallelism")).Concat(NotNegative(obj, "completions")))
        {
            yield return error;
        }
    }

    public static IEnumerable<FieldError> SelectorIsImmutable(JsonObject obj, JsonObject live)
    {
        if (!JsonNodes.Same(obj.At("spec", "selector"), live.At("spec", "selector")))
        {
            yield return FieldErrors.Immutable("spec.selector", obj.At("spec", "selector"));
        }
    }

    public static IEnumerable<FieldError> StatefulSetIsMutableInPart(JsonObject obj, JsonObject live)
    {
        if (!JsonNodes.Same(Fixed(obj), Fixed(live)))
        {
            yield return FieldErrors.Forbidden(
                "spec",
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
        }

        static JsonNode? Fixed(JsonObject obj)
        {
            var spec = obj["spec"]?.DeepClone();
            foreach (var field in MutableStatefulSetFields)
            {
                spec?.AsObject().Remove(field);
            }

            return spec;
        }
    }

    public static IEnumerable<FieldError> JobTemplateIsImmutable(JsonObject obj, JsonObject live)
    {
        foreach (var field in (string[])["completions", "selector", "template"])
        {
            if (!JsonNodes.Same(obj.At("spec", field), live.At("spec", field)) && live.Flag("spec", "suspend") != true)
            {
                yield return FieldErrors.Immutable($"spec.{field}", obj.At("spec", field));
            }
        }
    }

    private static void DefaultTemplate(JsonObject spec)
    {
        if (spec["template"] is JsonObject template)
        {
            PodTemplates.Default(template.Ensure("spec"), isTemplate: true);
            template.Ensure("metadata");
        }
    }

    private static IEnumerable<FieldError> NotNegative(JsonObject obj, string field) => obj.Number("spec", field) is < 0 and var value
        ? [FieldErrors.Invalid($"spec.{field}", value, "must be greater than or equal to 0")]
        : [];

    private static IEnumerable<FieldError> ValidateSelector(JsonObject obj)
    {
        var selector = obj.Map("spec", "selector");
        if (selector is null)
        {
            yield return FieldErrors.Required("spec.selector");
        }
        else if (selector.Count == 0)
        {
            yield return FieldErrors.Invalid("spec.selector", selector, $"empty selector is invalid for {obj.Text("kind")!.ToLowerInvariant()}");
        }

        var labels = obj.Map("spec", "template", "metadata", "labels");
        if (LabelSelector.FromObject(selector)?.Holds(labels) != true)
        {
            yield return FieldErrors.Invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
        }
    }

    private static IEnumerable<FieldError> ValidateStrategy(JsonObject obj)
    {
        var strategy = obj.Map("spec", "strategy");
        switch (strategy.Text("type"))
        {
            case "Recreate" when strategy!["rollingUpdate"] is not null:
                yield return FieldErrors.Forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
                break;
            case "RollingUpdate":
                if (IsZero(strategy.At("rollingUpdate", "maxUnavailable")) && IsZero(strategy.At("rollingUpdate", "maxSurge")))
                {
                    yield return FieldErrors.Invalid(
                        "spec.strategy.rollingUpdate.maxUnavailable",
                        strategy.At("rollingUpdate", "maxUnavailable"),
                        "may not be 0 when `maxSurge` is 0");
                }

                break;
            case not "Recreate":
                yield return FieldErrors.NotSupported("spec.strategy.type", strategy.Text("type") ?? "", "Recreate", "RollingUpdate");
                break;
        }
    }

    private static bool IsZero(JsonNode? node) => node.Number() == 0 || node.Text() is "0%" or "0";

    private static IEnumerable<FieldError> Template(JsonObject obj, IReadOnlyList<string> restarts) =>
    [
        .. Metadata.Labels(obj.Map("spec", "template", "metadata", "labels"), "spec.template.metadata.labels"),
        .. PodTemplates.Validate(obj.Map("spec", "template", "spec"), "spec.template.spec", restarts),
    ];

    // Pods of a StatefulSet may mount the claims made for them as well as the template's own volumes.
    private static JsonObject WithClaimVolumes(JsonObject obj)
    {
        var copy = obj.Copy();
        if (copy.Map("spec", "template", "spec") is { } spec)
        {
            if (spec["volumes"] is not JsonArray volumes)
            {
                volumes = [];
                spec["volumes"] = volumes;
            }

            foreach (var claim in copy.Objects("spec", "volumeClaimTemplates"))
            {
                volumes.Add(new JsonObject { ["name"] = claim.Name(), ["emptyDir"] = new JsonObject() });
            }
        }

        return copy;
    }
}
