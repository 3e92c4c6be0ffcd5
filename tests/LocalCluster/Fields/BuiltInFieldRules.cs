using System.Text.Json.Nodes;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>
/// What the built-in types declare beyond their fields: keyed lists, sets, atomic objects, strategic merge keys, and the
/// structs that are always there. The facts are those of the OpenAPI documents of Kubernetes 1.36 (<c>x-kubernetes-list-type</c>,
/// <c>x-kubernetes-map-type</c>, <c>x-kubernetes-patch-strategy</c>, and <c>default: {}</c>). Lists without a rule are atomic.
/// </summary>
internal static class BuiltInFieldRules
{
    private static readonly ListKey Protocol = new("protocol", JsonValue.Create("TCP"));

    private static readonly Dictionary<Type, FieldRules> Rules = new()
    {
        [typeof(Corev1EndpointPort)] = new FieldRules().Atomic(),
        [typeof(Corev1Event)] = new FieldRules().Present("eventTime", "firstTimestamp", "involvedObject", "lastTimestamp", "source"),
        [typeof(Discoveryv1EndpointPort)] = new FieldRules().Atomic(),
        [typeof(Eventsv1Event)] = new FieldRules().Present("deprecatedFirstTimestamp", "deprecatedLastTimestamp", "deprecatedSource", "eventTime", "regarding"),
        [typeof(Rbacv1Subject)] = new FieldRules().Atomic(),
        [typeof(V1APIServiceStatus)] = new FieldRules().Keyed("conditions", "type"),
        [typeof(V1AllocatedDeviceStatus)] = new FieldRules().KeyedByApply("conditions", new ListKey("type")),
        [typeof(V1AllocationResult)] = new FieldRules().Present("devices"),
        [typeof(V1CSIDriverSpec)] = new FieldRules().Set("volumeLifecycleModes"),
        [typeof(V1CSINodeSpec)] = new FieldRules().Keyed("drivers", "name").Present("drivers"),
        [typeof(V1CertificateSigningRequestStatus)] = new FieldRules().KeyedByApply("conditions", new ListKey("type")),
        [typeof(V1ClusterRoleBinding)] = new FieldRules().Present("roleRef"),
        [typeof(V1ConfigMapKeySelector)] = new FieldRules().Atomic(),
        [typeof(V1Container)] = new FieldRules()
            .Keyed("env", "name")
            .Keyed("ports", new ListKey("containerPort"), Protocol)
            .Keyed("volumeDevices", "devicePath")
            .Keyed("volumeMounts", "mountPath")
            .Present("resources"),
        [typeof(V1ContainerRestartRuleOnExitCodes)] = new FieldRules().Set("values"),
        [typeof(V1ContainerStatus)] = new FieldRules()
            .Keyed("allocatedResourcesStatus", "name")
            .Keyed("volumeMounts", "mountPath")
            .Present("lastState", "state"),
        [typeof(V1CronJobSpec)] = new FieldRules().Present("jobTemplate"),
        [typeof(V1CrossVersionObjectReference)] = new FieldRules().Atomic(),
        [typeof(V1CustomResourceDefinitionSpec)] = new FieldRules().Present("names"),
        [typeof(V1CustomResourceDefinitionStatus)] = new FieldRules()
            .KeyedByApply("conditions", new ListKey("type"))
            .Present("acceptedNames"),
        [typeof(V1DaemonSetSpec)] = new FieldRules().Present("template", "updateStrategy"),
        [typeof(V1DaemonSetStatus)] = new FieldRules().Keyed("conditions", "type"),
        [typeof(V1DeploymentSpec)] = new FieldRules().Present("strategy", "template").RetainsKeys("strategy"),
        [typeof(V1DeploymentStatus)] = new FieldRules().Keyed("conditions", "type"),
        [typeof(V1Endpoint)] = new FieldRules().Set("addresses").Present("conditions").Present("addresses"),
        [typeof(V1EndpointAddress)] = new FieldRules().Atomic(),
        [typeof(V1EphemeralContainer)] = new FieldRules()
            .Keyed("env", "name")
            .Keyed("ports", new ListKey("containerPort"), Protocol)
            .Keyed("volumeDevices", "devicePath")
            .Keyed("volumeMounts", "mountPath")
            .Present("resources"),
        [typeof(V1FileKeySelector)] = new FieldRules().Atomic(),
        [typeof(V1FlowSchemaSpec)] = new FieldRules().Present("priorityLevelConfiguration"),
        [typeof(V1FlowSchemaStatus)] = new FieldRules().Keyed("conditions", "type"),
        [typeof(V1HTTPIngressPath)] = new FieldRules().Present("backend"),
        [typeof(V1HorizontalPodAutoscalerSpec)] = new FieldRules().Present("scaleTargetRef"),
        [typeof(V1IngressServiceBackend)] = new FieldRules().Present("port"),
        [typeof(V1IngressStatus)] = new FieldRules().Present("loadBalancer"),
        [typeof(V1JSONSchemaProps)] = new FieldRules().Keyed("x-kubernetes-validations", "rule"),
        [typeof(V1JobSpec)] = new FieldRules().Present("template"),
        [typeof(V1JobStatus)] = new FieldRules().MergedByPatches("conditions", "type"),
        [typeof(V1JobTemplateSpec)] = new FieldRules().Present("metadata", "spec"),
        [typeof(V1LabelSelector)] = new FieldRules().Atomic(),
        [typeof(V1LimitedPriorityLevelConfiguration)] = new FieldRules().Present("limitResponse"),
        [typeof(V1LocalObjectReference)] = new FieldRules().Atomic(),
        [typeof(V1MatchResources)] = new FieldRules().Atomic(),
        [typeof(V1MutatingAdmissionPolicySpec)] = new FieldRules().Keyed("matchConditions", "name"),
        [typeof(V1MutatingWebhook)] = new FieldRules().Keyed("matchConditions", "name").Present("clientConfig"),
        [typeof(V1MutatingWebhookConfiguration)] = new FieldRules().Keyed("webhooks", "name"),
        [typeof(V1NamedRuleWithOperations)] = new FieldRules().Atomic(),
        [typeof(V1NamespaceStatus)] = new FieldRules().Keyed("conditions", "type"),
        [typeof(V1NetworkPolicySpec)] = new FieldRules().Present("podSelector"),
        [typeof(V1NodeAllocatableResourceClaimStatus)] = new FieldRules().Set("containers"),
        [typeof(V1NodeDaemonEndpoints)] = new FieldRules().Present("kubeletEndpoint"),
        [typeof(V1NodeSelector)] = new FieldRules().Atomic(),
        [typeof(V1NodeSelectorTerm)] = new FieldRules().Atomic(),
        [typeof(V1NodeSpec)] = new FieldRules().Set("podCIDRs").MergedByPatches("podCIDRs"),
        [typeof(V1NodeStatus)] = new FieldRules()
            .Keyed("addresses", "type")
            .Keyed("conditions", "type")
            .Present("daemonEndpoints", "nodeInfo"),
        [typeof(V1NonResourcePolicyRule)] = new FieldRules().Set("nonResourceURLs").Set("verbs").Present("nonResourceURLs", "verbs"),
        [typeof(V1ObjectFieldSelector)] = new FieldRules().Atomic(),
        [typeof(V1ObjectMeta)] = new FieldRules().Set("finalizers").MergedByPatches("finalizers").Keyed("ownerReferences", "uid"),
        [typeof(V1ObjectReference)] = new FieldRules().Atomic(),
        [typeof(V1OwnerReference)] = new FieldRules().Atomic(),
        [typeof(V1ParamKind)] = new FieldRules().Atomic(),
        [typeof(V1ParamRef)] = new FieldRules().Atomic(),
        [typeof(V1PersistentVolumeClaimSpec)] = new FieldRules().Present("resources"),
        [typeof(V1PersistentVolumeClaimStatus)] = new FieldRules().Keyed("conditions", "type"),
        [typeof(V1PersistentVolumeClaimTemplate)] = new FieldRules().Present("metadata", "spec"),
        [typeof(V1PersistentVolumeSpec)] = new FieldRules().Granular("claimRef"),
        [typeof(V1PodDisruptionBudgetSpec)] = new FieldRules().ReplacedByPatches("selector"),
        [typeof(V1PodDisruptionBudgetStatus)] = new FieldRules().Keyed("conditions", "type"),
        [typeof(V1PodFailurePolicyOnExitCodesRequirement)] = new FieldRules().Set("values").Present("values"),
        [typeof(V1PodSpec)] = new FieldRules()
            .Keyed("containers", "name")
            .Keyed("ephemeralContainers", "name")
            .Keyed("hostAliases", "ip")
            .Keyed("imagePullSecrets", "name")
            .Keyed("initContainers", "name")
            .AtomicMap("nodeSelector")
            .Keyed("resourceClaims", "name").RetainsKeys("resourceClaims")
            .Keyed("schedulingGates", "name")
            .Keyed("topologySpreadConstraints", new ListKey("topologyKey"), new ListKey("whenUnsatisfiable"))
            .Keyed("volumes", "name").RetainsKeys("volumes")
            .Present("containers"),
        [typeof(V1PodStatus)] = new FieldRules()
            .Keyed("conditions", "type")
            .MergedByPatches("hostIPs", "ip")
            .Keyed("podIPs", "ip")
            .Keyed("resourceClaimStatuses", "name").RetainsKeys("resourceClaimStatuses"),
        [typeof(V1PodTemplate)] = new FieldRules().Present("template"),
        [typeof(V1PodTemplateSpec)] = new FieldRules().Present("metadata", "spec"),
        [typeof(V1PreferredSchedulingTerm)] = new FieldRules().Present("preference"),
        [typeof(V1PriorityLevelConfigurationStatus)] = new FieldRules().Keyed("conditions", "type"),
        [typeof(V1ReplicaSetSpec)] = new FieldRules().Present("template"),
        [typeof(V1ReplicaSetStatus)] = new FieldRules().Keyed("conditions", "type"),
        [typeof(V1ReplicationControllerSpec)] = new FieldRules().AtomicMap("selector"),
        [typeof(V1ReplicationControllerStatus)] = new FieldRules().Keyed("conditions", "type"),
        [typeof(V1ResourceClaimSpec)] = new FieldRules().Present("devices"),
        [typeof(V1ResourceClaimStatus)] = new FieldRules()
            .KeyedByApply("devices", new ListKey("driver"), new ListKey("device"), new ListKey("pool"), new ListKey("shareID"))
            .Keyed("reservedFor", "uid"),
        [typeof(V1ResourceClaimTemplateSpec)] = new FieldRules().Present("metadata", "spec"),
        [typeof(V1ResourceFieldSelector)] = new FieldRules().Atomic(),
        [typeof(V1ResourcePolicyRule)] = new FieldRules()
            .Set("apiGroups")
            .Set("namespaces")
            .Set("resources")
            .Set("verbs")
            .Present("apiGroups", "resources", "verbs"),
        [typeof(V1ResourceRequirements)] = new FieldRules().KeyedByApply("claims", new ListKey("name")),
        [typeof(V1ResourceSliceSpec)] = new FieldRules().Present("pool"),
        [typeof(V1ResourceStatus)] = new FieldRules().KeyedByApply("resources", new ListKey("resourceID")),
        [typeof(V1RoleBinding)] = new FieldRules().Present("roleRef"),
        [typeof(V1RoleRef)] = new FieldRules().Atomic(),
        [typeof(V1Scheduling)] = new FieldRules().AtomicMap("nodeSelector"),
        [typeof(V1ScopeSelector)] = new FieldRules().Atomic(),
        [typeof(V1SecretKeySelector)] = new FieldRules().Atomic(),
        [typeof(V1SecretReference)] = new FieldRules().Atomic(),
        [typeof(V1ServiceAccount)] = new FieldRules().Keyed("secrets", "name"),
        [typeof(V1ServiceBackendPort)] = new FieldRules().Atomic(),
        [typeof(V1ServiceCIDRStatus)] = new FieldRules().Keyed("conditions", "type"),
        [typeof(V1ServiceSpec)] = new FieldRules().Keyed("ports", new ListKey("port"), Protocol).AtomicMap("selector"),
        [typeof(V1ServiceStatus)] = new FieldRules().Keyed("conditions", "type").Present("loadBalancer"),
        [typeof(V1StatefulSetSpec)] = new FieldRules().Present("template", "updateStrategy"),
        [typeof(V1StatefulSetStatus)] = new FieldRules().Keyed("conditions", "type"),
        [typeof(V1TopologySelectorTerm)] = new FieldRules().Atomic(),
        [typeof(V1TypedLocalObjectReference)] = new FieldRules().Atomic(),
        [typeof(V1UncountedTerminatedPods)] = new FieldRules().Set("failed").Set("succeeded"),
        [typeof(V1ValidatingAdmissionPolicyBindingSpec)] = new FieldRules().Set("validationActions").Present("validationActions"),
        [typeof(V1ValidatingAdmissionPolicySpec)] = new FieldRules().Keyed("matchConditions", "name").Keyed("variables", "name"),
        [typeof(V1ValidatingAdmissionPolicyStatus)] = new FieldRules().KeyedByApply("conditions", new ListKey("type")),
        [typeof(V1ValidatingWebhook)] = new FieldRules().Keyed("matchConditions", "name").Present("clientConfig"),
        [typeof(V1ValidatingWebhookConfiguration)] = new FieldRules().Keyed("webhooks", "name"),
        [typeof(V1Variable)] = new FieldRules().Atomic(),
        [typeof(V1VolumeAttachmentSpec)] = new FieldRules().Present("source"),
        [typeof(V1WeightedPodAffinityTerm)] = new FieldRules().Present("podAffinityTerm"),
        [typeof(V2ContainerResourceMetricSource)] = new FieldRules().Present("target"),
        [typeof(V2ContainerResourceMetricStatus)] = new FieldRules().Present("current"),
        [typeof(V2ExternalMetricSource)] = new FieldRules().Present("metric", "target"),
        [typeof(V2ExternalMetricStatus)] = new FieldRules().Present("current", "metric"),
        [typeof(V2HorizontalPodAutoscalerSpec)] = new FieldRules().Present("scaleTargetRef"),
        [typeof(V2HorizontalPodAutoscalerStatus)] = new FieldRules().Keyed("conditions", "type"),
        [typeof(V2ObjectMetricSource)] = new FieldRules().Present("describedObject", "metric", "target"),
        [typeof(V2ObjectMetricStatus)] = new FieldRules().Present("current", "describedObject", "metric"),
        [typeof(V2PodsMetricSource)] = new FieldRules().Present("metric", "target"),
        [typeof(V2PodsMetricStatus)] = new FieldRules().Present("current", "metric"),
        [typeof(V2ResourceMetricSource)] = new FieldRules().Present("target"),
        [typeof(V2ResourceMetricStatus)] = new FieldRules().Present("current"),
    };

    /// <summary>The rules of a model type.</summary>
    public static FieldRules For(Type type) => Rules.GetValueOrDefault(type, FieldRules.None);
}
