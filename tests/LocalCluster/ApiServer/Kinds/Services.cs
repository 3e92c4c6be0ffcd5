using System.Security.Cryptography;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.Schemas;

namespace KafkaLogstash.LocalCluster.ApiServer.Kinds;

/// <summary>Defaults and rules of Services, and the addresses they are given.</summary>
internal static class Services
{
    private const string None = "None";
    private static readonly string[] Types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
    private static readonly string[] Protocols = ["SCTP", "TCP", "UDP"];

    public static void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        foreach (var port in spec.Objects("ports"))
        {
            port.Default("protocol", "TCP");
            if (port["targetPort"] is null or JsonValue && port.Text("targetPort") is null or "" && port.Number("targetPort") is null or 0 && port["port"] is not null)
            {
                port["targetPort"] = port["port"]!.DeepClone();
            }
        }

        spec.Default("sessionAffinity", "None");
        spec.Default("type", "ClusterIP");
        var type = spec.Text("type");
        if (type == "ExternalName")
        {
            return;
        }

        spec.Default("internalTrafficPolicy", "Cluster");
        if (type is "NodePort" or "LoadBalancer")
        {
            spec.Default("externalTrafficPolicy", "Cluster");
        }

        if (type == "LoadBalancer")
        {
            spec.Default("allocateLoadBalancerNodePorts", true);
        }
    }

    public static void PrepareForCreate(JsonObject obj, WriteContext context)
    {
        obj["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };
        Allocate(obj, context.Store.Read("services").Objects.List(null).Select(item => item.Body));
    }

    public static void PrepareForUpdate(JsonObject obj, JsonObject live)
    {
        var spec = obj["spec"]!.AsObject();
        var before = live["spec"]!.AsObject();
        if (spec.Text("type") == "ExternalName")
        {
            return;
        }

        // What the client leaves out stays as it was given.
        foreach (var field in (ReadOnlySpan<string>)["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"])
        {
            if (spec[field] is null)
            {
                spec.Put(field, before[field]);
            }
        }

        if (spec.Text("clusterIP") is { } ip && spec.Texts("clusterIPs").FirstOrDefault() != ip)
        {
            spec["clusterIPs"] = new JsonArray(ip);
        }

        if (spec.Text("type") is "NodePort" or "LoadBalancer")
        {
            foreach (var port in spec.Objects("ports").Where(port => port["nodePort"] is null))
            {
                var same = before.Objects("ports").FirstOrDefault(old => old.Number("port") == port.Number("port") && old.Text("protocol") == port.Text("protocol"));
                port["nodePort"] = same.Number("nodePort") ?? RandomNumberGenerator.GetInt32(30000, 32768);
            }
        }
        else if (before.Text("type") is "NodePort" or "LoadBalancer")
        {
            foreach (var port in spec.Objects("ports"))
            {
                port.Remove("nodePort");
            }
        }
    }

    public static IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var spec = obj.Map("spec");
        var type = spec.Text("type") ?? "";
        if (!Types.Contains(type))
        {
            yield return FieldErrors.NotSupported("spec.type", type, Types);
        }

        var ports = spec.Objects("ports").ToList();
        if (ports.Count == 0 && type != "ExternalName" && spec.Text("clusterIP") != None)
        {
            yield return FieldErrors.Required("spec.ports");
        }

        if (type == "ExternalName" && string.IsNullOrEmpty(spec.Text("externalName")))
        {
            yield return FieldErrors.Required("spec.externalName");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < ports.Count; i++)
        {
            var port = ports[i];
            var at = $"spec.ports[{i}]";
            if (port.Text("name") is not { Length: > 0 } name)
            {
                if (ports.Count > 1)
                {
                    yield return FieldErrors.Required($"{at}.name");
                }
            }
            else if (Names.Label(name) is { } wrong)
            {
                yield return FieldErrors.Invalid($"{at}.name", name, wrong);
            }
            else if (!names.Add(name))
            {
                yield return FieldErrors.Duplicate($"{at}.name", name);
            }

            if (port.Number("port") is not (>= 1 and <= 65535))
            {
                yield return FieldErrors.Invalid($"{at}.port", port["port"] ?? 0, PortNames.Range);
            }

            if (port.Number("targetPort") is { } target && target is < 1 or > 65535)
            {
                yield return FieldErrors.Invalid($"{at}.targetPort", target, PortNames.Range);
            }
            else if (port.Text("targetPort") is { } named && PortNames.Wrong(named) is { } wrongName)
            {
                yield return FieldErrors.Invalid($"{at}.targetPort", named, wrongName);
            }

            if (port.Text("protocol") is { } protocol && !Protocols.Contains(protocol))
            {
                yield return FieldErrors.NotSupported($"{at}.protocol", protocol, Protocols);
            }
        }

        foreach (var error in Metadata.Labels(spec.Map("selector"), "spec.selector"))
        {
            yield return error;
        }
    }

    public static IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject live)
    {
        var before = live.Text("spec", "clusterIP");
        if (live.Text("spec", "type") != "ExternalName" && obj.Text("spec", "type") != "ExternalName"
            && before is { Length: > 0 } && before != obj.Text("spec", "clusterIP"))
        {
            yield return FieldErrors.Invalid("spec.clusterIPs[0]", obj.At("spec", "clusterIPs"), "may not change once set");
        }
    }

    private static void Allocate(JsonObject obj, IEnumerable<JsonObject> others)
    {
        var spec = obj["spec"]!.AsObject();
        if (spec.Text("type") == "ExternalName")
        {
            return;
        }

        if (spec.Text("clusterIP") is not { Length: > 0 } ip)
        {
            var taken = others.Select(other => other.Text("spec", "clusterIP")).ToHashSet();
            do
            {
                ip = $"10.96.{RandomNumberGenerator.GetInt32(1, 255)}.{RandomNumberGenerator.GetInt32(1, 255)}";
            }
            while (taken.Contains(ip));
            spec["clusterIP"] = ip;
        }

        spec["clusterIPs"] = new JsonArray(ip);
        var selectorless = ip == None && spec["selector"] is null;
        spec.Default("ipFamilies", selectorless ? new JsonArray("IPv4", "IPv6") : new JsonArray("IPv4"));
        spec.Default("ipFamilyPolicy", selectorless ? "RequireDualStack" : "SingleStack");
        if (spec.Text("type") is "NodePort" or "LoadBalancer")
        {
            foreach (var port in spec.Objects("ports"))
            {
                port.Default("nodePort", RandomNumberGenerator.GetInt32(30000, 32768));
            }
        }
    }
}
