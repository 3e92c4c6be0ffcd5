using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.Schemas;

namespace KafkaLogstash.LocalCluster.ApiServer.Kinds;

/// <summary>Defaults and rules of pod specs, wherever they stand.</summary>
internal static class PodTemplates
{
    private static readonly string[] ProbeNames = ["livenessProbe", "readinessProbe", "startupProbe"];
    private static readonly string[] VolumesWithMode = ["secret", "configMap", "downwardAPI", "projected"];
    private static readonly string[] ReadWriteKinds = ["Always", "IfNotPresent", "Never"];
    private static readonly string[] Protocols = ["SCTP", "TCP", "UDP"];

    public static void Default(JsonObject spec, bool isTemplate)
    {
        spec.Default("restartPolicy", "Always");
        spec.Default("terminationGracePeriodSeconds", 30);
        spec.Default("dnsPolicy", "ClusterFirst");
        spec.Default("securityContext", new JsonObject());
        spec.Default("schedulerName", "default-scheduler");
        if (spec.Text("serviceAccountName") is { Length: > 0 } account)
        {
            spec["serviceAccount"] = account;
        }
        else if (spec.Text("serviceAccount") is { Length: > 0 } old)
        {
            spec["serviceAccountName"] = old;
        }

        if (!isTemplate)
        {
            spec.Default("enableServiceLinks", true);
        }

        foreach (var container in spec.Objects("initContainers").Concat(spec.Objects("containers")))
        {
            DefaultContainer(container, spec.Flag("hostNetwork") == true, isTemplate);
        }

        foreach (var volume in spec.Objects("volumes"))
        {
            DefaultVolume(volume);
        }
    }

    public static IEnumerable<FieldError> Validate(JsonObject? spec, string path, IReadOnlyList<string> restartPolicies)
    {
        if (spec is null || spec.Items("containers") is not { Count: > 0 } containers)
        {
            yield return FieldErrors.Required($"{path}.containers");
            yield break;
        }

        var volumes = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var volume in spec.Objects("volumes"))
        {
            var at = $"{path}.volumes[{index++}]";
            var name = volume.Text("name") ?? "";
            if (name.Length == 0)
            {
                yield return FieldErrors.Required($"{at}.name");
            }
            else if (Names.Label(name) is { } wrong)
            {
                yield return FieldErrors.Invalid($"{at}.name", name, wrong);
            }
            else if (!volumes.Add(name))
            {
                yield return FieldErrors.Duplicate($"{at}.name", name);
            }

            foreach (var error in ValidateVolume(volume, at))
            {
                yield return error;
            }
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var list in (string[])["initContainers", "containers"])
        {
            index = 0;
            foreach (var container in spec.Objects(list))
            {
                foreach (var error in ValidateContainer(container, $"{path}.{list}[{index++}]", names, volumes))
                {
                    yield return error;
                }
            }
        }

        if (spec.Text("restartPolicy") is { } restart && !restartPolicies.Contains(restart))
        {
            yield return FieldErrors.NotSupported($"{path}.restartPolicy", restart, restartPolicies);
        }

        if (spec.Text("serviceAccountName") is { } account && Names.Subdomain(account) is { } bad)
        {
            yield return FieldErrors.Invalid($"{path}.serviceAccountName", account, bad);
        }

        if (spec.Number("terminationGracePeriodSeconds") is < 0 and var grace)
        {
            yield return FieldErrors.Invalid($"{path}.terminationGracePeriodSeconds", grace, "must be greater than or equal to 0");
        }

