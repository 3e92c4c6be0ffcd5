using System.Text.Json.Nodes;
using k8s.Models;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.ApiServer.Tables;
using KafkaLogstash.LocalCluster.Fields;

namespace KafkaLogstash.LocalCluster.ApiServer.Kinds;

/// <summary>The resources that every cluster has, as far as this server knows them.</summary>
internal static class BuiltInResources
{
    private const string Rbac = "rbac.authorization.k8s.io";

    private static readonly IReadOnlyList<string> CreateOnly = ["create"];

    /// <summary>All of them; the first version of a group is its preferred one.</summary>
    public static IEnumerable<ResourceType> All() => [.. Core(), .. Workloads(), .. Access(), .. Others()];

    private static IEnumerable<ResourceType> Core() =>
    [
        Type<V1ConfigMap>("", "configmaps", BuiltInTables.ConfigMaps, strategy => strategy with
        {
            Validate = Configuration.ValidateConfigMap,
            ValidateUpdate = Configuration.Immutable,
        }) with { ShortNames = ["cm"] },
        Type<V1Endpoints>("", "endpoints", BuiltInTables.Endpoints) with { ShortNames = ["ep"], ListKind = "EndpointsList" },
        Type<Corev1Event>("", "events", BuiltInTables.Events, strategy => strategy with
        {
            AllowsCreateOnUpdate = true,
            Default = Events.Default,
            Validate = Events.Validate,
            SelectableFields = Events.CoreFields,
        }) with
        {
            ShortNames = ["ev"],
            Present = obj => obj.Text("apiVersion") == "v1" ? obj : Events.ToCore(obj),
        },
        Type<V1Namespace>("", "namespaces", BuiltInTables.Namespaces, strategy => strategy with
        {
            IsolatesStatus = true,
            ValidateName = Names.Label,
            PrepareForCreate = (obj, _) =>
            {
                obj["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") };
                obj["status"] = new JsonObject { ["phase"] = "Active" };
            },
            Default = obj => obj.Meta().Ensure("labels")["kubernetes.io/metadata.name"] = obj.Name(),
            PrepareForUpdate = (obj, live) => obj.Put("spec", live["spec"]),
            SelectableFields = Selectable(("status.phase", obj => obj.Text("status", "phase"))),
        }) with
        {
            Namespaced = false,
            ShortNames = ["ns"],
            Verbs = [.. ResourceType.AllVerbs.Where(verb => verb != "deletecollection")],
            Subresources = [new("finalize", ["update"]), Subresource.Status],
        },
        Type<V1Node>("", "nodes", BuiltInTables.Nodes, strategy => strategy with
        {
            SelectableFields = Selectable(("spec.unschedulable", obj => obj.Flag("spec", "unschedulable") == true ? "true" : "false")),
        }) with { Namespaced = false, ShortNames = ["no"], Subresources = [Subresource.Status] },
        Type<V1PersistentVolumeClaim>("", "persistentvolumeclaims", BuiltInTables.Claims, strategy => strategy with
        {
            IsolatesStatus = true,
            ReturnsDeletedObject = true,
            Default = obj => obj.Ensure("spec").Default("volumeMode", "Filesystem"),
            PrepareForCreate = Policies.PrepareClaim,
            Validate = Policies.ValidateClaim,
            ValidateUpdate = Policies.ClaimIsImmutable,
        }) with { ShortNames = ["pvc"], Subresources = [Subresource.Status] },
        Type<V1Pod>("", "pods", BuiltInTables.Pods, strategy => strategy with
        {
            TracksGeneration = true,
            IsolatesStatus = true,
            ReturnsDeletedObject = true,
            GracePeriod = Pods.GracePeriod,
            Default = Pods.Default,
            PrepareForCreate = Pods.PrepareForCreate,
            PrepareForUpdate = Pods.PrepareForUpdate,
            Admit = PodSecurity.AdmitPod,
            Validate = Pods.Validate,
            ValidateUpdate = Pods.ValidateUpdate,
            SelectableFields = Pods.Fields,
        }) with
        {
            ShortNames = ["po"],
            Categories = ["all"],
            Subresources = [new("eviction", CreateOnly, "policy", "v1", "Eviction"), new("log", ["get"]), Subresource.Status],
        },
        Type<V1Secret>("", "secrets", BuiltInTables.Secrets, strategy => strategy with
        {
            Default = Configuration.DefaultSecret,
            Validate = Configuration.ValidateSecret,
            ValidateUpdate = Configuration.ValidateSecretUpdate,
            SelectableFields = Selectable(("type", obj => obj.Text("type"))),
        }),
        Type<V1ServiceAccount>("", "serviceaccounts", BuiltInTables.AgeOnly) with
        {
            ShortNames = ["sa"],
            Subresources = [new("token", CreateOnly, "authentication.k8s.io", "v1", "TokenRequest")],
        },
        Type<V1Service>("", "services", BuiltInTables.Services, strategy => strategy with
        {
            IsolatesStatus = true,
            ReturnsDeletedObject = true,
            ValidateName = Names.Label1035,
            Default = Services.Default,
            PrepareForCreate = Services.PrepareForCreate,
            PrepareForUpdate = Services.PrepareForUpdate,
            Validate = Services.Validate,
            ValidateUpdate = Services.ValidateUpdate,
            SelectableFields = Selectable(("spec.clusterIP", obj => obj.Text("spec", "clusterIP")), ("spec.type", obj => obj.Text("spec", "type"))),
        }) with { ShortNames = ["svc"], Categories = ["all"], Subresources = [Subresource.Status] },
    ];

    private static IEnumerable<ResourceType> Workloads() =>
    [
        Workload<V1Deployment>("deployments", "deploy", BuiltInTables.Deployments, strategy => strategy with
        {
            GenerationCountsAnnotations = true,
            Default = Kinds.Workloads.DefaultDeployment,
            PrepareForCreate = (obj, _) => obj["status"] = new JsonObject(),
            Validate = Kinds.Workloads.ValidateDeployment,
            ValidateUpdate = Kinds.Workloads.SelectorIsImmutable,
        }),
        Workload<V1ReplicaSet>("replicasets", "rs", BuiltInTables.ReplicaSets, strategy => strategy with
        {
            Default = Kinds.Workloads.DefaultReplicaSet,
            PrepareForCreate = (obj, _) => obj["status"] = new JsonObject { ["replicas"] = 0 },
            Validate = Kinds.Workloads.ValidateReplicaSet,
            ValidateUpdate = Kinds.Workloads.SelectorIsImmutable,
            SelectableFields = Selectable(("status.replicas", obj => (obj.Number("status", "replicas") ?? 0).ToString())),
        }),
        Workload<V1StatefulSet>("statefulsets", "sts", BuiltInTables.StatefulSets, strategy => strategy with
        {
            Default = Kinds.Workloads.DefaultStatefulSet,
            PrepareForCreate = (obj, _) => obj["status"] = new JsonObject { ["replicas"] = 0, ["availableReplicas"] = 0 },
            Validate = Kinds.Workloads.ValidateStatefulSet,
            ValidateUpdate = Kinds.Workloads.StatefulSetIsMutableInPart,
        }),
        Type<Eventsv1Event>("events.k8s.io", "events", BuiltInTables.Events, strategy => strategy with
        {
            AllowsCreateOnUpdate = true,
            Default = Events.Default,
            Validate = Events.ValidateNew,
            SelectableFields = Events.NewFields,
        }) with
        {
            ShortNames = ["ev"],
            StorageKey = "events",
            Fields = BuiltInFieldSchemas.For("", "v1", "Event"),
            Present = Events.ToNew,
            ToStorage = Events.ToCore,
        },
        Type<V2HorizontalPodAutoscaler>("autoscaling", "horizontalpodautoscalers", BuiltInTables.Autoscalers, strategy => strategy with
        {
            IsolatesStatus = true,
            Default = Policies.DefaultAutoscaler,
            PrepareForCreate = (obj, _) => obj["status"] = new JsonObject { ["desiredReplicas"] = 0, ["currentMetrics"] = null },
            Validate = Policies.ValidateAutoscaler,
        }) with { Version = "v2", ShortNames = ["hpa"], Categories = ["all"], Subresources = [Subresource.Status] },
        Type<V1Job>("batch", "jobs", BuiltInTables.Jobs, strategy => strategy with
        {
            TracksGeneration = true,
            IsolatesStatus = true,
            Default = Kinds.Workloads.DefaultJob,
            PrepareForCreate = Kinds.Workloads.PrepareJob,
            Admit = PodSecurity.AdmitTemplate,
            Validate = Kinds.Workloads.ValidateJob,
            ValidateUpdate = Kinds.Workloads.JobTemplateIsImmutable,
            SelectableFields = Selectable(("status.successful", obj => (obj.Number("status", "succeeded") ?? 0).ToString())),
        }) with { Categories = ["all"], Subresources = [Subresource.Status] },
    ];

    private static IEnumerable<ResourceType> Access() =>
    [
        Review("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview"),
        Review("authentication.k8s.io", "tokenreviews", "TokenReview"),
        Review("authorization.k8s.io", "localsubjectaccessreviews", "LocalSubjectAccessReview") with { Namespaced = true },
        Review("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview"),
        Review("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview"),
        Review("authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview"),
        Type<V1ClusterRoleBinding>(Rbac, "clusterrolebindings", BuiltInTables.Bindings, BindingRules) with { Namespaced = false },
        Type<V1ClusterRole>(Rbac, "clusterroles", TableLayout.NameAndAge, RoleRules) with { Namespaced = false },
        Type<V1RoleBinding>(Rbac, "rolebindings", BuiltInTables.Bindings, BindingRules),
        Type<V1Role>(Rbac, "roles", TableLayout.NameAndAge, RoleRules),
    ];

    private static IEnumerable<ResourceType> Others() =>
    [
        Type<V1NetworkPolicy>("networking.k8s.io", "networkpolicies", BuiltInTables.NetworkPolicies, strategy => strategy with
        {
            TracksGeneration = true,
            Default = Policies.DefaultNetworkPolicy,
            Validate = Policies.ValidateNetworkPolicy,
        }) with { ShortNames = ["netpol"] },
        Type<V1PodDisruptionBudget>("policy", "poddisruptionbudgets", BuiltInTables.Budgets, strategy => strategy with
        {
            TracksGeneration = true,
            IsolatesStatus = true,
            AllowsUnconditionalUpdate = false,
            PrepareForCreate = Policies.PrepareBudget,
            Validate = Policies.ValidateBudget,
        }) with { ShortNames = ["pdb"], Subresources = [Subresource.Status] },
        Type<V1StorageClass>("storage.k8s.io", "storageclasses", BuiltInTables.StorageClasses, strategy => strategy with
        {
            Default = obj =>
            {
                obj.Default("reclaimPolicy", "Delete");
                obj.Default("volumeBindingMode", "Immediate");
            },
        }) with { Namespaced = false, ShortNames = ["sc"] },
        Type<V1ValidatingWebhookConfiguration>("admissionregistration.k8s.io", "validatingwebhookconfigurations", BuiltInTables.Webhooks, strategy => strategy with
        {
            TracksGeneration = true,
            GenerationCountsAll = true,
            Default = Webhooks.Default,
            Validate = Webhooks.Validate,
        }) with { Namespaced = false, Categories = ["api-extensions"] },
        Type<V1CustomResourceDefinition>("apiextensions.k8s.io", "customresourcedefinitions", TableLayout.NameAndAge, strategy => strategy with
        {
            TracksGeneration = true,
            IsolatesStatus = true,
            Default = Definitions.Default,
            PrepareForCreate = Definitions.PrepareForCreate,
            Validate = Definitions.Validate,
            ValidateUpdate = Definitions.ValidateUpdate,
        }) with
        {
            Namespaced = false,
            ShortNames = ["crd", "crds"],
            Categories = ["api-extensions"],
            Subresources = [Subresource.Status],
        },
        Type<V1PriorityClass>("scheduling.k8s.io", "priorityclasses", BuiltInTables.PriorityClasses, strategy => strategy with
        {
            TracksGeneration = true,
            Default = obj => obj.Default("preemptionPolicy", "PreemptLowerPriority"),
        }) with { Namespaced = false, ShortNames = ["pc"] },
        Type<V1Lease>("coordination.k8s.io", "leases", BuiltInTables.Leases, strategy => strategy with
        {
            AllowsCreateOnUpdate = true,
            AllowsUnconditionalUpdate = false,
            Validate = Policies.ValidateLease,
        }),
        Type<V1EndpointSlice>("discovery.k8s.io", "endpointslices", BuiltInTables.EndpointSlices, strategy => strategy with
        {
            TracksGeneration = true,
            GenerationCountsAll = true,
            Default = Policies.DefaultSlice,
            Validate = Policies.ValidateSlice,
        }),
    ];

    private static Strategy BindingRules(Strategy strategy) => strategy with
    {
        ValidateName = Names.PathSegment,
        Default = Policies.DefaultBinding,
        Validate = Policies.ValidateBinding,
        ValidateUpdate = Policies.RoleRefIsImmutable,
    };

    private static Strategy RoleRules(Strategy strategy) => strategy with { ValidateName = Names.PathSegment, Validate = Policies.ValidateRole };

    private static ResourceType Type<TModel>(string group, string plural, TableLayout table, Func<Strategy, Strategy>? rules = null)
    {
        var entity = (KubernetesEntityAttribute)Attribute.GetCustomAttribute(typeof(TModel), typeof(KubernetesEntityAttribute))!;
        var strategy = new Strategy { Model = typeof(TModel) };
        return new()
        {
            Group = group,
            Version = entity.ApiVersion,
            Plural = plural,
            Singular = entity.Kind.ToLowerInvariant(),
            Kind = entity.Kind,
            Namespaced = true,
            StorageKey = group.Length == 0 ? plural : $"{plural}.{group}",
            Table = table,
            Strategy = rules?.Invoke(strategy) ?? strategy,
            Fields = BuiltInFieldSchemas.For(group, entity.ApiVersion, entity.Kind),
        };
    }

    private static ResourceType Workload<TModel>(string plural, string shortName, TableLayout table, Func<Strategy, Strategy> rules) =>
        Type<TModel>("apps", plural, table, strategy => rules(strategy with
        {
            TracksGeneration = true,
            IsolatesStatus = true,
            Admit = PodSecurity.AdmitTemplate,
            Scale = new("spec.replicas", "status.replicas", "spec.selector"),
        })) with
        {
            ShortNames = [shortName],
            Categories = ["all"],
            Subresources = [Subresource.Scale, Subresource.Status],
        };

    private static ResourceType Review(string group, string plural, string kind) => new()
    {
        Group = group,
        Version = "v1",
        Plural = plural,
        Singular = kind.ToLowerInvariant(),
        Kind = kind,
        Namespaced = false,
        StorageKey = $"{plural}.{group}",
        Verbs = CreateOnly,
    };

    private static Dictionary<string, Func<JsonObject, string>> Selectable(params (string Field, Func<JsonObject, string?> Read)[] fields) =>
        fields.ToDictionary(field => field.Field, field => (Func<JsonObject, string>)(obj => field.Read(obj) ?? ""));
}
