using System.Text.Json.Nodes;
using KafkaLogstash.Api;
using KafkaLogstash.LocalCluster.Clusters;
using KafkaLogstash.LocalCluster.Run;
using KafkaLogstash.Tests.Integration.Clusters;
using KafkaLogstash.Tests.Integration.Kubectl;

namespace KafkaLogstash.Tests.Integration.Chart;

/// <summary>Connections outlive whatever happens to the release. The definition belongs to the whole cluster, so the test has one of its own.</summary>
public sealed class ChartLifecycleTests : IAsyncLifetime
{
    private const string Definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/kafkalogstashconnections.kafka-logstash.io";
    private const string Connection = $"/apis/{KafkaLogstashConnection.GroupName}/{KafkaLogstashConnection.VersionName}/namespaces/default/{KafkaLogstashConnection.PluralName}/orders";
    private const string Deployment = $"/apis/apps/v1/namespaces/{RenderedChart.Namespace}/deployments/{RenderedChart.Release}";

    private ITestCluster _cluster = null!;
    private HelmProgram _helm = null!;
    private ApiSession _api = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(TestCluster.Chosen == TestCluster.Kubeconfig, "In a cluster that was there before, tests touch nothing but namespaces of their own.");
        _cluster = await TestCluster.StartAsync(K3s.Starters, cancellationToken: Cancellation);
        _helm = new HelmProgram(_cluster.Kubeconfig);
        _api = new ApiSession(_cluster.AdminConfiguration);
    }

    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        _helm?.Dispose();
        await (_cluster?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Fact]
    public async Task Connections_survive_upgrade_rollback_removal_and_a_new_installation()
    {
        await HelmAsync("install", OlderChart(), "--create-namespace");
        var uid = await CreateConnectionAsync();
        Assert.False(await KnowsPausedAsync());

        // The new chart brings the definition up to date, and the new field can be used.
        await HelmAsync("upgrade", HelmProgram.Chart);
        await Eventually.AsksAsync(KnowsPausedAsync, static known => known);
        await Eventually.AsksAsync(
            async () => (await _api.PatchAsync(Connection, ApiSession.MergePatch, JsonNode.Parse("""{"spec":{"paused":true}}""")!)).Body,
            static connection => connection["spec"]!["paused"]?.GetValue<bool>() == true);
        Assert.Equal(uid, await UidAsync());

        await _helm.RunAsync("rollback", RenderedChart.Release, "1", "--namespace", RenderedChart.Namespace);
        await Eventually.AsksAsync(KnowsPausedAsync, static known => !known);
        Assert.Equal(uid, await UidAsync());

        await HelmAsync("upgrade", HelmProgram.Chart);
        await _helm.RunAsync("uninstall", RenderedChart.Release, "--namespace", RenderedChart.Namespace);
        Assert.Equal(404, (await _api.GetAsync(Deployment)).Code);
        Assert.Equal(uid, await UidAsync());

        await HelmAsync("install", HelmProgram.Chart);
        Assert.Equal(200, (await _api.GetAsync(Deployment)).Code);
        Assert.Equal(uid, await UidAsync());
    }

    [Fact]
    public async Task The_definition_outlives_a_release_that_no_longer_holds_it()
    {
        await HelmAsync("install", HelmProgram.Chart, "--create-namespace");
        var uid = await CreateConnectionAsync();

        await HelmAsync("upgrade", HelmProgram.Chart, "--set", "crds.enabled=false");

        Assert.Equal(uid, await UidAsync());
    }

    [Fact]
    public async Task What_kubectl_installed_can_be_handed_over_to_Helm()
    {
        using var kubectl = new KubectlProgram(_cluster.Kubeconfig, RenderedChart.Namespace);
        await kubectl.RunAsync("apply", "-k", Path.Join(Tools.Checkout, "config", "default"));
        await kubectl.RunAsync("apply", "-k", Path.Join(Tools.Checkout, "config", "default"));
        var (uid, deployment) = (await CreateConnectionAsync(), await UidAsync(Deployment));

        var refused = await _helm.TryAsync("install", RenderedChart.Release, HelmProgram.Chart, "--namespace", RenderedChart.Namespace);
        await HelmAsync("install", HelmProgram.Chart, "--take-ownership", "--force-conflicts");

        Assert.Contains("invalid ownership metadata", refused.Error, StringComparison.Ordinal);
        Assert.Equal((uid, deployment), (await UidAsync(), await UidAsync(Deployment)));
        Assert.Contains("STATUS: deployed", await _helm.RunAsync("status", RenderedChart.Release, "--namespace", RenderedChart.Namespace), StringComparison.Ordinal);
    }

    private Task<string> HelmAsync(string command, string chart, params string[] arguments) =>
        _helm.RunAsync([command, RenderedChart.Release, chart, "--namespace", RenderedChart.Namespace, .. arguments]);

    /// <summary>The chart as an earlier release had it, whose definition did not know the field <c>paused</c>.</summary>
    private string OlderChart()
    {
        var folder = _helm.CopyChart();
        var definition = Yaml.Read(File.ReadAllText(Path.Join(folder, "files", "crds", "kafkalogstashconnections.yaml"))).Single();
        Assert.True(SpecOf(definition)["properties"]!.AsObject().Remove("paused"));
        File.WriteAllText(Path.Join(folder, "files", "crds", "kafkalogstashconnections.yaml"), definition.ToJsonString());
        var chart = Path.Join(folder, "Chart.yaml");
        File.WriteAllLines(chart, File.ReadAllLines(chart).Select(static line =>
            line.StartsWith("version:", StringComparison.Ordinal) ? "version: 0.0.1" : line.StartsWith("appVersion:", StringComparison.Ordinal) ? "appVersion: 0.0.1" : line));
        return folder;
    }

    private static JsonNode SpecOf(JsonNode definition) => definition["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!["spec"]!;

    private async Task<bool> KnowsPausedAsync() => SpecOf((await _api.GetAsync(Definition)).Body)["properties"]!["paused"] is not null;

    private async Task<string> CreateConnectionAsync()
    {
        var path = Connection[..Connection.LastIndexOf('/')];
        var created = await Eventually.AsksAsync(
            () => _api.CreateAsync(path, JsonNode.Parse("""
                {
                  "apiVersion": "kafka-logstash.io/v1alpha1", "kind": "KafkaLogstashConnection", "metadata": {"name": "orders"},
                  "spec": {"kafka": {"bootstrapServers": ["kafka:9092"]}, "input": {"topics": ["orders"]}}
                }
                """)!),
            static answer => answer.Code != 404);
        return created.Body["metadata"]!["uid"]!.ToString();
    }

    private async Task<string> UidAsync(string path = Connection) => (await _api.GetAsync(path)).Body["metadata"]!["uid"]!.ToString();
}
