using KafkaLogstash.Api;

namespace KafkaLogstash.Tests.Integration.Chart;

/// <summary>What <c>make deploy</c> and <c>make undeploy</c> do, with an operator that runs.</summary>
public sealed class DeployScriptTests
{
    private const string Connections = $"/apis/{KafkaLogstashConnection.GroupName}/{KafkaLogstashConnection.VersionName}/namespaces/shop/{KafkaLogstashConnection.PluralName}";
    private const string Logstash = "/apis/apps/v1/namespaces/shop/deployments/orders-logstash";
    private const string Lease = $"/apis/coordination.k8s.io/v1/namespaces/{RenderedChart.Namespace}/leases/{RenderedChart.Release}";
    private const string Operator = $"/apis/apps/v1/namespaces/{RenderedChart.Namespace}/deployments/{RenderedChart.Release}";

    [Fact]
    public async Task What_runs_goes_on_without_the_operator_and_is_its_own_again_when_it_is_back()
    {
        await using var cluster = await ChartCluster.StartAsync();
        await cluster.CreateNamespaceAsync("shop");
        var environment = new Dictionary<string, string> { ["LOGSTASH_IMAGE"] = "registry.example.com/elastic/logstash", ["HELM_ARGS"] = "--set replicas=2,probes.startup.periodSeconds=1,probes.readiness.periodSeconds=1 --timeout 90s" };

        await cluster.Helm.ScriptAsync("scripts/deploy", environment);
        await cluster.Helm.RunAsync("test", RenderedChart.Release, "--namespace", RenderedChart.Namespace, "--timeout", "90s");
        await cluster.CreateAsync(Connections, """
            {
              "apiVersion": "kafka-logstash.io/v1alpha1", "kind": "KafkaLogstashConnection", "metadata": {"name": "orders"},
              "spec": {"kafka": {"bootstrapServers": ["kafka:9092"], "probe": "Disabled"}, "input": {"topics": ["orders"]}}
            }
            """);
        var running = await cluster.ObjectAsync(Logstash);
        Assert.StartsWith("registry.example.com/elastic/logstash:", running["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.ToString(), StringComparison.Ordinal);

        await cluster.Helm.ScriptAsync("scripts/deploy", environment, "--remove");
        Assert.Equal(404, (await cluster.Api.GetAsync(Operator)).Code);
        Assert.Equal(running["metadata"]!["uid"]!.ToString(), (await cluster.Api.GetAsync(Logstash)).Body["metadata"]!["uid"]!.ToString());

        // Its roles went before its pods: it could not give its Lease back, which would run out within 15 s.
        await cluster.OperatorEndedAsync();
        await cluster.Api.DeleteAsync(Lease);
        cluster.Server.Decisions.Clear();
        await cluster.Helm.ScriptAsync("scripts/deploy", environment);
        await cluster.Api.DeleteAsync(Logstash);
        await cluster.ObjectAsync(Logstash, deployment => deployment["metadata"]!["uid"]!.ToString() != running["metadata"]!["uid"]!.ToString());
    }
}
