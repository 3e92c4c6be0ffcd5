using k8s.Models;

namespace KafkaLogstash.Tests.Integration.Runtime;

/// <summary>Objects as operators write them: with quantities and defaults that an API server writes in its own way.</summary>
internal static class Desired
{
    public static V1ConfigMap ConfigMap(string ns) => new() { Metadata = Metadata(ns), Data = new Dictionary<string, string> { ["pipeline.conf"] = "input {}" } };

    public static V1Secret Secret(string ns) => new()
    {
        Metadata = Metadata(ns),
        Data = new Dictionary<string, byte[]> { ["username"] = "app"u8.ToArray() },
        StringData = new Dictionary<string, string> { ["password"] = "hunter2" },
    };

    public static V1Service Service(string ns) => new()
    {
        Metadata = Metadata(ns),
        Spec = new V1ServiceSpec
        {
            Selector = Labels(),
            Ports = [new V1ServicePort { Name = "http", Port = 80, TargetPort = "http" }, new V1ServicePort { Name = "beats", Port = 5044 }],
        },
    };

    public static V1PodDisruptionBudget PodDisruptionBudget(string ns) => new()
    {
        Metadata = Metadata(ns),
        Spec = new V1PodDisruptionBudgetSpec { MaxUnavailable = 1, Selector = new V1LabelSelector { MatchLabels = Labels() } },
    };

    public static V1NetworkPolicy NetworkPolicy(string ns) => new()
    {
        Metadata = Metadata(ns),
        Spec = new V1NetworkPolicySpec
        {
            PodSelector = new V1LabelSelector { MatchLabels = Labels() },
            PolicyTypes = ["Ingress", "Egress"],
            Ingress = [],
            Egress =
            [
                new V1NetworkPolicyEgressRule
                {
                    Ports = [new V1NetworkPolicyPort { Port = 53, Protocol = "UDP" }, new V1NetworkPolicyPort { Port = 9092 }],
                    To = [new V1NetworkPolicyPeer { PodSelector = new V1LabelSelector() }],
                },
            ],
        },
    };

    public static V1Deployment Deployment(string ns) => new()
    {
        Metadata = Metadata(ns),
        Spec = new V1DeploymentSpec
        {
            Replicas = 1,
            Paused = false,
            Selector = new V1LabelSelector { MatchLabels = Labels() },
            Template = new V1PodTemplateSpec { Metadata = new V1ObjectMeta { Labels = Labels() }, Spec = Pod() },
        },
    };

    private static V1PodSpec Pod() => new()
    {
        AutomountServiceAccountToken = false,
        HostNetwork = false,
        ImagePullSecrets = [],
        NodeSelector = new Dictionary<string, string>(),
        SecurityContext = new V1PodSecurityContext { RunAsNonRoot = true, SeccompProfile = new V1SeccompProfile { Type = "RuntimeDefault" } },
        Containers =
        [
            new V1Container
            {
                Name = "app",
                Image = "registry.invalid/app:1",
                Args = [],
                Env =
                [
                    new V1EnvVar { Name = "EMPTY", Value = "" },
                    new V1EnvVar { Name = "POD", ValueFrom = new V1EnvVarSource { FieldRef = new V1ObjectFieldSelector { FieldPath = "metadata.name" } } },
                    new V1EnvVar
                    {
                        Name = "MEMORY",
                        ValueFrom = new V1EnvVarSource { ResourceFieldRef = new V1ResourceFieldSelector { Resource = "limits.memory" } },
                    },
                    new V1EnvVar
                    {
                        Name = "PASSWORD",
                        ValueFrom = new V1EnvVarSource { SecretKeyRef = new V1SecretKeySelector { Name = "app", Key = "password" } },
                    },
                ],
                Ports = [new V1ContainerPort { ContainerPort = 9600, Name = "http" }, new V1ContainerPort { ContainerPort = 5514, Protocol = "UDP" }],
                Resources = new V1ResourceRequirements
                {
                    Limits = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("1000m"), ["memory"] = new("1024Mi") },
                    Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("0.5") },
                },
                ReadinessProbe = new V1Probe { HttpGet = new V1HTTPGetAction { Path = "/", Port = "http" } },
                SecurityContext = new V1SecurityContext { AllowPrivilegeEscalation = false, Capabilities = new V1Capabilities { Drop = ["ALL"] } },
                VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/data" }],
            },
        ],
        Volumes =
        [
            new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource { SizeLimit = new ResourceQuantity("1024Mi") } },
            new V1Volume { Name = "scratch", EmptyDir = new V1EmptyDirVolumeSource() },
            new V1Volume { Name = "config", ConfigMap = new V1ConfigMapVolumeSource { Name = "app" } },
            new V1Volume
            {
                Name = "all",
                Projected = new V1ProjectedVolumeSource
                {
                    Sources =
                    [
                        new V1VolumeProjection { ConfigMap = new V1ConfigMapProjection { Name = "app" } },
                        new V1VolumeProjection { ServiceAccountToken = new V1ServiceAccountTokenProjection { Path = "token" } },
                    ],
                },
            },
        ],
    };

    private static V1ObjectMeta Metadata(string ns) => new() { Name = "app", NamespaceProperty = ns, Labels = Labels() };

    private static Dictionary<string, string> Labels() => new() { ["app.kubernetes.io/name"] = "app" };
}