        index = 0;
        foreach (var constraint in spec.Objects("topologySpreadConstraints"))
        {
            var at = $"{path}.topologySpreadConstraints[{index++}]";
            if (constraint.Number("maxSkew") is not > 0)
            {
                yield return FieldErrors.Invalid($"{at}.maxSkew", constraint.Number("maxSkew") ?? 0, "must be greater than zero");
            }

            if (string.IsNullOrEmpty(constraint.Text("topologyKey")))
            {
                yield return FieldErrors.Required($"{at}.topologyKey", "can not be empty");
            }

            if (constraint.Text("whenUnsatisfiable") is not ("DoNotSchedule" or "ScheduleAnyway"))
            {
                yield return FieldErrors.NotSupported(
                    $"{at}.whenUnsatisfiable", constraint.Text("whenUnsatisfiable") ?? "", "DoNotSchedule", "ScheduleAnyway");
            }
        }
    }

    private static void DefaultContainer(JsonObject container, bool hostNetwork, bool isTemplate)
    {
        container.Default("resources", new JsonObject());
        container.Default("terminationMessagePath", "/dev/termination-log");
        container.Default("terminationMessagePolicy", "File");
        container.Default("imagePullPolicy", PullPolicyOf(container.Text("image") ?? ""));
        foreach (var port in container.Objects("ports"))
        {
            port.Default("protocol", "TCP");
            if (hostNetwork && port.Number("containerPort") is { } number)
            {
                port.Default("hostPort", number);
            }
        }

        foreach (var env in container.Objects("env"))
        {
            env.Map("valueFrom", "fieldRef")?.Default("apiVersion", "v1");
            env.Map("valueFrom", "resourceFieldRef")?.Default("divisor", "0");
        }

        foreach (var name in ProbeNames)
        {
            if (container[name] is JsonObject probe)
            {
                probe.Default("timeoutSeconds", 1);
                probe.Default("periodSeconds", 10);
                probe.Default("successThreshold", 1);
                probe.Default("failureThreshold", 3);
                DefaultHttpGet(probe.Map("httpGet"));
                probe.Map("grpc")?.Default("service", "");
            }
        }

        DefaultHttpGet(container.Map("lifecycle", "preStop", "httpGet"));
        DefaultHttpGet(container.Map("lifecycle", "postStart", "httpGet"));

        // A pod's limit without a request is its request too; templates stay as they were written.
        if (!isTemplate && container.Map("resources", "limits") is { } limits)
        {
            var requests = container["resources"]!.AsObject().Ensure("requests");
            foreach (var (resource, limit) in limits)
            {
                requests.Default(resource, limit!.DeepClone());
            }
        }
    }

    private static void DefaultHttpGet(JsonObject? get)
    {
        get?.Default("path", "/");
        get?.Default("scheme", "HTTP");
    }

    private static string PullPolicyOf(string image)
    {
        var name = image[(image.LastIndexOf('/') + 1)..];
        return image.Contains('@', StringComparison.Ordinal) || (name.Contains(':', StringComparison.Ordinal) && !name.EndsWith(":latest", StringComparison.Ordinal))
            ? "IfNotPresent"
            : "Always";
    }

    private static void DefaultVolume(JsonObject volume)
    {
        if (volume.All(field => field.Key == "name"))
        {
            volume["emptyDir"] = new JsonObject();
        }

        foreach (var kind in VolumesWithMode)
        {
            volume.Map(kind)?.Default("defaultMode", 420);
        }

        volume.Map("hostPath")?.Default("type", "");
        foreach (var source in volume.Objects("projected", "sources"))
        {
            source.Map("serviceAccountToken")?.Default("expirationSeconds", 3600);
            foreach (var item in source.Objects("downwardAPI", "items"))
            {
                item.Map("fieldRef")?.Default("apiVersion", "v1");
            }
        }

        foreach (var item in volume.Objects("downwardAPI", "items"))
        {
            item.Map("fieldRef")?.Default("apiVersion", "v1");
        }
    }

    private static IEnumerable<FieldError> ValidateVolume(JsonObject volume, string at)
    {
        var sources = volume.Where(field => field.Key != "name").Select(field => field.Key).ToList();
        foreach (var extra in sources.Skip(1))
        {
            yield return FieldErrors.Forbidden($"{at}.{extra}", "may not specify more than 1 volume type");
        }

        if (volume.Map("secret") is { } secret && string.IsNullOrEmpty(secret.Text("secretName")))
        {
            yield return FieldErrors.Required($"{at}.secret.secretName");
        }

        if (volume.Map("configMap") is { } map && string.IsNullOrEmpty(map.Text("name")))
        {
            yield return FieldErrors.Required($"{at}.configMap.name");
        }

        if (volume.Map("persistentVolumeClaim") is { } claim && string.IsNullOrEmpty(claim.Text("claimName")))
        {
            yield return FieldErrors.Required($"{at}.persistentVolumeClaim.claimName");
        }

        foreach (var kind in (string[])["secret", "configMap"])
        {
            var index = 0;
            foreach (var item in volume.Objects(kind, "items"))
            {
                var itemAt = $"{at}.{kind}.items[{index++}]";
                if (string.IsNullOrEmpty(item.Text("key")))
                {
                    yield return FieldErrors.Required($"{itemAt}.key");
                }

                if (string.IsNullOrEmpty(item.Text("path")))
                {
                    yield return FieldErrors.Required($"{itemAt}.path");
                }
            }
        }
    }

    private static IEnumerable<FieldError> ValidateContainer(JsonObject container, string at, HashSet<string> names, HashSet<string> volumes)
    {
        var name = container.Text("name") ?? "";
        if (name.Length == 0)
        {
            yield return FieldErrors.Required($"{at}.name");
        }
        else if (Names.Label(name) is { } wrong)
        {
            yield return FieldErrors.Invalid($"{at}.name", name, wrong);
        }
        else if (!names.Add(name))
        {
            yield return FieldErrors.Duplicate($"{at}.name", name);
        }

        var image = container.Text("image") ?? "";
        if (image.Length == 0)
        {
            yield return FieldErrors.Required($"{at}.image");
        }
        else if (image != image.Trim())
        {
            yield return FieldErrors.Invalid($"{at}.image", image, "must not have leading or trailing whitespace");
        }

        if (container.Text("imagePullPolicy") is { } policy && !ReadWriteKinds.Contains(policy))
        {
            yield return FieldErrors.NotSupported($"{at}.imagePullPolicy", policy, ReadWriteKinds);
        }

        foreach (var error in ValidatePorts(container, at).Concat(ValidateEnv(container, at)).Concat(ValidateMounts(container, at, volumes))
            .Concat(ValidateProbes(container, at)).Concat(ValidateResources(container, at)))
        {
            yield return error;
        }
    }

    private static IEnumerable<FieldError> ValidatePorts(JsonObject container, string at)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var port in container.Objects("ports"))
        {
            var portAt = $"{at}.ports[{index++}]";
            if (port.Text("name") is { Length: > 0 } name)
            {
                if (PortNames.Wrong(name) is { } wrong)
                {
                    yield return FieldErrors.Invalid($"{portAt}.name", name, wrong);
                }
                else if (!names.Add(name))
                {
                    yield return FieldErrors.Duplicate($"{portAt}.name", name);
                }
            }

            switch (port.Number("containerPort") ?? 0)
            {
                case 0:
                    yield return FieldErrors.Required($"{portAt}.containerPort");
                    break;
                case < 1 or > 65535:
                    yield return FieldErrors.Invalid($"{portAt}.containerPort", port["containerPort"], PortNames.Range);
                    break;
            }

            if (port.Number("hostPort") is < 0 or > 65535)
            {
                yield return FieldErrors.Invalid($"{portAt}.hostPort", port["hostPort"], PortNames.Range);
            }

            if (port.Text("protocol") is { } protocol && !Protocols.Contains(protocol))
            {
                yield return FieldErrors.NotSupported($"{portAt}.protocol", protocol, Protocols);
            }
        }
    }

    private static IEnumerable<FieldError> ValidateEnv(JsonObject container, string at)
    {
        var index = 0;
        foreach (var env in container.Objects("env"))
        {
            var envAt = $"{at}.env[{index++}]";
            var name = env.Text("name") ?? "";
            if (name.Length == 0)
            {
                yield return FieldErrors.Required($"{envAt}.name");
            }
            else if (name.Any(letter => letter is '=' or < ' ' or > '~'))
            {
                yield return FieldErrors.Invalid(
                    $"{envAt}.name",
                    name,
                    "a valid environment variable name must consist only of printable ASCII characters other than '='");
            }

            if (env["valueFrom"] is not JsonObject source)
            {
                continue;
            }

            if (env.Text("value") is { Length: > 0 })
            {
                yield return FieldErrors.Invalid($"{envAt}.valueFrom", "", "may not be specified when `value` is not empty");
            }

            if (source.Count != 1)
            {
                yield return FieldErrors.Invalid(
                    $"{envAt}.valueFrom",
                    "",
                    source.Count == 0 ? "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`" : "may not have more than one field specified at a time");
            }

            foreach (var kind in (string[])["configMapKeyRef", "secretKeyRef"])
            {
                if (source[kind] is JsonObject reference)
                {
                    if (string.IsNullOrEmpty(reference.Text("key")))
                    {
                        yield return FieldErrors.Required($"{envAt}.valueFrom.{kind}.key");
                    }
                    else if (Names.DataKey(reference.Text("key")!) is { } wrong)
                    {
                        yield return FieldErrors.Invalid($"{envAt}.valueFrom.{kind}.key", reference["key"], wrong);
                    }
                }
            }
        }
    }

    private static IEnumerable<FieldError> ValidateMounts(JsonObject container, string at, HashSet<string> volumes)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var mount in container.Objects("volumeMounts"))
        {
            var mountAt = $"{at}.volumeMounts[{index++}]";
            var name = mount.Text("name") ?? "";
            if (name.Length == 0)
            {
                yield return FieldErrors.Required($"{mountAt}.name");
            }
            else if (!volumes.Contains(name))
            {
                yield return FieldErrors.NotFound($"{mountAt}.name", name);
            }

            var path = mount.Text("mountPath") ?? "";
            if (path.Length == 0)
            {
                yield return FieldErrors.Required($"{mountAt}.mountPath");
            }
            else if (!paths.Add(path))
            {
                yield return FieldErrors.Invalid($"{mountAt}.mountPath", path, "must be unique");
            }
        }
    }

    private static IEnumerable<FieldError> ValidateProbes(JsonObject container, string at)
    {
        foreach (var name in ProbeNames)
        {
            if (container[name] is not JsonObject probe)
            {
                continue;
            }

            var probeAt = $"{at}.{name}";
            var handlers = (string[])["exec", "httpGet", "tcpSocket", "grpc"];
            if (!handlers.Any(probe.ContainsKey))
            {
                yield return FieldErrors.Required(probeAt, "must specify a handler type");
            }

            foreach (var extra in handlers.Where(probe.ContainsKey).Skip(1))
            {
                yield return FieldErrors.Forbidden($"{probeAt}.{extra}", "may not specify more than 1 handler type");
            }

            foreach (var number in (string[])["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"])
            {
                if (probe.Number(number) is < 0 and var value)
                {
                    yield return FieldErrors.Invalid($"{probeAt}.{number}", value, "must be greater than or equal to 0");
                }
            }

            if (name != "readinessProbe" && probe.Number("successThreshold") is > 1 and var successes)
            {
                yield return FieldErrors.Invalid($"{probeAt}.successThreshold", successes, "must be 1");
            }
        }
    }

    private static IEnumerable<FieldError> ValidateResources(JsonObject container, string at)
    {
        foreach (var (resource, request) in container.Entries("resources", "requests"))
        {
            if (container.Text("resources", "limits", resource) is { } limit
                && new k8s.Models.ResourceQuantity(request).ToDecimal() > new k8s.Models.ResourceQuantity(limit).ToDecimal())
            {
                yield return FieldErrors.Invalid(
                    $"{at}.resources.requests", request, $"must be less than or equal to {resource} limit of {limit}");
            }
        }
    }
}
