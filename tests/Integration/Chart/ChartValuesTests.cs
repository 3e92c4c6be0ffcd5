namespace KafkaLogstash.Tests.Integration.Chart;

/// <summary>Mistakes in values are refused before anything is sent, in words that name the value.</summary>
public sealed class ChartValuesTests
{
    [Fact]
    public async Task Lint_has_nothing_to_say()
    {
        using var helm = new HelmProgram();

        await helm.RunAsync("lint", "--strict", HelmProgram.Chart);
        await helm.RunAsync("lint", "--strict", HelmProgram.Chart, "--set", "replicas=2,watchNamespaces={shop},metrics.serviceMonitor.enabled=true,networkPolicy.enabled=true");
    }

    [Theory]
    [InlineData("replicaCount=2", "at '': additional properties 'replicaCount' not allowed")]
    [InlineData("policy.deniedPlugin={ruby}", "at '/policy': additional properties 'deniedPlugin' not allowed")]
    [InlineData("metrics.serviceMonitor.enable=true", "at '/metrics/serviceMonitor': additional properties 'enable' not allowed")]
    [InlineData("replicas=two", "at '/replicas': got string, want integer")]
    [InlineData("watchNamespaces=shop", "at '/watchNamespaces': got string, want array")]
    [InlineData("watchNamespaces={shop,shop}", "at '/watchNamespaces': items at 0 and 1 are equal")]
    [InlineData("settings.logLevel=info", "at '/settings/logLevel': value must be one of 'trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'")]
    [InlineData("settings.concurrency=0", "at '/settings/concurrency': minimum: got 0, want 1")]
    [InlineData("image.digest=latest", "at '/image/digest': 'latest' does not match pattern")]
    [InlineData("policy.deniedPlugins={Ruby}", "at '/policy/deniedPlugins/0': 'Ruby' does not match pattern")]
    [InlineData("global.imageRegistry=https://registry.example.com", "at '/global/imageRegistry': 'https://registry.example.com' does not match pattern")]
    [InlineData("resources.limit.memory=1Gi", "at '/resources': additional properties 'limit' not allowed")]
    [InlineData("replicas=2,leaderElection.enabled=false", "Enable leader election, or set replicas to 1.")]
    [InlineData("metrics.serviceMonitor.enabled=true,metrics.service.enabled=false", "Enable both.")]
    public async Task A_mistake_is_refused_by_name(string set, string complaint)
    {
        using var helm = new HelmProgram();

        var result = await helm.TryAsync("template", RenderedChart.Release, HelmProgram.Chart, "--set", set);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(complaint, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_chart_can_take_it_in_on_a_condition()
    {
        using var helm = new HelmProgram();
        var parent = helm.CopyChart(Path.Join("parent", "charts", RenderedChart.Release));
        helm.WriteFile(Path.Join("parent", "Chart.yaml"), $$"""
            {apiVersion: v2, name: parent, version: 1.0.0, dependencies: [{name: {{RenderedChart.Release}}, version: ">=0.0.0", condition: {{RenderedChart.Release}}.enabled}]}
            """);
        parent = Path.GetDirectoryName(Path.GetDirectoryName(parent))!;

        Assert.Contains("kind: Deployment", await helm.RunAsync("template", "r", parent, "--set", $"{RenderedChart.Release}.enabled=true,global.storageClass=fast"), StringComparison.Ordinal);
        Assert.DoesNotContain("kind:", await helm.RunAsync("template", "r", parent, "--set", $"{RenderedChart.Release}.enabled=false"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kubernetes_own_namespaces_are_refused()
    {
        using var helm = new HelmProgram();

        Assert.Contains("--create-namespace", (await helm.TryAsync("template", "r", HelmProgram.Chart, "--namespace", "kube-system")).Error, StringComparison.Ordinal);
    }
}
