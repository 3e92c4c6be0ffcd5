using DotNet.Testcontainers.Builders;
using KafkaLogstash.LocalCluster.Clusters;
using Testcontainers.K3s;

namespace KafkaLogstash.Tests.Integration.Clusters;

/// <summary>A k3s in a container: a whole Kubernetes with controller manager, scheduler and a node, for a run of tests.</summary>
internal static class K3s
{
    private const string Image = "rancher/k3s:v1.35.5-k3s1";

    /// <summary>What <see cref="TestCluster"/> needs to know to start one.</summary>
    public static IReadOnlyDictionary<string, TestClusterStarter> Starters { get; } =
        new Dictionary<string, TestClusterStarter>(StringComparer.Ordinal) { [TestCluster.K3s] = StartAsync };

    /// <summary>Starts one; where there is no Docker, the test that asks for it is skipped.</summary>
    public static async Task<ITestCluster> StartAsync(CancellationToken cancellationToken)
    {
        var container = Build();
        try
        {
            await container.StartAsync(cancellationToken);
            return await KubeconfigCluster.ConnectAsync(
                TestCluster.K3s, await container.GetKubeconfigAsync(), container.DisposeAsync, cancellationToken);
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }
    }

    private static K3sContainer Build()
    {
        try
        {
            return new K3sBuilder(Image).Build();
        }
        catch (DockerUnavailableException)
        {
            Assert.Skip("k3s needs Docker, which does not answer here: start Docker, or let DOCKER_HOST name one.");
            throw;
        }
    }
}
