using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Selectors;

namespace KafkaLogstash.LocalCluster.ApiServer.Tables;

/// <summary>The columns of the built-in resources, as kubectl users expect them.</summary>
internal static class BuiltInTables
{
    private const string Nothing = "<none>";

    public static readonly TableLayout Pods = Table(
        Text("Ready", pod => $"{PodStatus.ReadyContainers(pod)}/{pod.Objects("spec", "containers").Count()}"),
        Text("Status", PodStatus.Summary),
        new Column("Restarts", (pod, now) => PodStatus.Restarts(pod, now)),
        TableLayout.AgeColumn,
        Wide("IP", pod => pod.Text("status", "podIP") ?? Nothing),
        Wide("Node", pod => pod.Text("spec", "nodeName") ?? Nothing),
        Wide("Nominated Node", pod => pod.Text("status", "nominatedNodeName") ?? Nothing),
        Wide("Readiness Gates", PodStatus.Gates));

    public static readonly TableLayout Deployments = Table(
        Text("Ready", ReadyOf),
        Count("Up-to-date", "status", "updatedReplicas"),
        Count("Available", "status", "availableReplicas"),
        TableLayout.AgeColumn,
        Containers,
        Images,
        Selector);

    public static readonly TableLayout ReplicaSets = Table(
        Whole("Desired", "spec", "replicas"),
        Whole("Current", "status", "replicas"),
        Whole("Ready", "status", "readyReplicas"),
        TableLayout.AgeColumn,
        Containers,
        Images,
        Selector);

    public static readonly TableLayout StatefulSets = Table(Text("Ready", ReadyOf), TableLayout.AgeColumn, Containers, Images);

    public static readonly TableLayout Jobs = Table(
        Text("Status", JobStatus),
        Text("Completions", job => $"{job.Number("status", "succeeded") ?? 0}/{job.Number("spec", "completions") ?? 1}"),
        new Column("Duration", (job, now) => job.Time("status", "startTime") is { } start
            ? Durations.Format((job.Time("status", "completionTime") ?? now) - start)
            : ""),
        TableLayout.AgeColumn,
        Containers,
        Images,
        Selector);

    public static readonly TableLayout Services = Table(
        Text("Type", service => service.Text("spec", "type") ?? ""),
        Text("Cluster-IP", service => service.Text("spec", "clusterIP") ?? Nothing),
        Text("External-IP", ExternalAddress),
        Text("Port(s)", service => OrNothing(service.Objects("spec", "ports").Select(port => port.Number("nodePort") is { } node
            ? $"{port.Number("port")}:{node}/{port.Text("protocol")}"
            : $"{port.Number("port")}/{port.Text("protocol")}"))),
        TableLayout.AgeColumn,
        Wide("Selector", service => OrNothing(service.Entries("spec", "selector").Select(pair => $"{pair.Key}={pair.Value}"))));

    public static readonly TableLayout Endpoints = Table(
        Text("Endpoints", endpoints => Shorten(endpoints.Objects("subsets").SelectMany(subset =>
            subset.Objects("addresses").SelectMany(address => subset.Objects("ports").Select(port => $"{address.Text("ip")}:{port.Number("port")}")
                .DefaultIfEmpty(address.Text("ip") ?? ""))))),
        TableLayout.AgeColumn);

    public static readonly TableLayout EndpointSlices = Table(
        Text("AddressType", slice => slice.Text("addressType") ?? ""),
        Text("Ports", slice => Shorten(slice.Objects("ports").Select(port => port.Number("port")?.ToString() ?? "*"), "<unset>")),
        Text("Endpoints", slice => Shorten(slice.Objects("endpoints").SelectMany(endpoint => endpoint.Texts("addresses")), "<unset>")),
        TableLayout.AgeColumn);

    public static readonly TableLayout Events = new(
    [
        new("Last Seen", (core, now) => Durations.Since(core.Time("series", "lastObservedTime") ?? core.Time("lastTimestamp") ?? core.Time("eventTime"), now)),
        Text("Type", core => core.Text("type") ?? ""),
        Text("Reason", core => core.Text("reason") ?? ""),
        Text("Object", core => $"{core.Text("involvedObject", "kind")?.ToLowerInvariant()}/{core.Text("involvedObject", "name")}"),
        Wide("Subobject", core => core.Text("involvedObject", "fieldPath") ?? ""),
        Wide("Source", EventSource),
        Text("Message", core => (core.Text("message") ?? "").Trim()),
        new("First Seen", (core, now) => Durations.Since(core.Time("firstTimestamp") ?? core.Time("eventTime"), now)) { Priority = 1 },
        new("Count", (core, _) => core.Number("series", "count") ?? core.Number("count") ?? 1) { Priority = 1 },
        TableLayout.NameColumn with { Priority = 1 },
    ]);

    public static readonly TableLayout Namespaces = Table(Text("Status", ns => ns.Text("status", "phase") ?? ""), TableLayout.AgeColumn);

