using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.Schemas;

namespace KafkaLogstash.LocalCluster.ApiServer.Kinds;

/// <summary>Defaults and rules of PodDisruptionBudgets, NetworkPolicies, autoscalers, claims, leases, slices and roles.</summary>
internal static class Policies
{
    private static readonly string[] AccessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

    public static void PrepareBudget(JsonObject obj, WriteContext context) => obj["status"] = new JsonObject
    {
        ["disruptionsAllowed"] = 0,
        ["currentHealthy"] = 0,
        ["desiredHealthy"] = 0,
        ["expectedPods"] = 0,
    };

    public static IEnumerable<FieldError> ValidateBudget(JsonObject obj)
    {
        if (obj.At("spec", "minAvailable") is not null && obj.At("spec", "maxUnavailable") is not null)
        {
            yield return FieldErrors.Invalid("spec", obj["spec"], "minAvailable and maxUnavailable cannot be both set");
        }

        foreach (var field in (string[])["minAvailable", "maxUnavailable"])
        {
            if (obj.Number("spec", field) is < 0 and var number)
            {
                yield return FieldErrors.Invalid($"spec.{field}", number, "must be greater than or equal to 0");
            }
            else if (obj.Text("spec", field) is { } text && (!text.EndsWith('%') || !int.TryParse(text[..^1], out var percent) || percent is < 0 or > 100))
            {
                yield return FieldErrors.Invalid(
                    $"spec.{field}", text, "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')");
            }
        }
    }

    public static void DefaultNetworkPolicy(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.Ensure("podSelector");
        foreach (var port in spec.Objects("ingress").Concat(spec.Objects("egress")).SelectMany(rule => rule.Objects("ports")))
        {
            port.Default("protocol", "TCP");
        }

        if (spec["policyTypes"] is null)
        {
            spec["policyTypes"] = spec["egress"] is JsonArray { Count: > 0 } ? new JsonArray("Ingress", "Egress") : new JsonArray("Ingress");
        }
    }

    public static IEnumerable<FieldError> ValidateNetworkPolicy(JsonObject obj)
    {
        foreach (var (direction, peers) in ((string, string)[])[("ingress", "from"), ("egress", "to")])
        {
            var index = 0;
            foreach (var rule in obj.Objects("spec", direction))
            {
                var at = $"spec.{direction}[{index++}]";
                var position = 0;
                foreach (var port in rule.Objects("ports"))
                {
                    var portAt = $"{at}.ports[{position++}]";
                    if (port.Number("port") is { } number && number is < 1 or > 65535)
                    {
                        yield return FieldErrors.Invalid($"{portAt}.port", number, PortNames.Range);
                    }
                    else if (port.Text("port") is { } name && PortNames.Wrong(name) is { } wrong)
                    {
                        yield return FieldErrors.Invalid($"{portAt}.port", name, wrong);
                    }
                }

                position = 0;
                foreach (var peer in rule.Objects(peers))
                {
                    if (peer.Count == 0)
                    {
                        yield return FieldErrors.Required($"{at}.{peers}[{position}]", "must specify a peer");
                    }
                    else if (peer["ipBlock"] is not null && peer.Count > 1)
                    {
                        yield return FieldErrors.Forbidden($"{at}.{peers}[{position}]", "may not specify both ipBlock and another peer");
                    }

                    position++;
                }
            }
        }
    }

