using System.Text.Json.Nodes;
using KafkaLogstash.Api;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Chart;

/// <summary>The operator runs with the rights that the chart gives it, and puts every one of them to use.</summary>
public sealed class ChartAccessTests
{
    private const string Account = RenderedChart.Release;
    private const string User = $"system:serviceaccount:{RenderedChart.Namespace}:{Account}";
    private const string Shop = "shop";
    private const string Connections = $"/apis/{KafkaLogstashConnection.GroupName}/{KafkaLogstashConnection.VersionName}/namespaces/{Shop}/{KafkaLogstashConnection.PluralName}";
    private const string Deployments = $"/apis/apps/v1/namespaces/{Shop}/deployments";
    private const string Budgets = $"/apis/policy/v1/namespaces/{Shop}/poddisruptionbudgets";
    private const string Policies = $"/apis/networking.k8s.io/v1/namespaces/{Shop}/networkpolicies";
    private const string Core = $"/api/v1/namespaces/{Shop}";

    private static readonly RoleRule TakesFinalizersOff = new(null, KafkaLogstashConnection.GroupName, KafkaLogstashConnection.PluralName, "patch", null);

    [Theory]
    [InlineData("watchNamespaces: []")]
    [InlineData($"{{watchNamespaces: [{Shop}], rbac: {{namespaceDeletion: true}}}}")]
    [InlineData("webhook: {enabled: true, failurePolicy: Fail}")]
    public async Task Nothing_is_refused_and_no_rule_is_unused(string values)
    {
        await using var cluster = await ChartCluster.StartAsync();
        await cluster.CreateNamespaceAsync(RenderedChart.Namespace);
        await cluster.CreateNamespaceAsync(Shop);
        await cluster.Helm.RunAsync(
            "install", RenderedChart.Release, HelmProgram.Chart, "--namespace", RenderedChart.Namespace, "--values", cluster.Helm.WriteFile("values.yaml", values), "--wait", "--timeout", "60s");

        await DoEverythingAsync(cluster);
        if (values.Contains("webhook", StringComparison.Ordinal))
        {
            await BeRefusedAsync(cluster);
        }

        var rules = await RoleRule.OfAsync(cluster, RenderedChart.Namespace, Account);
        var isOneNamespace = values.Contains(Shop, StringComparison.Ordinal);
        if (isOneNamespace)
        {
            Assert.Empty(cluster.Refusals);
            await EndNamespaceAsync(cluster);
        }

        await StopOperatorAsync(cluster);

        var asked = cluster.Server.Decisions.All.Where(static decision => decision.User == User).ToList();
        var unused = rules.Where(rule => !asked.Exists(rule.Covers)).ToList();
        Assert.NotEmpty(rules);
        Assert.DoesNotContain(cluster.Refusals, refusal => !isOneNamespace || refusal.Namespace != Shop);
        Assert.Empty(unused);
        Assert.All(rules, rule => Assert.True(isOneNamespace ? rule.Namespace is not null || rule == TakesFinalizersOff : rule.Namespace is null or RenderedChart.Namespace, $"{rule}"));
    }

