using System.Text.Json.Nodes;
using Confluent.Kafka;
using k8s;
using k8s.Models;
using KafkaLogstash.Bridging;
using KafkaLogstash.LocalCluster.Kafka;
using static KafkaLogstash.Tests.Integration.LocalCluster.ChosenCluster;

namespace KafkaLogstash.Tests.Integration.LocalCluster;

/// <summary>Pods of the bridge's image, made by hand, without an operator.</summary>
public sealed class BridgeImageTests(RunningKubernetes running) : IClassFixture<RunningKubernetes>, IAsyncLifetime
{
    private string _namespace = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Kubernetes Client => running.Client;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(running.Local.Node is null, "This cluster has nodes of its own.");
        _namespace = await running.Local.Cluster.CreateNamespaceAsync("bridge", Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_namespace.Length > 0)
        {
            await Client.CoreV1.DeleteNamespaceAsync(_namespace, cancellationToken: CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_bridge_finds_a_Logstash_by_the_name_of_its_service_and_brings_it_what_Kafka_has()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);
        using (var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers }).SetLogHandler((_, _) => { }).Build())
        {
            await producer.ProduceAsync("orders", new Message<Null, string> { Value = """{"id":"o-1"}""" }, Cancellation);
        }

        await StartLogstashAsync();
        await StartBridgeAsync(kafka);

        var logstash = await PodAsync("logstash", IsReady, "Logstash is ready");
        await EventuallyAsync(_ => running.LogAsync(logstash), log => log.Contains("\"id\":\"o-1\"", StringComparison.Ordinal), "Logstash prints the record");
        await PodAsync("bridge", IsReady, "the bridge is ready");
    }

    private async Task StartLogstashAsync()
    {
        await Client.CoreV1.CreateNamespacedConfigMapAsync(
            new V1ConfigMap
            {
                Metadata = new V1ObjectMeta { Name = "pipeline" },
                Data = new Dictionary<string, string> { ["main.conf"] = "input { beats { port => 5044 } } output { stdout { codec => json } }" },
            },
            _namespace,
            cancellationToken: Cancellation);
        await Client.CoreV1.CreateNamespacedServiceAsync(
            new V1Service
            {
                Metadata = new V1ObjectMeta { Name = "beats" },
                Spec = new V1ServiceSpec { ClusterIP = "None", Selector = new Dictionary<string, string> { ["app"] = "logstash" }, Ports = [new V1ServicePort { Port = 5044 }] },
            },
            _namespace,
            cancellationToken: Cancellation);
        await CreateAsync("logstash", new V1PodSpec
        {
            Containers =
            [
                new V1Container
                {
                    Name = "main",
                    Image = "docker.elastic.co/logstash/logstash:9.5.2",
                    Args = ["--path.config", "/usr/share/logstash/pipeline", "--api.enabled", "false"],
                    VolumeMounts = [new V1VolumeMount { Name = "pipeline", MountPath = "/usr/share/logstash/pipeline" }],
                    ReadinessProbe = new V1Probe { TcpSocket = new V1TCPSocketAction { Port = 5044 }, PeriodSeconds = 1 },
                },
            ],
            Volumes = [new V1Volume { Name = "pipeline", ConfigMap = new V1ConfigMapVolumeSource { Name = "pipeline" } }],
        });
    }

    private async Task StartBridgeAsync(KafkaMockCluster kafka)
    {
        var settings = new BridgeSettings
        {
            Kafka = new BridgeKafkaSettings { ClientFile = "/etc/kafka-logstash/kafka/client.json" },
            Source = new SourceSettings
            {
                Topics = ["orders"],
                GroupId = "orders",
                AutoOffsetReset = "earliest",
                Logstash = new LogstashSettings { Hosts = [$"beats.{_namespace}.svc:5044"], Discover = true },
            },
        };
        await Client.CoreV1.CreateNamespacedConfigMapAsync(
            new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "settings" }, Data = new Dictionary<string, string> { ["bridge.json"] = BridgeSettingsFile.Write(settings) } },
            _namespace,
            cancellationToken: Cancellation);
        await Client.CoreV1.CreateNamespacedSecretAsync(
            new V1Secret
            {
                Metadata = new V1ObjectMeta { Name = "kafka" },
                StringData = new Dictionary<string, string> { ["client.json"] = new JsonObject { ["bootstrap.servers"] = kafka.BootstrapServers }.ToJsonString() },
            },
            _namespace,
            cancellationToken: Cancellation);
        await CreateAsync("bridge", new V1PodSpec
        {
            Containers =
            [
                new V1Container
                {
                    Name = "main",
                    Image = $"{BridgeDefaults.Image}:1.0.0",
                    VolumeMounts =
                    [
                        new V1VolumeMount { Name = "settings", MountPath = "/etc/kafka-logstash/bridge" },
                        new V1VolumeMount { Name = "kafka", MountPath = "/etc/kafka-logstash/kafka" },
                    ],
                    ReadinessProbe = new V1Probe { HttpGet = new V1HTTPGetAction { Port = BridgeDefaults.ManagementPort, Path = "/readyz" }, PeriodSeconds = 1 },
                },
            ],
            Volumes =
            [
                new V1Volume { Name = "settings", ConfigMap = new V1ConfigMapVolumeSource { Name = "settings" } },
                new V1Volume { Name = "kafka", Secret = new V1SecretVolumeSource { SecretName = "kafka" } },
            ],
        });
    }

    private static bool IsReady(V1Pod pod) => pod.Status.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) == true;

    private Task<V1Pod> CreateAsync(string name, V1PodSpec spec) => Client.CoreV1.CreateNamespacedPodAsync(
        new V1Pod { Metadata = new V1ObjectMeta { Name = name, Labels = new Dictionary<string, string> { ["app"] = name } }, Spec = spec },
        _namespace,
        cancellationToken: Cancellation);

    private Task<V1Pod> PodAsync(string name, Func<V1Pod, bool> wished, string what) =>
        EventuallyAsync(token => Client.CoreV1.ReadNamespacedPodAsync(name, _namespace, cancellationToken: token), wished, what);
}