    public static readonly TableLayout Nodes = Table(
        Text("Status", node => node.Objects("status", "conditions").FirstOrDefault(condition => condition.Text("type") == "Ready") is { } ready
            ? (ready.Text("status") == "True" ? "Ready" : "NotReady") + (node.Flag("spec", "unschedulable") == true ? ",SchedulingDisabled" : "")
            : "Unknown"),
        Text("Roles", node => OrNothing(node.Entries("metadata", "labels")
            .Where(label => label.Key.StartsWith("node-role.kubernetes.io/", StringComparison.Ordinal)).Select(label => label.Key.Split('/')[1]).Order())),
        TableLayout.AgeColumn,
        Text("Version", node => node.Text("status", "nodeInfo", "kubeletVersion") ?? ""),
        Wide("Internal-IP", node => AddressOf(node, "InternalIP")),
        Wide("External-IP", node => AddressOf(node, "ExternalIP")),
        Wide("OS-Image", node => node.Text("status", "nodeInfo", "osImage") ?? "<unknown>"),
        Wide("Kernel-Version", node => node.Text("status", "nodeInfo", "kernelVersion") ?? "<unknown>"),
        Wide("Container-Runtime", node => node.Text("status", "nodeInfo", "containerRuntimeVersion") ?? "<unknown>"));

    public static readonly TableLayout Claims = Table(
        Text("Status", claim => claim.IsTerminating() ? "Terminating" : claim.Text("status", "phase") ?? ""),
        Text("Volume", claim => claim.Text("spec", "volumeName") ?? ""),
        Text("Capacity", claim => claim.Text("status", "capacity", "storage") ?? ""),
        Text("Access Modes", claim => string.Join(',', claim.Texts("status", "accessModes").Select(mode => mode switch
        {
            "ReadWriteOnce" => "RWO",
            "ReadOnlyMany" => "ROX",
            "ReadWriteMany" => "RWX",
            _ => "RWOP",
        }))),
        Text("StorageClass", claim => claim.Text("spec", "storageClassName") ?? ""),
        Text("VolumeAttributesClass", claim => claim.Text("spec", "volumeAttributesClassName") ?? "<unset>"),
        TableLayout.AgeColumn,
        Wide("VolumeMode", claim => claim.Text("spec", "volumeMode") ?? "<unset>"));

    public static readonly TableLayout Secrets = Table(
        Text("Type", secret => secret.Text("type") ?? ""),
        new Column("Data", (secret, _) => secret.Map("data")?.Count ?? 0),
        TableLayout.AgeColumn);

    public static readonly TableLayout ConfigMaps = Table(
        new Column("Data", (map, _) => (map.Map("data")?.Count ?? 0) + (map.Map("binaryData")?.Count ?? 0)),
        TableLayout.AgeColumn);

    public static readonly TableLayout AgeOnly = Table(TableLayout.AgeColumn);

    public static readonly TableLayout Autoscalers = Table(
        Text("Reference", scaler => $"{scaler.Text("spec", "scaleTargetRef", "kind")}/{scaler.Text("spec", "scaleTargetRef", "name")}"),
        Text("Targets", Targets),
        Text("MinPods", scaler => scaler.Number("spec", "minReplicas")?.ToString() ?? "<unset>"),
        Count("MaxPods", "spec", "maxReplicas"),
        Count("Replicas", "status", "currentReplicas"),
        TableLayout.AgeColumn);

    public static readonly TableLayout NetworkPolicies = Table(
        Text("Pod-Selector", policy => LabelSelector.Describe(policy.Map("spec", "podSelector")) is { Length: > 0 } text ? text : Nothing),
        TableLayout.AgeColumn);

    public static readonly TableLayout Budgets = Table(
        Text("Min Available", budget => ValueOf(budget.At("spec", "minAvailable"), "N/A")),
        Text("Max Unavailable", budget => ValueOf(budget.At("spec", "maxUnavailable"), "N/A")),
        Whole("Allowed Disruptions", "status", "disruptionsAllowed"),
        TableLayout.AgeColumn);

    public static readonly TableLayout Bindings = Table(
        Text("Role", binding => $"{binding.Text("roleRef", "kind")}/{binding.Text("roleRef", "name")}"),
        TableLayout.AgeColumn,
        Wide("Users", binding => SubjectsOf(binding, "User")),
        Wide("Groups", binding => SubjectsOf(binding, "Group")),
        Wide("ServiceAccounts", binding => string.Join(", ", binding.Objects("subjects").Where(subject => subject.Text("kind") == "ServiceAccount")
            .Select(subject => $"{subject.Text("namespace")}/{subject.Text("name")}"))));

    public static readonly TableLayout StorageClasses = Table(
        Text("Provisioner", item => item.Text("provisioner") ?? ""),
        Text("ReclaimPolicy", item => item.Text("reclaimPolicy") ?? "Delete"),
        Text("VolumeBindingMode", item => item.Text("volumeBindingMode") ?? "Immediate"),
        Text("AllowVolumeExpansion", item => item.Flag("allowVolumeExpansion") == true ? "true" : "false"),
        TableLayout.AgeColumn);

