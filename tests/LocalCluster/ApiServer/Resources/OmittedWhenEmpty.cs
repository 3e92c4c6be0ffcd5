using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using KafkaLogstash.LocalCluster.ApiServer.Json;

namespace KafkaLogstash.LocalCluster.ApiServer.Resources;

/// <summary>
/// The fields that Go's <c>omitempty</c> drops when they are empty: all lists and maps, and those texts, numbers and flags that are
/// no pointers in Go. A client that sends <c>minReadySeconds: 0</c> does not read it back.
/// </summary>
internal static class OmittedWhenEmpty
{
    private static readonly FrozenDictionary<Type, FrozenSet<string>> Scalars = new Dictionary<Type, string[]>
    {
        [typeof(V1ObjectMeta)] = ["name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation"],
        [typeof(V1EnvVar)] = ["value"],
        [typeof(V1EnvFromSource)] = ["prefix"],
        [typeof(V1SecretKeySelector)] = ["name"],
        [typeof(V1ConfigMapKeySelector)] = ["name"],
        [typeof(V1ObjectFieldSelector)] = ["apiVersion"],
        [typeof(V1ResourceFieldSelector)] = ["containerName"],
        [typeof(V1VolumeMount)] = ["readOnly", "subPath", "subPathExpr"],
        [typeof(V1ContainerPort)] = ["name", "hostPort", "protocol", "hostIP"],
        [typeof(V1Container)] =
        [
            "image", "workingDir", "terminationMessagePath", "terminationMessagePolicy", "imagePullPolicy", "stdin", "stdinOnce", "tty",
        ],
        [typeof(V1Probe)] = ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"],
        [typeof(V1HTTPGetAction)] = ["path", "host", "scheme"],
        [typeof(V1TCPSocketAction)] = ["host"],
        [typeof(V1EmptyDirVolumeSource)] = ["medium"],
        [typeof(V1SecretVolumeSource)] = ["secretName"],
        [typeof(V1PersistentVolumeClaimVolumeSource)] = ["readOnly"],
        [typeof(V1PodSpec)] =
        [
            "restartPolicy", "dnsPolicy", "serviceAccountName", "serviceAccount", "nodeName", "hostNetwork", "hostPID", "hostIPC", "hostname",
            "subdomain", "schedulerName", "priorityClassName",
        ],
        [typeof(V1PodStatus)] = ["phase", "message", "reason", "nominatedNodeName", "hostIP", "podIP", "qosClass", "observedGeneration"],
        [typeof(V1DeploymentSpec)] = ["minReadySeconds", "paused"],
        [typeof(V1DeploymentStatus)] =
            ["observedGeneration", "replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas"],
        [typeof(V1DeploymentCondition)] = ["reason", "message"],
        [typeof(V1ReplicaSetSpec)] = ["minReadySeconds"],
        [typeof(V1ReplicaSetStatus)] = ["observedGeneration", "fullyLabeledReplicas", "readyReplicas", "availableReplicas"],
        [typeof(V1StatefulSetSpec)] = ["podManagementPolicy", "minReadySeconds"],
        [typeof(V1StatefulSetStatus)] =
            ["observedGeneration", "readyReplicas", "currentReplicas", "updatedReplicas", "currentRevision", "updateRevision"],
        [typeof(V1PodDisruptionBudgetStatus)] = ["observedGeneration"],
        [typeof(V1JobStatus)] = ["active", "succeeded", "failed"],
        [typeof(V1ServicePort)] = ["name", "protocol", "nodePort"],
        [typeof(V1ServiceSpec)] =
        [
            "clusterIP", "type", "loadBalancerIP", "externalName", "externalTrafficPolicy", "healthCheckNodePort", "publishNotReadyAddresses",
            "sessionAffinity",
        ],
        [typeof(V1PersistentVolumeClaimSpec)] = ["volumeName"],
        [typeof(V1Secret)] = ["type"],
        [typeof(V1ObjectReference)] = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"],
        [typeof(Corev1Event)] = ["reason", "message", "count", "type", "action"],
        [typeof(Eventsv1Event)] = ["action", "reason", "note", "type", "deprecatedCount", "reportingController", "reportingInstance"],
        [typeof(V1CustomResourceColumnDefinition)] = ["format", "description", "priority"],
        [typeof(V1CustomResourceDefinitionNames)] = ["singular", "listKind"],
    }.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.ToFrozenSet(StringComparer.Ordinal));

    // Kept although empty: they are required in Go, or their emptiness has a meaning.
    private static readonly FrozenSet<string> KeptLists = FrozenSet.ToFrozenSet(["rules", "managedFields", "containers"], StringComparer.Ordinal);

    public static bool Omits(Type owner, string name, ModelShape.Form shape, JsonNode value) => shape switch
    {
        ModelShape.Form.List => value is JsonArray { Count: 0 } && !KeptLists.Contains(name),
        ModelShape.Form.Map => value is JsonObject { Count: 0 },
        _ => Scalars.TryGetValue(owner, out var fields) && fields.Contains(name) && IsZero(value),
    };

    private static bool IsZero(JsonNode value) => value is JsonValue && value.GetValueKind() switch
    {
        JsonValueKind.String => value.Text() is { Length: 0 },
        JsonValueKind.Number => value.Number() == 0,
        JsonValueKind.False => true,
        _ => false,
    };
}
