using System.Text;
using System.Text.Json.Nodes;
using KafkaLogstash.Controller.Rendering;
using KafkaLogstash.Controller.Rendering.Bridges;
using KafkaLogstash.Tests.Unit.Operator;
using YamlDotNet.Serialization;

namespace KafkaLogstash.Tests.Monitoring;

/// <summary>What <c>kubectl apply -k config/monitoring</c> brings: the chart's files, and monitors that find the pods there are.</summary>
public sealed class ManifestTests
{
    private const string Folder = "config/monitoring";

    private static readonly string ChartFiles = Path.Combine(Checkout.Root, "charts/kafka-logstash-operator/files");

    public static TheoryData<string> Alerts() => [.. Names("alerts", "*.yaml")];

    public static TheoryData<string> Dashboards() => [.. Names("dashboards", "*.json")];

    [Theory]
    [MemberData(nameof(Alerts))]
    public void The_alerts_are_the_charts(string name)
    {
        var manifest = new StringBuilder(
            $"""
            # Written by 'make golden' from charts/kafka-logstash-operator/files/alerts/{name}.
            apiVersion: monitoring.coreos.com/v1
            kind: PrometheusRule
            metadata:
              name: kafka-logstash-operator-{Path.GetFileNameWithoutExtension(name)}
            spec:

            """);
        foreach (var line in File.ReadLines(Path.Combine(ChartFiles, "alerts", name)))
        {
            manifest.Append(line.Length > 0 ? "  " : "").Append(line).Append('\n');
        }

        GoldenFile.Matches(manifest.ToString(), $"{Folder}/rules/{name}");
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void The_dashboards_are_the_charts(string name) =>
        GoldenFile.Matches(File.ReadAllText(Path.Combine(ChartFiles, "dashboards", name)), $"{Folder}/dashboards/{name}");

    [Fact]
    public async Task Kubectl_puts_all_of_it_together_in_the_operators_namespace()
    {
        var objects = await RenderAsync();

        string[] expected =
        [
            "ServiceMonitor/kafka-logstash-operator",
            "PodMonitor/kafka-logstash-operator-bridges",
            .. Names("alerts", "*.yaml").Select(name => $"PrometheusRule/kafka-logstash-operator-{Path.GetFileNameWithoutExtension(name)}"),
            .. Names("dashboards", "*.json").Select(name => $"ConfigMap/kafka-logstash-operator-dashboard-{Path.GetFileNameWithoutExtension(name)}"),
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), objects.Select(item => $"{item["kind"]}/{item["metadata"]!["name"]}").Order(StringComparer.Ordinal));
        Assert.All(objects, item => Assert.Equal("kafka-logstash-system", item["metadata"]!["namespace"]!.ToString()));
        foreach (var map in objects.Where(item => item["kind"]!.ToString() == "ConfigMap"))
        {
            Assert.Equal("1", map["metadata"]!["labels"]!["grafana_dashboard"]!.ToString());
            var (name, dashboard) = Assert.Single(map["data"]!.AsObject());
            Assert.Equal(File.ReadAllText(Path.Combine(ChartFiles, "dashboards", name)), dashboard!.ToString());
        }
    }

    [Fact]
    public async Task The_monitor_of_bridges_finds_the_pods_that_the_operator_makes_in_all_namespaces()
    {
        var monitor = (await RenderAsync()).Single(item => item["kind"]!.ToString() == "PodMonitor")["spec"]!;
        var labels = ConnectionLabels.For("orders", Workload.Bridge);

        Assert.Equal("true", monitor["namespaceSelector"]!["any"]!.ToString());
        Assert.All(monitor["selector"]!["matchLabels"]!.AsObject(), label => Assert.Equal(labels[label.Key]?.ToString(), label.Value!.ToString()));
        Assert.DoesNotContain(monitor["selector"]!["matchLabels"]!.AsObject(), label => ConnectionLabels.For("orders")[label.Key]?.ToString() == label.Value!.ToString() && label.Key == "app.kubernetes.io/name");
        var endpoint = Assert.Single(monitor["podMetricsEndpoints"]!.AsArray())!;
        Assert.Equal(BridgeDeployment.ManagementPort, endpoint["port"]!.ToString());

        // The label that holds the connection's name, as Prometheus' service discovery writes it.
        var relabeling = Assert.Single(endpoint["relabelings"]!.AsArray())!;
        Assert.Equal("__meta_kubernetes_pod_label_" + ConnectionLabels.Instance.Replace('.', '_').Replace('/', '_'), relabeling["sourceLabels"]![0]!.ToString());
        Assert.Equal("name", relabeling["targetLabel"]!.ToString());
    }

    [Fact]
    public async Task The_monitor_of_the_operator_keeps_the_labels_of_connections()
    {
        var endpoint = Assert.Single((await RenderAsync()).Single(item => item["kind"]!.ToString() == "ServiceMonitor")["spec"]!["endpoints"]!.AsArray())!;

        Assert.Equal("true", endpoint["honorLabels"]!.ToString());
        Assert.Equal("/metrics", endpoint["path"]!.ToString());
    }

    private static IEnumerable<string> Names(string folder, string pattern) =>
        Directory.GetFiles(Path.Combine(ChartFiles, folder), pattern).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal);

    private static async Task<IReadOnlyList<JsonNode>> RenderAsync()
    {
        var kubectl = Tool.Find("kubectl");
        Assert.True(kubectl is not null, "There is no kubectl: run scripts/install-tools, which puts one into .tools/bin, or put one on PATH.");
        var (status, said) = await Tool.RunAsync(kubectl, "", "kustomize", Path.Combine(Checkout.Root, Folder));
        Assert.True(status == 0, said);

        var json = new SerializerBuilder().JsonCompatible().Build();
        return [.. said.Split("\n---\n").Select(text => JsonNode.Parse(json.Serialize(new DeserializerBuilder().Build().Deserialize<object>(text)))!)];
    }
}
