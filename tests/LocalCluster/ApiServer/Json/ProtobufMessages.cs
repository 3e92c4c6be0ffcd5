namespace KafkaLogstash.LocalCluster.ApiServer.Json;

/// <summary>How often a field occurs.</summary>
internal enum ProtobufShape
{
    One,
    List,
    Map,
}

/// <summary>What a field holds.</summary>
internal enum ProtobufType
{
    Text,
    Number,
    Flag,
    Bytes,
    Quantity,
    IntOrText,
    Time,
    Message,
}

/// <summary>A field by its JSON name.</summary>
internal sealed record ProtobufField(
    string Name, ProtobufType Type, ProtobufShape Shape = ProtobufShape.One, ProtobufMessage? Message = null);

/// <summary>A message: its fields by number.</summary>
internal sealed record ProtobufMessage(IReadOnlyDictionary<int, ProtobufField> Fields);

/// <summary>
/// The field numbers of the Kubernetes API, for what kubectl's commands send as protobuf: the <c>create</c> generators, access reviews,
/// tokens, evictions and delete options.
/// </summary>
internal static class ProtobufMessages
{
    private static readonly ProtobufMessage OwnerReference =
        Of((5, Text("apiVersion")), (1, Text("kind")), (3, Text("name")), (4, Text("uid")), (6, Flag("controller")), (7, Flag("blockOwnerDeletion")));

    private static readonly ProtobufMessage Meta = Of(
        (1, Text("name")), (2, Text("generateName")), (3, Text("namespace")), (5, Text("uid")), (6, Text("resourceVersion")),
        (11, Map("labels", ProtobufType.Text)), (12, Map("annotations", ProtobufType.Text)), (13, List("ownerReferences", OwnerReference)),
        (14, Texts("finalizers")));

    private static readonly ProtobufMessage Requirement = Of((1, Text("key")), (2, Text("operator")), (3, Texts("values")));

    private static readonly ProtobufMessage Selector = Of((1, Map("matchLabels", ProtobufType.Text)), (2, List("matchExpressions", Requirement)));

    private static readonly ProtobufMessage Port =
        Of((1, Text("name")), (2, Number("hostPort")), (3, Number("containerPort")), (4, Text("protocol")), (5, Text("hostIP")));

    private static readonly ProtobufMessage Resources = Of((1, Map("limits", ProtobufType.Quantity)), (2, Map("requests", ProtobufType.Quantity)));

    private static readonly ProtobufMessage Container = Of(
        (1, Text("name")), (2, Text("image")), (3, Texts("command")), (4, Texts("args")), (5, Text("workingDir")), (6, List("ports", Port)),
        (7, List("env", Of((1, Text("name")), (2, Text("value"))))), (8, One("resources", Resources)), (14, Text("imagePullPolicy")));

    private static readonly ProtobufMessage PodTemplate = Of(
        (1, One("metadata", Meta)),
        (2, One("spec", Of(
            (2, List("containers", Container)), (3, Text("restartPolicy")), (4, Number("terminationGracePeriodSeconds")), (6, Text("dnsPolicy")),
            (7, Map("nodeSelector", ProtobufType.Text)), (8, Text("serviceAccountName"))))));

    private static readonly ProtobufMessage RoleRules = Object((2, List("rules", Of(
        (1, Texts("verbs")), (2, Texts("apiGroups")), (3, Texts("resources")), (4, Texts("resourceNames")), (5, Texts("nonResourceURLs"))))));

    private static readonly ProtobufMessage RoleBinding = Object(
        (2, List("subjects", Of((1, Text("kind")), (2, Text("apiGroup")), (3, Text("name")), (4, Text("namespace"))))),
        (3, One("roleRef", Of((1, Text("apiGroup")), (2, Text("kind")), (3, Text("name"))))));

    private static readonly ProtobufMessage DeleteOptions = Of(
        (1, Number("gracePeriodSeconds")), (2, One("preconditions", Of((1, Text("uid")), (2, Text("resourceVersion"))))),
        (3, Flag("orphanDependents")), (4, Text("propagationPolicy")), (5, Texts("dryRun")));

    private static readonly ProtobufMessage SubjectAttributes = Of(
        (1, Text("namespace")), (2, Text("verb")), (3, Text("group")), (4, Text("version")), (5, Text("resource")), (6, Text("subresource")),
        (7, Text("name")));

    private static readonly ProtobufMessage PathAttributes = Of((1, Text("path")), (2, Text("verb")));

