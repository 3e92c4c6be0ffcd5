using k8s;
using KafkaLogstash.LocalCluster.Clusters;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.LocalCluster;

public sealed class ClusterTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_chosen_cluster_answers_and_gives_a_namespace_of_its_own()
    {
        var lines = new List<string>();
        await using var cluster = await TestCluster.StartAsync(K3s.Starters, lines.Add, Cancellation);
        using var client = new Kubernetes(cluster.AdminConfiguration);

        var name = await cluster.CreateNamespaceAsync("given", Cancellation);

        Assert.Equal("Active", (await client.CoreV1.ReadNamespaceAsync(name, cancellationToken: Cancellation)).Status.Phase);
        Assert.StartsWith($"Test cluster: {TestCluster.Chosen}", Assert.Single(lines));
    }

    [Fact]
    public async Task A_missing_program_of_envtest_is_named()
    {
        var directory = Directory.CreateTempSubdirectory("no-assets-");
        try
        {
            var refused = await Assert.ThrowsAsync<TestClusterException>(() => EnvtestCluster.StartAsync(directory.FullName, Cancellation));

            Assert.Contains($"{directory.FullName}/etcd", refused.Message);
            Assert.Contains("KUBEBUILDER_ASSETS", refused.Message);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_kubeconfig_cluster_removes_only_the_namespaces_it_made()
    {
        await using var there = await EmbeddedCluster.StartAsync(cancellationToken: Cancellation);
        using var client = new Kubernetes(there.AdminConfiguration);
        var foreign = await there.CreateNamespaceAsync("foreign", Cancellation);
        string own;
        await using (var cluster = await KubeconfigCluster.ConnectAsync("k3s", there.Kubeconfig, cancellationToken: Cancellation))
        {
            own = await cluster.CreateNamespaceAsync("own", Cancellation);
        }

        Assert.Equal("Active", (await client.CoreV1.ReadNamespaceAsync(foreign, cancellationToken: Cancellation)).Status.Phase);
        var left = await client.CoreV1.ListNamespaceAsync(cancellationToken: Cancellation);
        Assert.DoesNotContain(left.Items, item => item.Metadata.Name == own && item.Status.Phase == "Active");
    }
}
