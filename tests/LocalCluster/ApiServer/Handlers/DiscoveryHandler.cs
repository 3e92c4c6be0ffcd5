using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;

namespace KafkaLogstash.LocalCluster.ApiServer.Handlers;

/// <summary>Answers /api, /apis and what is below them: which groups, versions and resources there are.</summary>
internal sealed class DiscoveryHandler(ResourceRegistry registry)
{
    private const string AggregatedType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    /// <summary>Answers a path of discovery; false when it is none.</summary>
    public async Task<bool> AnswerAsync(ApiContext context)
    {
        var aggregated = context.Http.Request.Headers.Accept.Any(accept =>
            accept?.Contains("as=APIGroupDiscoveryList", StringComparison.Ordinal) == true && accept.Contains("v=v2", StringComparison.Ordinal));
        var parts = context.Info.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        switch (parts)
        {
            case ["api" or "apis"] when aggregated:
                var core = parts[0] == "api";
                await Bodies.WriteAsync(context.Http.Response, 200, Aggregated(core), contentType: AggregatedType);
                return true;
            case ["api"]:
                await Bodies.WriteAsync(context, 200, new JsonObject
                {
                    ["kind"] = "APIVersions",
                    ["versions"] = new JsonArray("v1"),
                    ["serverAddressByClientCIDRs"] = new JsonArray(new JsonObject
                    {
                        ["clientCIDR"] = "0.0.0.0/0",
                        ["serverAddress"] = context.Http.Request.Host.Value,
                    }),
                });
                return true;
            case ["apis"]:
                await Bodies.WriteAsync(context, 200, new JsonObject
                {
                    ["kind"] = "APIGroupList",
                    ["apiVersion"] = "v1",
                    ["groups"] = new JsonArray([.. Groups().Where(group => group.Name.Length > 0).Select(group => GroupOf(group.Name, group.Versions, single: false))]),
                });
                return true;
            case ["apis", var name]:
                var found = Groups().FirstOrDefault(group => group.Name == name);
                await Bodies.WriteAsync(context, 200, found.Versions is null ? throw ApiException.NoSuchPath() : GroupOf(name, found.Versions, single: true));
                return true;
            case ["api", var version]:
                await Bodies.WriteAsync(context, 200, Resources("", version));
                return true;
            case ["apis", var group, var version]:
                await Bodies.WriteAsync(context, 200, Resources(group, version));
                return true;
            default:
                return false;
        }
    }

    private IEnumerable<(string Name, List<string> Versions)> Groups() => registry.All
        .GroupBy(type => type.Group)
        .Select(group => (group.Key, group.Select(type => type.Version).Distinct().ToList()));

    private static JsonObject GroupOf(string name, List<string> versions, bool single)
    {
        var group = new JsonObject();
        if (single)
        {
            group["kind"] = "APIGroup";
            group["apiVersion"] = "v1";
        }

        group["name"] = name;
        group["versions"] = new JsonArray([.. versions.Select(version => (JsonNode)GroupVersion(name, version))]);
        group["preferredVersion"] = GroupVersion(name, versions[0]);
        return group;
    }

    private static JsonObject GroupVersion(string group, string version) =>
        new() { ["groupVersion"] = $"{group}/{version}", ["version"] = version };

    private JsonObject Resources(string group, string version)
    {
        var types = registry.All.Where(type => type.Group == group && type.Version == version).ToList();
        if (types.Count == 0)
        {
            throw ApiException.NoSuchPath();
        }

        var resources = new JsonArray();
        foreach (var type in types)
        {
            var entry = new JsonObject
            {
                ["name"] = type.Plural,
                ["singularName"] = type.Singular,
                ["namespaced"] = type.Namespaced,
                ["kind"] = type.Kind,
                ["verbs"] = JsonNodes.Strings(type.Verbs),
            };
            AddNames(entry, type);
            resources.Add(entry);
            foreach (var subresource in type.Subresources)
            {
                var sub = new JsonObject { ["name"] = $"{type.Plural}/{subresource.Name}", ["singularName"] = "", ["namespaced"] = type.Namespaced };
                if (subresource.Group is not null)
                {
                    sub["group"] = subresource.Group;
                    sub["version"] = subresource.Version;
                }

                sub["kind"] = subresource.Kind ?? type.Kind;
                sub["verbs"] = JsonNodes.Strings(subresource.Verbs);
                resources.Add(sub);
            }
        }

        return new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}",
            ["resources"] = resources,
        };
    }

    private JsonObject Aggregated(bool core)
    {
        var items = new JsonArray();
        foreach (var (name, versions) in Groups().Where(group => group.Name.Length == 0 == core))
        {
            items.Add(new JsonObject
            {
                ["metadata"] = core ? new JsonObject() : new JsonObject { ["name"] = name },
                ["versions"] = new JsonArray([.. versions.Select(version => (JsonNode)new JsonObject
                {
                    ["version"] = version,
                    ["resources"] = new JsonArray([.. registry.All
                        .Where(type => type.Group == name && type.Version == version)
                        .Select(type => (JsonNode)AggregatedResource(type))]),
                    ["freshness"] = "Current",
                })]),
            });
        }

        return new JsonObject
        {
            ["kind"] = "APIGroupDiscoveryList",
            ["apiVersion"] = "apidiscovery.k8s.io/v2",
            ["metadata"] = new JsonObject(),
            ["items"] = items,
        };
    }

    private static JsonObject AggregatedResource(ResourceType type)
    {
        var resource = new JsonObject
        {
            ["resource"] = type.Plural,
            ["responseKind"] = KindOf(type.Group, type.Version, type.Kind),
            ["scope"] = type.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = type.Singular,
            ["verbs"] = JsonNodes.Strings(type.Verbs),
        };
        AddNames(resource, type);
        if (type.Subresources.Count > 0)
        {
            resource["subresources"] = new JsonArray([.. type.Subresources.Select(sub => (JsonNode)new JsonObject
            {
                ["subresource"] = sub.Name,
                ["responseKind"] = KindOf(sub.Group ?? type.Group, sub.Version ?? type.Version, sub.Kind ?? type.Kind),
                ["verbs"] = JsonNodes.Strings(sub.Verbs),
            })]);
        }

        return resource;
    }

    private static JsonObject KindOf(string group, string version, string kind) =>
        new() { ["group"] = group, ["version"] = version, ["kind"] = kind };

    private static void AddNames(JsonObject entry, ResourceType type)
    {
        if (type.ShortNames.Count > 0)
        {
            entry["shortNames"] = JsonNodes.Strings(type.ShortNames);
        }

        if (type.Categories.Count > 0)
        {
            entry["categories"] = JsonNodes.Strings(type.Categories);
        }
    }
}