    /// <summary>Has the operator make, change and remove everything that it ever makes.</summary>
    private static async Task DoEverythingAsync(ChartCluster cluster)
    {
        cluster.Kafka.CreateTopic("orders", 2);
        await cluster.CreateAsync($"{Core}/configmaps", """{"metadata":{"name":"filters"},"data":{"main":"mutate { add_tag => [\"seen\"] }"}}""");
        await cluster.CreateAsync($"{Core}/secrets", """{"metadata":{"name":"token"},"stringData":{"value":"s3cret"}}""");
        await cluster.CreateAsync(Connections, $$$"""
            {
              "apiVersion": "kafka-logstash.io/v1alpha1",
              "kind": "KafkaLogstashConnection",
              "metadata": {"name": "orders"},
              "spec": {
                "transport": "Bridge",
                "kafka": {"bootstrapServers": ["{{{cluster.Kafka.BootstrapServers}}}"]},
                "input": {"topics": ["orders"]},
                "output": {"topicId": "done"},
                "pipeline": {"configMaps": [{"name": "filters", "key": "main", "section": "filter"}]},
                "logstash": {
                  "ports": [{"name": "http", "port": 9999}],
                  "env": [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "token", "key": "value"} } }]
                },
                "networkPolicy": {"enabled": true},
                "autoscaling": {"minReplicas": 1, "maxReplicas": 2, "lagPerReplica": 1000},
                "deletionPolicy": {"consumerGroup": "Delete"}
              }
            }
            """);
        await cluster.ObjectAsync($"{Policies}/orders-logstash");
        await cluster.ObjectAsync($"{Budgets}/orders-bridge");
        await cluster.ObjectAsync($"{Deployments}/orders-bridge");
        await cluster.ObjectAsync($"{Connections}/orders", static connection => connection["status"]?["conditions"] is not null && connection["metadata"]!["finalizers"] is not null);

        // What somebody deletes is made again: twice, so that the event about it becomes a series.
        for (var times = 0; times < 2; times++)
        {
            var before = await cluster.ObjectAsync($"{Deployments}/orders-logstash");
            await cluster.Api.DeleteAsync($"{Deployments}/orders-logstash");
            await cluster.ObjectAsync($"{Deployments}/orders-logstash", deployment => deployment["metadata"]!["uid"]!.ToString() != before["metadata"]!["uid"]!.ToString());
        }

        await cluster.Api.PatchAsync($"{Connections}/orders", ApiSession.MergePatch, JsonNode.Parse("""
            {"spec":{"transport":"Native","networkPolicy":{"enabled":false},"logstash":{"ports":[],"env":[]},"autoscaling":null}}
            """)!);
        foreach (var gone in new[] { $"{Policies}/orders-logstash", $"{Budgets}/orders-bridge", $"{Deployments}/orders-bridge", $"{Core}/configmaps/orders-bridge-settings", $"{Core}/secrets/orders-bridge-kafka", $"{Core}/services/orders-logstash" })
        {
            await cluster.GoneAsync(gone);
        }

        await cluster.Api.DeleteAsync($"{Connections}/orders");
        await cluster.GoneAsync($"{Connections}/orders");
    }

    /// <summary>Has the API server ask the webhook, through the chart's Service, about a connection that is wrong.</summary>
    private static async Task BeRefusedAsync(ChartCluster cluster)
    {
        var answer = await cluster.Api.CreateAsync(Connections, JsonNode.Parse("""
            {
              "apiVersion": "kafka-logstash.io/v1alpha1",
              "kind": "KafkaLogstashConnection",
              "metadata": {"name": "broken"},
              "spec": {"kafka": {"bootstrapServers": ["kafka:9092"]}, "input": {"topics": ["orders"]}, "pipeline": {"filter": "mutate {\n  add_tag => [a-b]\n}", "outputs": "stdout { }"}}
            }
            """)!);

        Assert.StartsWith(
            "admission webhook \"validate.kafka-logstash.io\" denied the request: spec.pipeline.filter, line 2, column 15: ", answer.Refused(422, "Invalid"), StringComparison.Ordinal);
    }

    /// <summary>Has the namespace deleted along with a connection that waits for its consumer group, after the operator's role in it: Kubernetes keeps to no order.</summary>
    private static async Task EndNamespaceAsync(ChartCluster cluster)
    {
        await cluster.CreateAsync(Connections, $$$"""
            {
              "apiVersion": "kafka-logstash.io/v1alpha1",
              "kind": "KafkaLogstashConnection",
              "metadata": {"name": "last"},
              "spec": {"kafka": {"bootstrapServers": ["{{{cluster.Kafka.BootstrapServers}}}"]}, "input": {"topics": ["orders"]}, "pipeline": {"outputs": "stdout { }"}, "deletionPolicy": {"consumerGroup": "Delete"} }
            }
            """);
        await cluster.ObjectAsync($"{Connections}/last", static connection => connection["status"]?["conditions"] is not null && connection["metadata"]!["finalizers"] is not null);

        await cluster.Api.DeleteAsync($"/apis/rbac.authorization.k8s.io/v1/namespaces/{Shop}/rolebindings/{RenderedChart.Release}");
        await cluster.Api.DeleteAsync($"/api/v1/namespaces/{Shop}");
        await Eventually.AsksAsync(() => cluster.Api.GetAsync($"/api/v1/namespaces/{Shop}"), static answer => answer.Code == 404);
    }

    /// <summary>Ends the operator in peace: it writes the events that wait, and gives its Lease back.</summary>
    private static async Task StopOperatorAsync(ChartCluster cluster)
    {
        const string Path = $"/apis/apps/v1/namespaces/{RenderedChart.Namespace}/deployments/{RenderedChart.Release}";
        await cluster.Api.PatchAsync(Path, ApiSession.MergePatch, JsonNode.Parse("""{"spec":{"replicas":0}}""")!);
        await cluster.OperatorEndedAsync();
    }
}
