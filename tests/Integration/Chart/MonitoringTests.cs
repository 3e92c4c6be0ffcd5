using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.Run;
using KafkaLogstash.Tests.Monitoring;

namespace KafkaLogstash.Tests.Integration.Chart;

/// <summary>Who installs without Helm gets the same monitors, rules and dashboards: <c>config/monitoring</c> and the chart in step.</summary>
public sealed class MonitoringTests
{
    private const string Everything = "metrics: {serviceMonitor: {enabled: true}, podMonitor: {enabled: true}, prometheusRule: {enabled: true}, dashboards: {enabled: true}}";

    [Fact]
    public async Task Kustomize_and_Helm_bring_the_same()
    {
        var kubectl = Tool.Find("kubectl");
        Assert.True(kubectl is not null, "There is no kubectl: run scripts/install-tools, which puts one into .tools/bin, or put one on PATH.");
        var (status, said) = await Tool.RunAsync(kubectl, "", "kustomize", Path.Join(Kubectl.Tools.Checkout, "config", "monitoring"));
        Assert.True(status == 0, said);

        var kustomized = Yaml.Read(said);
        var rendered = (await RenderedChart.WithAsync(Everything)).Objects.Where(static item =>
            RenderedChart.Text(item, "metadata", "labels", "app.kubernetes.io/component") == "metrics" && RenderedChart.Text(item, "kind") != "Service").ToList();

        Assert.All(kustomized, static item => KubernetesModels.Read(item));
        Assert.Equal(rendered.Select(Name).Order(StringComparer.Ordinal), kustomized.Select(Name).Order(StringComparer.Ordinal));
        foreach (var (helms, kustomizes) in rendered.OrderBy(Name, StringComparer.Ordinal).Zip(kustomized.OrderBy(Name, StringComparer.Ordinal)))
        {
            Assert.True(JsonNode.DeepEquals(helms["spec"], kustomizes["spec"]), Name(helms));
            Assert.Equal(helms["data"]?.AsObject().Select(static file => (file.Key, file.Value!.ToString().TrimEnd())), kustomizes["data"]?.AsObject().Select(static file => (file.Key, file.Value!.ToString().TrimEnd())));
        }
    }

    [Fact]
    public async Task Bridges_are_looked_for_where_connections_may_be()
    {
        var everywhere = (await RenderedChart.WithAsync(Everything)).One("PodMonitor", $"{RenderedChart.Release}-bridges");
        var listed = (await RenderedChart.WithAsync($"{Everything}\nwatchNamespaces: [shop, billing]\n")).One("PodMonitor", $"{RenderedChart.Release}-bridges");

        Assert.Equal("""{"any":true}""", everywhere["spec"]!["namespaceSelector"]!.ToJsonString());
        Assert.Equal("""{"matchNames":["shop","billing"]}""", listed["spec"]!["namespaceSelector"]!.ToJsonString());
    }

    private static string Name(JsonObject item) => $"{item["kind"]}/{item["metadata"]!["namespace"]}/{item["metadata"]!["name"]}";
}
