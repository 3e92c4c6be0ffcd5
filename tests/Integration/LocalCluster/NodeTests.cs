using k8s;
using k8s.Models;
using static KafkaLogstash.Tests.Integration.LocalCluster.ChosenCluster;
using static KafkaLogstash.Tests.Integration.LocalCluster.RunningKubernetes;

namespace KafkaLogstash.Tests.Integration.LocalCluster;

public sealed class NodeTests(RunningKubernetes running) : IClassFixture<RunningKubernetes>, IAsyncLifetime
{
    private string _namespace = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Kubernetes Client => running.Client;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(running.Local.Node is null, "This cluster has nodes of its own.");
        _namespace = await running.Local.Cluster.CreateNamespaceAsync("node", Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_namespace.Length > 0)
        {
            await Client.CoreV1.DeleteNamespaceAsync(_namespace, cancellationToken: CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_deployment_becomes_ready_scales_rolls_and_leaves_nothing()
    {
        var container = Shell("echo $VERSION > ready; exec sleep 600");
        container.Env = [new V1EnvVar { Name = "VERSION", Value = "1" }];
        container.ReadinessProbe = new V1Probe { Exec = new V1ExecAction { Command = ["test", "-f", "ready"] }, PeriodSeconds = 1 };
        await Client.AppsV1.CreateNamespacedDeploymentAsync(Deployment("web", 2, Pod(container)), _namespace, cancellationToken: Cancellation);
        await DeploymentAsync("web", status => status is { ReadyReplicas: 2, AvailableReplicas: 2 }, "two ready replicas");
        var before = await PodsAsync(pods => pods.Count == 2, "two pods");
        Assert.Equal(2, before.Select(pod => pod.Status.PodIP).Distinct().Count());
        Assert.All(before, pod => Assert.StartsWith("127.", pod.Status.PodIP));

        await Client.AppsV1.PatchNamespacedDeploymentScaleAsync(Merge("""{"spec":{"replicas":3}}"""), "web", _namespace, cancellationToken: Cancellation);
        await DeploymentAsync("web", status => status.ReadyReplicas == 3, "three ready replicas");

        var patch = """{"spec":{"template":{"spec":{"containers":[{"name":"main","env":[{"name":"VERSION","value":"2"}]}]}}}}""";
        await Client.AppsV1.PatchNamespacedDeploymentAsync(
            new V1Patch(patch, V1Patch.PatchType.StrategicMergePatch), "web", _namespace, cancellationToken: Cancellation);
        var rolled = await DeploymentAsync(
            "web",
            status => status is { UpdatedReplicas: 3, AvailableReplicas: 3, Replicas: 3 },
            "all replicas updated");
        Assert.Equal("2", rolled.Annotations()["deployment.kubernetes.io/revision"]);
        Assert.Equal("NewReplicaSetAvailable", rolled.Status.Conditions.Single(condition => condition.Type == "Progressing").Reason);
        var after = await PodsAsync(pods => pods.Count == 3, "only new pods");
        Assert.All(after, pod => Assert.Equal("2", pod.Spec.Containers[0].Env[0].Value));

        await Client.AppsV1.DeleteNamespacedDeploymentAsync("web", _namespace, cancellationToken: Cancellation);
        await PodsAsync(pods => pods.Count == 0, "no pods");
    }

    [Fact]
    public async Task A_missing_secret_is_named_and_its_creation_heals_the_pod()
    {
        var container = Shell("echo password is ${#PASSWORD} long; exec sleep 600");
        container.Env =
        [
            new V1EnvVar
            {
                Name = "PASSWORD",
                ValueFrom = new V1EnvVarSource { SecretKeyRef = new V1SecretKeySelector { Name = "kafka", Key = "password" } },
            },
        ];
        await CreateAsync("needy", Pod(container));
        var waiting = await PodAsync("needy", pod => WaitingReason(pod) == "CreateContainerConfigError", "the pod waits for its configuration");
        Assert.Equal("secret \"kafka\" not found", waiting.Status.ContainerStatuses[0].State.Waiting.Message);

        await Client.CoreV1.CreateNamespacedSecretAsync(
            new V1Secret { Metadata = new V1ObjectMeta { Name = "kafka" }, StringData = new Dictionary<string, string> { ["password"] = "12345" } },
            _namespace,
            cancellationToken: Cancellation);

        var healed = await PodAsync("needy", IsReady, "the pod is ready");
        await LogAsync(healed, "password is 5 long");
    }

    [Fact]
    public async Task A_changed_config_map_reaches_the_files_of_a_running_pod()
    {
        await ConfigMapAsync("greeting", ("text", "hello"));
        var container = Shell("while :; do cat $LOCAL_CLUSTER_ROOT/etc/greeting/text; echo; sleep 0.1; done");
        container.VolumeMounts = [new V1VolumeMount { Name = "greeting", MountPath = "/etc/greeting" }];
        var spec = Pod(container);
        spec.Volumes = [new V1Volume { Name = "greeting", ConfigMap = new V1ConfigMapVolumeSource { Name = "greeting" } }];
        await CreateAsync("reader", spec);
        var pod = await PodAsync("reader", IsReady, "the pod is ready");
        await LogAsync(pod, "hello");

        await Client.CoreV1.PatchNamespacedConfigMapAsync(Merge("""{"data":{"text":"goodbye"}}"""), "greeting", _namespace, cancellationToken: Cancellation);

        await LogAsync(pod, "goodbye");
        Assert.Equal(0, (await PodAsync("reader", IsReady, "the pod is ready")).Status.ContainerStatuses[0].RestartCount);
    }

    [Fact]
    public async Task A_container_that_keeps_ending_is_restarted_ever_later()
    {
        await CreateAsync("crashing", Pod(Shell("echo run; exit 3")));

        var pod = await PodAsync(
            "crashing",
            pod => WaitingReason(pod) == "CrashLoopBackOff" && pod.Status.ContainerStatuses[0].RestartCount > 1,
            "the container waits for its next restart");

        Assert.Equal(3, pod.Status.ContainerStatuses[0].LastState.Terminated.ExitCode);
        Assert.Contains("back-off", pod.Status.ContainerStatuses[0].State.Waiting.Message);
        Assert.Equal("Running", pod.Status.Phase);
        Assert.Equal("run\n", await running.LogAsync(pod));
    }

    [Fact]
    public async Task An_unknown_image_is_named_with_those_that_are_known()
    {
        await CreateAsync("unknown", Pod(new V1Container { Name = "main", Image = "example.com/none:1" }));

        var pod = await PodAsync("unknown", pod => WaitingReason(pod) is "ErrImagePull" or "ImagePullBackOff", "the image is refused");

        Assert.Contains("example.com/none:1", pod.Status.ContainerStatuses[0].State.Waiting.Message);
        Assert.Contains("docker.elastic.co/logstash/logstash", pod.Status.ContainerStatuses[0].State.Waiting.Message);
    }

    [Fact]
    public async Task Init_containers_run_first_and_hand_on_files_and_a_pod_may_know_itself()
    {
        var init = Shell("echo from init > $LOCAL_CLUSTER_ROOT/shared/note", "prepare");
        init.VolumeMounts = [new V1VolumeMount { Name = "shared", MountPath = "/shared" }];
        var main = Shell("cat $LOCAL_CLUSTER_ROOT/shared/note; echo $(GREETING), limit $LIMIT");
        main.VolumeMounts = init.VolumeMounts;
        main.Resources = new V1ResourceRequirements { Limits = new Dictionary<string, ResourceQuantity> { ["memory"] = new("64Mi") } };
        main.Env =
        [
            new V1EnvVar { Name = "POD", ValueFrom = new V1EnvVarSource { FieldRef = new V1ObjectFieldSelector { FieldPath = "metadata.name" } } },
            new V1EnvVar { Name = "GREETING", Value = "I am $(POD)" },
            new V1EnvVar
            {
                Name = "LIMIT",
                ValueFrom = new V1EnvVarSource { ResourceFieldRef = new V1ResourceFieldSelector { Resource = "limits.memory", Divisor = new("1Mi") } },
            },
        ];
        var spec = Pod(main);
        spec.RestartPolicy = "Never";
        spec.InitContainers = [init];
        spec.Volumes = [new V1Volume { Name = "shared", EmptyDir = new V1EmptyDirVolumeSource() }];

        await CreateAsync("knowing", spec);

        var pod = await PodAsync("knowing", pod => pod.Status.Phase == "Succeeded", "the pod succeeds");
        Assert.Equal("from init\nI am knowing, limit 64\n", await running.LogAsync(pod));
        Assert.Equal("Completed", pod.Status.InitContainerStatuses[0].State.Terminated.Reason);
    }

    [Fact]
    public async Task A_container_that_ignores_the_wish_to_end_is_killed_after_its_grace_period()
    {
        var spec = Pod(Shell("trap '' TERM; echo deaf; while :; do sleep 0.1; done"));
        spec.TerminationGracePeriodSeconds = 1;
        await CreateAsync("deaf", spec);
        await LogAsync(await PodAsync("deaf", IsReady, "the pod is ready"), "deaf");

        await Client.CoreV1.DeleteNamespacedPodAsync("deaf", _namespace, cancellationToken: Cancellation);

        await PodsAsync(pods => pods.Count == 0, "the pod is gone");
    }

    [Fact]
    public async Task A_failing_liveness_probe_restarts_the_container()
    {
        var container = Shell("touch alive; exec sleep 600");
        container.LivenessProbe = new V1Probe { Exec = new V1ExecAction { Command = ["false"] }, PeriodSeconds = 1, FailureThreshold = 1 };
        var spec = Pod(container);
        spec.TerminationGracePeriodSeconds = 1;

        await CreateAsync("sick", spec);

        var pod = await PodAsync("sick", pod => pod.Status.ContainerStatuses?[0].RestartCount > 0, "the container is restarted");
        Assert.Equal(143, pod.Status.ContainerStatuses[0].LastState.Terminated.ExitCode);
    }

    [Fact]
    public async Task Logstash_is_stood_in_for_and_answers_its_probes()
    {
        await ConfigMapAsync(
            "settings",
            ("logstash.yml", "api.http.host: 0.0.0.0\npath.data: /usr/share/logstash/data\n"),
            ("pipelines.yml", "- pipeline.id: main\n  path.config: /etc/logstash/pipeline/*.conf\n"));
        await ConfigMapAsync("pipeline", ("main.conf", "input { http { port => 8080 } } output { stdout { } }"));
        var spec = Pod(LogstashContainer("docker.elastic.co/logstash/logstash:9.5.2"));
        spec.Containers[0].Ports = [new V1ContainerPort { Name = "api", ContainerPort = 9600 }];
        spec.Containers[0].ReadinessProbe = new V1Probe { HttpGet = new V1HTTPGetAction { Port = "api", Path = "/" }, PeriodSeconds = 1 };
        spec.Containers[0].VolumeMounts.Add(new V1VolumeMount { Name = "pipeline", MountPath = "/etc/logstash/pipeline" });
        spec.Volumes = [.. LogstashVolumes(), new V1Volume { Name = "pipeline", ConfigMap = new V1ConfigMapVolumeSource { Name = "pipeline" } }];

        await CreateAsync("logstash", spec);

        var pod = await PodAsync("logstash", IsReady, "Logstash is ready");
        using var http = new HttpClient();
        var answer = await http.GetStringAsync(new Uri($"http://{pod.Status.PodIP}:9600/"), Cancellation);
        Assert.Contains("9.5.2", answer);
    }

    [Fact]
    public async Task A_real_Logstash_finds_its_volumes_where_its_image_has_them()
    {
        await ConfigMapAsync("settings", ("logstash.yml", "node.name: real"));
        var spec = Pod(LogstashContainer("local/logstash:9.5.2"));
        spec.Volumes = [.. LogstashVolumes()];

        await CreateAsync("real", spec);

        var pod = await PodAsync("real", pod => IsReady(pod) || WaitingReason(pod) == "CreateContainerError", "Logstash runs or says why not");
        Assert.SkipWhen(WaitingReason(pod) == "CreateContainerError", $"No mount namespaces here: {pod.Status.ContainerStatuses[0].State.Waiting?.Message}");
        await LogAsync(pod, "home is read-only");
        Assert.Equal(
            $"user 1000, arguments --path.settings /etc/logstash/settings --api.http.host {pod.Status.PodIP}\n"
            + "settings: node.name: real\nnames: 127.0.0.1 localhost\ndata is writable\nhome is read-only\n",
            await running.LogAsync(pod));
    }

    [Fact]
    public async Task The_name_of_a_service_leads_to_its_ready_pods_and_to_no_others()
    {
        var ready = Shell("touch ready; exec sleep 600");
        ready.ReadinessProbe = new V1Probe { Exec = new V1ExecAction { Command = ["test", "-f", "ready"] }, PeriodSeconds = 1 };
        var unready = Shell("exec sleep 600");
        unready.ReadinessProbe = ready.ReadinessProbe;
        await Client.CoreV1.CreateNamespacedServiceAsync(
            new V1Service
            {
                Metadata = new V1ObjectMeta { Name = "web" },
                Spec = new V1ServiceSpec { Selector = new Dictionary<string, string> { ["app"] = "web" }, Ports = [new V1ServicePort { Port = 80 }], ClusterIP = "None" },
            },
            _namespace,
            cancellationToken: Cancellation);
        await Client.AppsV1.CreateNamespacedDeploymentAsync(Deployment("web", 2, Pod(ready)), _namespace, cancellationToken: Cancellation);
        var pods = await PodsAsync(pods => pods.Count(IsReady) == 2, "two ready pods");
        await NamesAsync("web", pods.Select(pod => pod.Status.PodIP));

        await CreateAsync("idle", Pod(unready), ("app", "web"));
        await PodAsync("idle", pod => pod.Status.Phase == "Running", "a pod that is not ready");
        await Client.CoreV1.DeleteNamespacedPodAsync(pods[0].Name(), _namespace, cancellationToken: Cancellation);

        await PodsAsync(now => now.Count(IsReady) == 2 && now.All(pod => pod.Name() != pods[0].Name()), "another ready pod");
        await NamesAsync("web", (await PodsAsync(_ => true, "the pods")).Where(IsReady).Select(pod => pod.Status.PodIP));
        await Client.AppsV1.DeleteNamespacedDeploymentAsync("web", _namespace, cancellationToken: Cancellation);
        await NamesAsync("web", []);
    }

    private static V1Container LogstashContainer(string image) => new()
    {
        Name = "main",
        Image = image,
        Command = ["/usr/share/logstash/bin/logstash"],
        Args = ["--path.settings", "/etc/logstash/settings"],
        VolumeMounts =
        [
            new V1VolumeMount { Name = "settings", MountPath = "/etc/logstash/settings" },
            new V1VolumeMount { Name = "data", MountPath = "/usr/share/logstash/data" },
            new V1VolumeMount { Name = "tmp", MountPath = "/tmp" },
        ],
    };

    private static IEnumerable<V1Volume> LogstashVolumes() =>
    [
        new V1Volume { Name = "settings", ConfigMap = new V1ConfigMapVolumeSource { Name = "settings" } },
        new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() },
        new V1Volume { Name = "tmp", EmptyDir = new V1EmptyDirVolumeSource() },
    ];

    private static V1PodSpec Pod(V1Container container) => new() { Containers = [container] };

    private static V1Patch Merge(string patch) => new(patch, V1Patch.PatchType.MergePatch);

    private static string? WaitingReason(V1Pod pod) => pod.Status.ContainerStatuses?[0].State?.Waiting?.Reason;

    private static bool IsReady(V1Pod pod) => pod.Status.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) == true;

