using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;

namespace KafkaLogstash.LocalCluster.ApiServer.Kinds;

/// <summary>
/// Pod Security admission: namespaces labelled <c>pod-security.kubernetes.io/enforce</c> refuse pods below their level, and warn of
/// templates of such pods. See https://kubernetes.io/docs/concepts/security/pod-security-standards/.
/// </summary>
internal static class PodSecurity
{
    private const string EnforceLabel = "pod-security.kubernetes.io/enforce";
    private const string WarnLabel = "pod-security.kubernetes.io/warn";

    // The third level, privileged, forbids nothing.
    private static readonly string[] Enforced = ["baseline", "restricted"];

    private static readonly string[] BaselineCapabilities =
    [
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID",
        "SYS_CHROOT",
    ];

    private static readonly string[] RestrictedVolumes =
        ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"];

    public static void AdmitPod(JsonObject pod, WriteContext context)
    {
        if (context.Subresource is { Length: > 0 } || LevelOf(pod.Namespace(), EnforceLabel, context) is not { } level)
        {
            return;
        }

        var violations = Violations(pod.Map("spec"), level);
        if (violations.Count > 0)
        {
            throw ApiException.Forbidden(
                context.Type, pod.Name(), $"violates PodSecurity \"{level}:latest\": {string.Join(", ", violations)}");
        }

        Warn(pod.Namespace(), pod.Map("spec"), WarnLabel, context);
    }

    /// <summary>Templates are not refused, for their pods will be; the client is warned.</summary>
    public static void AdmitTemplate(JsonObject workload, WriteContext context)
    {
        if (context.Subresource is not { Length: > 0 })
        {
            // The warn level defaults to the enforced one in this warning.
            Warn(workload.Namespace(), workload.Map("spec", "template", "spec"), EnforceLabel, context);
        }
    }

    private static void Warn(string? ns, JsonObject? spec, string label, WriteContext context)
    {
        if (LevelOf(ns, label, context) is { } level && Violations(spec, level) is { Count: > 0 } violations)
        {
            context.Warnings.Add($"would violate PodSecurity \"{level}:latest\": {string.Join(", ", violations)}");
        }
    }

    private static string? LevelOf(string? ns, string label, WriteContext context) =>
        context.Store.Find("namespaces", null, ns ?? "")?.Body.Text("metadata", "labels", label) is { } level && Enforced.Contains(level)
            ? level
            : null;

    /// <summary>What of a pod is below a level, <c>baseline</c> or <c>restricted</c>, in the words of a real API server.</summary>
    internal static List<string> Violations(JsonObject? spec, string level)
    {
        var restricted = level == "restricted";
        var containers = spec.Objects("initContainers").Concat(spec.Objects("containers")).ToList();
        var found = new List<string>();
        var hosts = ((string[])["hostNetwork", "hostPID", "hostIPC"]).Where(field => spec.Flag(field) == true).Select(field => $"{field}=true").ToList();
        if (hosts.Count > 0)
        {
            found.Add($"host namespaces ({string.Join(", ", hosts)})");
        }

        Each("privileged", item => item.Flag("securityContext", "privileged") == true, "must not set securityContext.privileged=true");
        if (restricted)
        {
            Each(
                "allowPrivilegeEscalation != false",
                item => item.Flag("securityContext", "allowPrivilegeEscalation") != false,
                "must set securityContext.allowPrivilegeEscalation=false");
            Each(
                "unrestricted capabilities",
                item => !item.Texts("securityContext", "capabilities", "drop").Contains("ALL", StringComparer.Ordinal),
                "must set securityContext.capabilities.drop=[\"ALL\"]");
        }

        foreach (var item in containers)
        {
            var extra = item.Texts("securityContext", "capabilities", "add")
                .Where(name => restricted ? name != "NET_BIND_SERVICE" : !BaselineCapabilities.Contains(name)).ToList();
            if (extra.Count > 0)
            {
                found.Add($"{(restricted ? "unrestricted" : "non-default")} capabilities (container \"{item.Text("name")}\" must not include {string.Join(", ", extra.Select(name => $"\"{name}\""))} in securityContext.capabilities.add)");
            }
        }

        var hostPaths = spec.Objects("volumes").Where(volume => volume["hostPath"] is not null).Select(volume => $"\"{volume.Text("name")}\"").ToList();
        if (hostPaths.Count > 0)
        {
            found.Add($"hostPath volumes ({Plural("volume", hostPaths.Count)} {string.Join(", ", hostPaths)})");
        }

        var ports = containers.SelectMany(item => item.Objects("ports").Where(port => port.Number("hostPort") > 0)
            .Select(port => (Container: item.Text("name"), Port: port.Number("hostPort")))).ToList();
        if (ports.Count > 0)
        {
            found.Add($"hostPort ({Named(ports.Select(port => port.Container).Distinct())} uses hostPort{(ports.Count > 1 ? "s" : "")} {string.Join(", ", ports.Select(port => port.Port))})");
        }

        if (!restricted)
        {
            return found;
        }

        var volumes = spec.Objects("volumes").SelectMany(volume => volume.Where(field => field.Key != "name" && !RestrictedVolumes.Contains(field.Key))
            .Select(field => (Volume: volume.Text("name"), Kind: field.Key))).ToList();
        if (volumes.Count > 0)
        {
            found.Add($"restricted volume types ({Plural("volume", volumes.Count)} {string.Join(", ", volumes.Select(item => $"\"{item.Volume}\""))} use{(volumes.Count > 1 ? "" : "s")} restricted volume type{(volumes.Select(item => item.Kind).Distinct().Count() > 1 ? "s" : "")} {string.Join(", ", volumes.Select(item => $"\"{item.Kind}\"").Distinct())})");
        }

        if (spec.Flag("securityContext", "runAsNonRoot") != true)
        {
            Each(
                "runAsNonRoot != true",
                item => item.Flag("securityContext", "runAsNonRoot") != true,
                "must set securityContext.runAsNonRoot=true",
                "pod or ");
        }

        if (spec.Number("securityContext", "runAsUser") == 0)
        {
            found.Add("runAsUser=0 (pod must not set runAsUser=0)");
        }

        Each("runAsUser=0", item => item.Number("securityContext", "runAsUser") == 0, "must not set runAsUser=0");
        if (spec.Text("securityContext", "seccompProfile", "type") is not ("RuntimeDefault" or "Localhost"))
        {
            Each(
                "seccompProfile",
                item => item.Text("securityContext", "seccompProfile", "type") is not ("RuntimeDefault" or "Localhost"),
                "must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"",
                "pod or ");
        }

        return found;

        void Each(string name, Func<JsonObject, bool> violates, string rule, string before = "")
        {
            var bad = containers.Where(violates).Select(item => item.Text("name")).ToList();
            if (bad.Count > 0)
            {
                found.Add($"{name} ({before}{Named(bad)} {rule})");
            }
        }
    }

    private static string Named(IEnumerable<string?> containers)
    {
        var names = containers.Select(name => $"\"{name}\"").ToList();
        return $"{Plural("container", names.Count)} {string.Join(", ", names)}";
    }

    private static string Plural(string word, int count) => count == 1 ? word : word + "s";
}
