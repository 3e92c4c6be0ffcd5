using KafkaLogstash.LocalCluster.ApiServer.Resources;

namespace KafkaLogstash.LocalCluster.ApiServer.Kinds;

/// <summary>The resources that every cluster has, as far as this server knows them.</summary>
internal static class BuiltInResources
{
    private static readonly IReadOnlyList<string> CreateOnly = ["create"];

    /// <summary>All of them; the first version of a group is its preferred one.</summary>
    public static IEnumerable<ResourceType> All() =>
    [
        Type("", "v1", "configmaps", "ConfigMap", "cm"),
        Type("", "v1", "endpoints", "Endpoints", "ep") with { Singular = "endpoints", ListKind = "EndpointsList" },
        Type("", "v1", "events", "Event", "ev"),
        Cluster("", "v1", "namespaces", "Namespace", "ns") with
        {
            Verbs = ["create", "delete", "get", "list", "patch", "update", "watch"],
            Subresources = [new("finalize", ["update"]), Subresource.Status],
            Strategy = new() { IsolatesStatus = true },
        },
        Cluster("", "v1", "nodes", "Node", "no") with { Subresources = [Subresource.Status], Strategy = new() { IsolatesStatus = true } },
        Type("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", "pvc") with { Subresources = [Subresource.Status], Strategy = new() { IsolatesStatus = true } },
        Type("", "v1", "pods", "Pod", "po") with
        {
            Categories = ["all"],
            Subresources = [new("eviction", CreateOnly, "policy", "v1", "Eviction"), new("log", ["get"]), Subresource.Status],
            Strategy = new() { IsolatesStatus = true, ReturnsDeletedObject = true },
        },
        Type("", "v1", "secrets", "Secret"),
        Type("", "v1", "serviceaccounts", "ServiceAccount", "sa") with
        {
            Subresources = [new("token", CreateOnly, "authentication.k8s.io", "v1", "TokenRequest")],
        },
        Type("", "v1", "services", "Service", "svc") with { Categories = ["all"], Subresources = [Subresource.Status], Strategy = new() { IsolatesStatus = true } },
        Workload("deployments", "Deployment", "deploy"),
        Workload("replicasets", "ReplicaSet", "rs"),
        Workload("statefulsets", "StatefulSet", "sts"),
        Type("events.k8s.io", "v1", "events", "Event", "ev") with { StorageKey = "events" },
        Review("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview"),
        Review("authentication.k8s.io", "tokenreviews", "TokenReview"),
        Review("authorization.k8s.io", "localsubjectaccessreviews", "LocalSubjectAccessReview") with { Namespaced = true },
        Review("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview"),
        Review("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview"),
        Review("authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview"),
        Type("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", "hpa") with { Categories = ["all"], Subresources = [Subresource.Status], Strategy = new() { IsolatesStatus = true } },
        Type("batch", "v1", "jobs", "Job") with { Categories = ["all"], Subresources = [Subresource.Status], Strategy = new() { IsolatesStatus = true, TracksGeneration = true } },
        Type("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", "netpol") with { Strategy = new() { TracksGeneration = true } },
        Type("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", "pdb") with { Subresources = [Subresource.Status], Strategy = new() { IsolatesStatus = true, TracksGeneration = true } },
        Cluster("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding") with { Strategy = new() { ValidateName = Names.PathSegment } },
        Cluster("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole") with { Strategy = new() { ValidateName = Names.PathSegment } },
        Type("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding") with { Strategy = new() { ValidateName = Names.PathSegment } },
        Type("rbac.authorization.k8s.io", "v1", "roles", "Role") with { Strategy = new() { ValidateName = Names.PathSegment } },
        Cluster("storage.k8s.io", "v1", "storageclasses", "StorageClass", "sc"),
        Cluster("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration") with { Categories = ["api-extensions"] },
        Cluster("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", "crd", "crds") with { Categories = ["api-extensions"], Subresources = [Subresource.Status], Strategy = new() { IsolatesStatus = true, TracksGeneration = true } },
        Cluster("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", "pc"),
        Type("coordination.k8s.io", "v1", "leases", "Lease") with { Strategy = new() { AllowsCreateOnUpdate = true } },
        Type("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"),
    ];

    private static ResourceType Type(string group, string version, string plural, string kind, params string[] shortNames) => new()
    {
        Group = group,
        Version = version,
        Plural = plural,
        Singular = kind.ToLowerInvariant(),
        Kind = kind,
        Namespaced = true,
        ShortNames = shortNames,
        StorageKey = group.Length == 0 ? plural : $"{plural}.{group}",
    };

    private static ResourceType Cluster(string group, string version, string plural, string kind, params string[] shortNames) =>
        Type(group, version, plural, kind, shortNames) with { Namespaced = false };

    private static ResourceType Review(string group, string plural, string kind) => Cluster(group, "v1", plural, kind) with { Verbs = CreateOnly };

    private static ResourceType Workload(string plural, string kind, string shortName) => Type("apps", "v1", plural, kind, shortName) with
    {
        Categories = ["all"],
        Subresources = [Subresource.Scale, Subresource.Status],
        Strategy = new()
        {
            IsolatesStatus = true,
            TracksGeneration = true,
            GenerationCountsAnnotations = kind == "Deployment",
            Scale = new("spec.replicas", "status.replicas", "spec.selector"),
        },
    };
}