    public static void DefaultAutoscaler(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.Default("minReplicas", 1);
        if (spec["metrics"] is null)
        {
            spec["metrics"] = new JsonArray(new JsonObject
            {
                ["type"] = "Resource",
                ["resource"] = new JsonObject
                {
                    ["name"] = "cpu",
                    ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = 80 },
                },
            });
        }
    }

    public static IEnumerable<FieldError> ValidateAutoscaler(JsonObject obj)
    {
        var max = obj.Number("spec", "maxReplicas") ?? 0;
        if (max < 1)
        {
            yield return FieldErrors.Invalid("spec.maxReplicas", max, "must be greater than 0");
        }

        if (obj.Number("spec", "minReplicas") is { } min && min > max)
        {
            yield return FieldErrors.Invalid("spec.maxReplicas", max, "must be greater than or equal to `minReplicas`");
        }
    }

    public static void PrepareClaim(JsonObject obj, WriteContext context)
    {
        obj["status"] = new JsonObject { ["phase"] = "Pending" };
        var finalizers = obj.Finalizers();
        if (!finalizers.Contains("kubernetes.io/pvc-protection"))
        {
            obj.Meta()["finalizers"] = JsonNodes.Strings([.. finalizers, "kubernetes.io/pvc-protection"]);
        }
    }

    public static IEnumerable<FieldError> ValidateClaim(JsonObject obj)
    {
        if (!obj.Texts("spec", "accessModes").Any())
        {
            yield return FieldErrors.Required("spec.accessModes", "at least 1 access mode is required");
        }

        foreach (var mode in obj.Texts("spec", "accessModes").Where(mode => !AccessModes.Contains(mode)))
        {
            yield return FieldErrors.NotSupported("spec.accessModes", mode, AccessModes);
        }

        if (obj.Text("spec", "resources", "requests", "storage") is not { } storage)
        {
            yield return FieldErrors.Required("spec.resources[storage]");
        }
        else if (new k8s.Models.ResourceQuantity(storage).ToDecimal() <= 0)
        {
            yield return FieldErrors.Invalid("spec.resources[storage]", storage, "must be greater than zero");
        }
    }

    public static IEnumerable<FieldError> ClaimIsImmutable(JsonObject obj, JsonObject live)
    {
        if (!JsonNodes.Same(Fixed(obj), Fixed(live)))
        {
            yield return FieldErrors.Forbidden(
                "spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims");
        }

        static JsonObject Fixed(JsonObject obj)
        {
            var spec = obj["spec"]!.AsObject().Copy();
            spec.Map("resources")?.Remove("requests");
            foreach (var field in (ReadOnlySpan<string>)["volumeName", "storageClassName", "volumeAttributesClassName"])
            {
                spec.Remove(field);
            }

            return spec;
        }
    }

    public static IEnumerable<FieldError> ValidateLease(JsonObject obj)
    {
        foreach (var field in (string[])["leaseDurationSeconds", "leaseTransitions"])
        {
            if (obj.Number("spec", field) is { } number && (number < 0 || (number == 0 && field == "leaseDurationSeconds")))
            {
                yield return FieldErrors.Invalid(
                    $"spec.{field}", number, field == "leaseTransitions" ? "must be greater than or equal to 0" : "must be greater than 0");
            }
        }
    }

    public static void DefaultSlice(JsonObject obj)
    {
        foreach (var port in obj.Objects("ports"))
        {
            port.Default("name", "");
            port.Default("protocol", "TCP");
        }
    }

    // Loopback addresses, which a real API server refuses here, are where a local cluster's pods live.
    public static IEnumerable<FieldError> ValidateSlice(JsonObject obj)
    {
        if (obj.Text("addressType") is not ("IPv4" or "IPv6" or "FQDN"))
        {
            yield return obj.Text("addressType") is { Length: > 0 } type
                ? FieldErrors.NotSupported("addressType", type, "FQDN", "IPv4", "IPv6")
                : FieldErrors.Required("addressType");
        }

        var index = 0;
        foreach (var endpoint in obj.Objects("endpoints"))
        {
            if (!endpoint.Texts("addresses").Any())
            {
                yield return FieldErrors.Required($"endpoints[{index}].addresses", "must contain at least 1 address");
            }

            index++;
        }
    }

    public static void DefaultBinding(JsonObject obj)
    {
        obj.Ensure("roleRef").Default("apiGroup", "rbac.authorization.k8s.io");
        foreach (var subject in obj.Objects("subjects").Where(subject => subject.Text("kind") is "User" or "Group"))
        {
            subject.Default("apiGroup", "rbac.authorization.k8s.io");
        }
    }

    public static IEnumerable<FieldError> ValidateBinding(JsonObject obj)
    {
        if (string.IsNullOrEmpty(obj.Text("roleRef", "name")))
        {
            yield return FieldErrors.Required("roleRef.name");
        }

        var kinds = obj.Text("kind") == "RoleBinding" ? (string[])["ClusterRole", "Role"] : ["ClusterRole"];
        if (!kinds.Contains(obj.Text("roleRef", "kind") ?? ""))
        {
            yield return FieldErrors.NotSupported("roleRef.kind", obj.Text("roleRef", "kind") ?? "", kinds);
        }

        var index = 0;
        foreach (var subject in obj.Objects("subjects"))
        {
            var at = $"subjects[{index++}]";
            if (string.IsNullOrEmpty(subject.Text("name")))
            {
                yield return FieldErrors.Required($"{at}.name");
            }

            if (subject.Text("kind") is not ("User" or "Group" or "ServiceAccount"))
            {
                yield return FieldErrors.NotSupported($"{at}.kind", subject.Text("kind") ?? "", "ServiceAccount", "User", "Group");
            }
            else if (subject.Text("kind") == "ServiceAccount" && string.IsNullOrEmpty(subject.Text("namespace")) && obj.Text("kind") == "ClusterRoleBinding")
            {
                yield return FieldErrors.Required($"{at}.namespace");
            }
        }
    }

    public static IEnumerable<FieldError> RoleRefIsImmutable(JsonObject obj, JsonObject live)
    {
        if (!JsonNodes.Same(obj["roleRef"], live["roleRef"]))
        {
            yield return FieldErrors.Invalid("roleRef", obj["roleRef"], "cannot change roleRef");
        }
    }

    public static IEnumerable<FieldError> ValidateRole(JsonObject obj)
    {
        var index = 0;
        foreach (var rule in obj.Objects("rules"))
        {
            var at = $"rules[{index++}]";
            if (!rule.Texts("verbs").Any())
            {
                yield return FieldErrors.Required($"{at}.verbs", "verbs must contain at least one value");
            }

            if (rule.Texts("nonResourceURLs").Any())
            {
                if (obj.Text("kind") == "Role")
                {
                    yield return FieldErrors.Invalid($"{at}.nonResourceURLs", rule["nonResourceURLs"], "namespaced rules cannot apply to non-resource URLs");
                }

                continue;
            }

            if (!rule.Texts("apiGroups").Any())
            {
                yield return FieldErrors.Required($"{at}.apiGroups", "resource rules must supply at least one api group");
            }

            if (!rule.Texts("resources").Any())
            {
                yield return FieldErrors.Required($"{at}.resources", "resource rules must supply at least one resource");
            }
        }
    }
}