    private Task<V1Pod> CreateAsync(string name, V1PodSpec spec, params (string Name, string Value)[] labels) => Client.CoreV1.CreateNamespacedPodAsync(
        new V1Pod { Metadata = new V1ObjectMeta { Name = name, Labels = labels.ToDictionary(label => label.Name, label => label.Value) }, Spec = spec },
        _namespace,
        cancellationToken: Cancellation);

    /// <summary>Waits until a Service's name leads to these addresses.</summary>
    private async Task NamesAsync(string service, IEnumerable<string> addresses)
    {
        var expected = addresses.Order(StringComparer.Ordinal).ToList();
        await EventuallyAsync(
            async token => (await File.ReadAllLinesAsync(running.Local.Node!.NamesFile, token))
                .Where(line => line.Contains($" {service}.{_namespace}.svc ", StringComparison.Ordinal))
                .Select(line => line.Split(' ')[0])
                .Order(StringComparer.Ordinal)
                .ToList(),
            found => found.SequenceEqual(expected),
            $"the name {service} leads to {string.Join(", ", expected)}");
    }

    private Task<V1ConfigMap> ConfigMapAsync(string name, params (string Key, string Value)[] data) => Client.CoreV1.CreateNamespacedConfigMapAsync(
        new V1ConfigMap { Metadata = new V1ObjectMeta { Name = name }, Data = data.ToDictionary(pair => pair.Key, pair => pair.Value) },
        _namespace,
        cancellationToken: Cancellation);

    private Task<V1Pod> PodAsync(string name, Func<V1Pod, bool> wished, string what) =>
        EventuallyAsync(token => Client.CoreV1.ReadNamespacedPodAsync(name, _namespace, cancellationToken: token), wished, what);

    private async Task<IList<V1Pod>> PodsAsync(Func<IList<V1Pod>, bool> wished, string what) =>
        (await EventuallyAsync(token => Client.CoreV1.ListNamespacedPodAsync(_namespace, cancellationToken: token), list => wished(list.Items), what)).Items;

    private Task<V1Deployment> DeploymentAsync(string name, Func<V1DeploymentStatus, bool> wished, string what) => EventuallyAsync(
        token => Client.AppsV1.ReadNamespacedDeploymentAsync(name, _namespace, cancellationToken: token),
        deployment => deployment.Status is { } status && status.ObservedGeneration == deployment.Metadata.Generation && wished(status),
        what);

    private Task<string> LogAsync(V1Pod pod, string expected) =>
        EventuallyAsync(_ => running.LogAsync(pod), log => log.Contains(expected, StringComparison.Ordinal), $"the log says '{expected}'");
}
