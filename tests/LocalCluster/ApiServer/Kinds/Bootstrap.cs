using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.ApiServer.Storage;

namespace KafkaLogstash.LocalCluster.ApiServer.Kinds;

/// <summary>What is there before the first request: the usual namespaces, and roles for all users.</summary>
internal static class Bootstrap
{
    private const string Rbac = "rbac.authorization.k8s.io";

    private static readonly IReadOnlyList<string> Everything = ["*"];
    private static readonly IReadOnlyList<string> Reads = ["get", "list", "watch"];
    private static readonly IReadOnlyList<string> Writes = ["create", "delete", "deletecollection", "patch", "update"];

    private static readonly IReadOnlyList<string> ViewableGroups =
        ["", "apps", "batch", "autoscaling", "policy", "networking.k8s.io", "discovery.k8s.io"];

    private static readonly IReadOnlyList<string> ViewableResources =
    [
        "configmaps", "endpoints", "endpointslices", "events", "horizontalpodautoscalers", "jobs", "namespaces", "networkpolicies",
        "persistentvolumeclaims", "poddisruptionbudgets", "pods", "pods/log", "pods/status", "replicasets", "replicasets/scale",
        "serviceaccounts", "services", "statefulsets", "statefulsets/scale", "deployments", "deployments/scale",
    ];

    public static void Fill(ObjectStore store, ResourceRegistry registry, TimeProvider time)
    {
        foreach (var body in Objects())
        {
            var type = registry.FindKind(body.Text("apiVersion")!.Split('/') is [var group, _] ? group : "", body.Text("kind")!)!;
            body.Meta()["uid"] = Guid.NewGuid().ToString();
            body.Meta()["creationTimestamp"] = time.GetUtcNow().Stamp();
            store.Create(type.StorageKey, body);
        }
    }

    private static IEnumerable<JsonObject> Objects() =>
    [
        Namespace("default"),
        Namespace("kube-system"),
        Namespace("kube-public"),
        Namespace("kube-node-lease"),
        OwnService(),
        PriorityClass("system-cluster-critical", 2_000_000_000),
        PriorityClass("system-node-critical", 2_000_001_000),
        Role("cluster-admin", Rule(Everything, Everything, Everything), Paths(Everything, "*")),
        Role(
            "system:basic-user",
            Rule(["create"], ["authorization.k8s.io"], ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
            Rule(["create"], ["authentication.k8s.io"], ["selfsubjectreviews"])),
        Role(
            "system:discovery",
            Paths(["get"], "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/")),
        Role("system:public-info-viewer", Paths(["get"], "/healthz", "/livez", "/readyz", "/version", "/version/")),
        Role("view", Rule(Reads, ViewableGroups, ViewableResources)),
        Role("edit", EditRules()),
        Role("admin", [.. EditRules(), Rule([.. Reads, .. Writes], [Rbac], ["roles", "rolebindings"])]),
        Binding("cluster-admin", "system:masters"),
        Binding("system:basic-user", "system:authenticated"),
        Binding("system:discovery", "system:authenticated"),
        Binding("system:public-info-viewer", "system:authenticated", "system:unauthenticated"),
    ];

    private static JsonObject[] EditRules() =>
    [
        Rule([.. Reads, .. Writes], ViewableGroups, [.. ViewableResources.Where(item => item != "namespaces"), "secrets", "pods/eviction"]),
        Rule(Reads, [""], ["namespaces"]),
        Rule([.. Reads, .. Writes], ["coordination.k8s.io"], ["leases"]),
    ];

    private static JsonObject Named(string apiVersion, string kind, string name) => new()
    {
        ["apiVersion"] = apiVersion,
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = name },
    };

    private static JsonObject Namespace(string name)
    {
        var ns = Named("v1", "Namespace", name);
        ns.Meta()["labels"] = new JsonObject { ["kubernetes.io/metadata.name"] = name };
        ns["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") };
        ns["status"] = new JsonObject { ["phase"] = "Active" };
        return ns;
    }

    // The Service by which pods reach the API server.
    private static JsonObject OwnService()
    {
        var service = Named("v1", "Service", "kubernetes");
        service.Meta()["namespace"] = "default";
        service.Meta()["labels"] = new JsonObject { ["component"] = "apiserver", ["provider"] = "kubernetes" };
        service["spec"] = new JsonObject
        {
            ["clusterIP"] = "10.96.0.1",
            ["clusterIPs"] = new JsonArray("10.96.0.1"),
            ["internalTrafficPolicy"] = "Cluster",
            ["ipFamilies"] = new JsonArray("IPv4"),
            ["ipFamilyPolicy"] = "SingleStack",
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "https", ["port"] = 443, ["protocol"] = "TCP", ["targetPort"] = 6443 }),
            ["sessionAffinity"] = "None",
            ["type"] = "ClusterIP",
        };
        service["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };
        return service;
    }

    private static JsonObject PriorityClass(string name, int value)
    {
        var item = Named("scheduling.k8s.io/v1", "PriorityClass", name);
        item.Meta()["generation"] = 1;
        item["value"] = value;
        item["preemptionPolicy"] = "PreemptLowerPriority";
        return item;
    }

    private static JsonObject Role(string name, params JsonObject[] rules)
    {
        var role = Named($"{Rbac}/v1", "ClusterRole", name);
        role["rules"] = new JsonArray([.. rules]);
        return role;
    }

    private static JsonObject Binding(string role, params string[] groups)
    {
        var binding = Named($"{Rbac}/v1", "ClusterRoleBinding", role);
        binding["roleRef"] = new JsonObject { ["apiGroup"] = Rbac, ["kind"] = "ClusterRole", ["name"] = role };
        binding["subjects"] = new JsonArray([.. groups.Select(group => (JsonNode)new JsonObject
        {
            ["apiGroup"] = Rbac,
            ["kind"] = "Group",
            ["name"] = group,
        })]);
        return binding;
    }

    private static JsonObject Rule(IEnumerable<string> verbs, IEnumerable<string> groups, IEnumerable<string> resources) => new()
    {
        ["verbs"] = JsonNodes.Strings(verbs),
        ["apiGroups"] = JsonNodes.Strings(groups),
        ["resources"] = JsonNodes.Strings(resources),
    };

    private static JsonObject Paths(IEnumerable<string> verbs, params string[] paths) => new()
    {
        ["verbs"] = JsonNodes.Strings(verbs),
        ["nonResourceURLs"] = JsonNodes.Strings(paths),
    };
}