    public static readonly TableLayout PriorityClasses = Table(
        Whole("Value", "value"),
        new Column("Global-Default", (item, _) => item.Flag("globalDefault") == true) { Type = "boolean" },
        TableLayout.AgeColumn,
        Text("PreemptionPolicy", item => item.Text("preemptionPolicy") ?? "PreemptLowerPriority"));

    public static readonly TableLayout Leases = Table(Text("Holder", lease => lease.Text("spec", "holderIdentity") ?? ""), TableLayout.AgeColumn);

    public static readonly TableLayout Webhooks = Table(
        new Column("Webhooks", (item, _) => item.Objects("webhooks").Count()) { Type = "integer" },
        TableLayout.AgeColumn);

    private static Column Containers =>
        Wide("Containers", obj => string.Join(',', obj.Objects("spec", "template", "spec", "containers").Select(item => item.Text("name"))));

    private static Column Images =>
        Wide("Images", obj => string.Join(',', obj.Objects("spec", "template", "spec", "containers").Select(item => item.Text("image"))));

    private static Column Selector => Wide("Selector", obj => LabelSelector.Describe(obj.Map("spec", "selector")));

    private static TableLayout Table(params Column[] columns) => new([TableLayout.NameColumn, .. columns]);

    private static Column Text(string name, Func<JsonObject, string> cell) => new(name, (obj, _) => cell(obj));

    private static Column Wide(string name, Func<JsonObject, string> cell) => Text(name, cell) with { Priority = 1 };

    private static Column Count(string name, params string[] path) => new(name, (obj, _) => obj.Number(path) ?? 0);

    private static Column Whole(string name, params string[] path) => Count(name, path) with { Type = "integer" };

    private static string ReadyOf(JsonObject obj) => $"{obj.Number("status", "readyReplicas") ?? 0}/{obj.Number("spec", "replicas") ?? 0}";

    private static string OrNothing(IEnumerable<string> items) => string.Join(',', items) is { Length: > 0 } text ? text : Nothing;

    private static string ValueOf(JsonNode? node, string otherwise) => node.Text() ?? node?.ToJsonString() ?? otherwise;

    private static string Shorten(IEnumerable<string> items, string none = Nothing)
    {
        var all = items.ToList();
        return all.Count switch
        {
            0 => none,
            <= 3 => string.Join(',', all),
            _ => $"{string.Join(',', all.Take(3))} + {all.Count - 3} more...",
        };
    }

    private static string AddressOf(JsonObject node, string type) =>
        node.Objects("status", "addresses").FirstOrDefault(address => address.Text("type") == type).Text("address") ?? Nothing;

    private static string ExternalAddress(JsonObject service) => service.Text("spec", "type") switch
    {
        "ExternalName" => service.Text("spec", "externalName") ?? "",
        "LoadBalancer" => service.Objects("status", "loadBalancer", "ingress").Select(item => item.Text("ip") ?? item.Text("hostname")).FirstOrDefault()
            ?? "<pending>",
        _ => OrNothing(service.Texts("spec", "externalIPs")),
    };

    private static string EventSource(JsonObject core)
    {
        var component = core.Text("source", "component") is { Length: > 0 } named ? named : core.Text("reportingComponent") ?? "";
        var host = core.Text("source", "host") is { Length: > 0 } named2 ? named2 : core.Text("reportingInstance") ?? "";
        return host.Length == 0 ? component : $"{component}, {host}";
    }

    private static string JobStatus(JsonObject job) =>
        job.IsTerminating() ? "Terminating"
        : HasCondition(job, "Complete") ? "Complete"
        : HasCondition(job, "Failed") ? "Failed"
        : job.Flag("spec", "suspend") == true ? "Suspended"
        : "Running";

    private static bool HasCondition(JsonObject obj, string type) =>
        obj.Objects("status", "conditions").Any(condition => condition.Text("type") == type && condition.Text("status") == "True");

    private static string Targets(JsonObject scaler)
    {
        var texts = scaler.Objects("spec", "metrics").Select(metric =>
        {
            var name = metric.Text("resource", "name") ?? metric.Text("external", "metric", "name") ?? metric.Text("pods", "metric", "name");
            var target = metric.Number("resource", "target", "averageUtilization") is { } percent
                ? $"{percent}%"
                : metric.Text("external", "target", "averageValue") ?? metric.Text("resource", "target", "averageValue") ?? "<auto>";
            var current = scaler.Objects("status", "currentMetrics").Select(item => item.Number("resource", "current", "averageUtilization")).FirstOrDefault(item => item is not null);
            return $"{name}: {(current is { } known ? $"{known}%" : "<unknown>")}/{target}";
        });
        return OrNothing(texts);
    }

    private static string SubjectsOf(JsonObject binding, string kind) =>
        string.Join(", ", binding.Objects("subjects").Where(subject => subject.Text("kind") == kind).Select(subject => subject.Text("name")));
}