    private static readonly Dictionary<string, ProtobufMessage> Kinds = new(StringComparer.Ordinal)
    {
        ["ConfigMap"] = Object((2, Map("data", ProtobufType.Text)), (3, Map("binaryData", ProtobufType.Bytes)), (4, Flag("immutable"))),
        ["Secret"] = Object(
            (2, Map("data", ProtobufType.Bytes)), (3, Text("type")), (4, Map("stringData", ProtobufType.Text)), (5, Flag("immutable"))),
        ["Namespace"] = Object((2, One("spec", Of((1, Texts("finalizers")))))),
        ["ServiceAccount"] = Object((4, Flag("automountServiceAccountToken"))),
        ["Role"] = RoleRules,
        ["ClusterRole"] = RoleRules,
        ["RoleBinding"] = RoleBinding,
        ["ClusterRoleBinding"] = RoleBinding,
        ["Deployment"] = Object((2, One("spec", Of(
            (1, Number("replicas")), (2, One("selector", Selector)), (3, One("template", PodTemplate)), (5, Number("minReadySeconds")),
            (6, Number("revisionHistoryLimit")), (7, Flag("paused")), (9, Number("progressDeadlineSeconds")))))),
        ["Job"] = Object((2, One("spec", Of(
            (1, Number("parallelism")), (2, Number("completions")), (3, Number("activeDeadlineSeconds")), (4, One("selector", Selector)),
            (6, One("template", PodTemplate)), (7, Number("backoffLimit")), (8, Number("ttlSecondsAfterFinished")))))),
        ["Service"] = Object((2, One("spec", Of(
            (1, List("ports", Of(
                (1, Text("name")), (2, Text("protocol")), (3, Number("port")), (4, new("targetPort", ProtobufType.IntOrText)), (5, Number("nodePort"))))),
            (2, Map("selector", ProtobufType.Text)), (3, Text("clusterIP")), (4, Text("type")), (5, Texts("externalIPs")), (7, Text("sessionAffinity")),
            (10, Text("externalName")))))),
        ["PodDisruptionBudget"] = Object((2, One("spec", Of(
            (1, new("minAvailable", ProtobufType.IntOrText)), (2, One("selector", Selector)), (3, new("maxUnavailable", ProtobufType.IntOrText)))))),
        ["PriorityClass"] = Object((2, Number("value")), (3, Flag("globalDefault")), (4, Text("description")), (5, Text("preemptionPolicy"))),
        ["HorizontalPodAutoscaler"] = Object((2, One("spec", Of(
            (1, One("scaleTargetRef", Of((1, Text("kind")), (2, Text("name")), (3, Text("apiVersion"))))), (2, Number("minReplicas")),
            (3, Number("maxReplicas")), (4, List("metrics", Of((1, Text("type")), (4, One("resource", Of(
                (1, Text("name")), (2, One("target", Of(
                    (1, Text("type")), (2, new("value", ProtobufType.Quantity)), (3, new("averageValue", ProtobufType.Quantity)),
                    (4, Number("averageUtilization"))))))))))))))),
        ["Scale"] = Object((2, One("spec", Of((1, Number("replicas")))))),
        ["Eviction"] = Object((2, One("deleteOptions", DeleteOptions))),
        ["DeleteOptions"] = DeleteOptions,
        ["TokenRequest"] = Object((2, One("spec", Of(
            (1, Texts("audiences")), (3, One("boundObjectRef", Of((1, Text("kind")), (2, Text("apiVersion")), (3, Text("name")), (4, Text("uid"))))),
            (4, Number("expirationSeconds")))))),
        ["TokenReview"] = Object((2, One("spec", Of((1, Text("token")), (2, Texts("audiences")))))),
        ["SelfSubjectReview"] = Object(),
        ["SelfSubjectAccessReview"] = Object((2, One("spec", Of(
            (1, One("resourceAttributes", SubjectAttributes)), (2, One("nonResourceAttributes", PathAttributes)))))),
        ["SubjectAccessReview"] = Object((2, One("spec", Of(
            (1, One("resourceAttributes", SubjectAttributes)), (2, One("nonResourceAttributes", PathAttributes)), (3, Text("user")),
            (4, Texts("groups")), (6, Text("uid")))))),
        ["SelfSubjectRulesReview"] = Object((2, One("spec", Of((1, Text("namespace")))))),
    };

    /// <summary>What every object comes in: its type, and its bytes.</summary>
    public static ProtobufMessage Envelope { get; } =
        Of((1, One("typeMeta", Of((1, Text("apiVersion")), (2, Text("kind"))))), (2, new("raw", ProtobufType.Bytes)));

    public static ProtobufMessage TextOnly { get; } = Of((1, Text("text")));

    public static ProtobufMessage IntOrText { get; } = Of((1, Number("type")), (2, Number("number")), (3, Text("text")));

    public static ProtobufMessage Time { get; } = Of((1, Number("seconds")), (2, Number("nanos")));

    public static ProtobufMessage? Find(string kind) => Kinds.GetValueOrDefault(kind);

    private static ProtobufMessage Of(params (int Number, ProtobufField Field)[] fields) =>
        new(fields.ToDictionary(field => field.Number, field => field.Field));

    private static ProtobufMessage Object(params (int Number, ProtobufField Field)[] fields) => Of([(1, One("metadata", Meta)), .. fields]);

    private static ProtobufField Text(string name) => new(name, ProtobufType.Text);

    private static ProtobufField Texts(string name) => new(name, ProtobufType.Text, ProtobufShape.List);

    private static ProtobufField Number(string name) => new(name, ProtobufType.Number);

    private static ProtobufField Flag(string name) => new(name, ProtobufType.Flag);

    private static ProtobufField Map(string name, ProtobufType values) => new(name, values, ProtobufShape.Map);

    private static ProtobufField One(string name, ProtobufMessage message) => new(name, ProtobufType.Message, Message: message);

    private static ProtobufField List(string name, ProtobufMessage message) => new(name, ProtobufType.Message, ProtobufShape.List, message);
}
