using KafkaLogstash.LocalCluster.Clusters;
using KafkaLogstash.Tests.Integration.Clusters;

[assembly: AssemblyFixture(typeof(SharedCluster))]

namespace KafkaLogstash.Tests.Integration.Clusters;

/// <summary>
/// The clusters of a run: each is started when a test first asks for it, is used by all that ask, and ends with the run.
/// Tests keep apart by namespaces of their own.
/// </summary>
public sealed class SharedCluster : IAsyncDisposable
{
    private readonly Lazy<Task<ITestCluster>> _chosen;
    private readonly Lazy<Task<ITestCluster>> _k3s = new(static () => K3s.StartAsync(CancellationToken.None));

    public SharedCluster() => _chosen = new(StartChosenAsync);

    /// <summary>The cluster that <c>TEST_CLUSTER</c> names.</summary>
    public Task<ITestCluster> GetAsync() => _chosen.Value.WaitAsync(TestContext.Current.CancellationToken);

    /// <summary>A k3s, whatever <c>TEST_CLUSTER</c> says.</summary>
    public Task<ITestCluster> GetK3sAsync() => _k3s.Value.WaitAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in new[] { _chosen, _k3s }.Where(static cluster => cluster is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }))
        {
            await (await cluster.Value).DisposeAsync();
        }
    }

    private Task<ITestCluster> StartChosenAsync() => TestCluster.StartAsync(
        new Dictionary<string, TestClusterStarter>(StringComparer.Ordinal) { [TestCluster.K3s] = _ => _k3s.Value },
        Console.WriteLine,
        CancellationToken.None);
}
