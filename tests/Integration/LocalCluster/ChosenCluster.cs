using k8s;
using k8s.Models;
using KafkaLogstash.LocalCluster.Clusters;

namespace KafkaLogstash.Tests.Integration.LocalCluster;

/// <summary>The cluster that the environment chooses, for all tests of a class.</summary>
public sealed class ChosenCluster : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public ITestCluster Cluster { get; private set; } = null!;

    public Kubernetes Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Cluster = await TestCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        Client = new Kubernetes(Cluster.AdminConfiguration);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Cluster.DisposeAsync();
    }

    /// <summary>Asks until the answer is as wished, and fails with the last answer when that takes too long.</summary>
    internal static async Task<T> EventuallyAsync<T>(Func<CancellationToken, Task<T>> ask, Func<T, bool> wished, string what)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        var last = default(T);
        try
        {
            while (true)
            {
                last = await ask(patience.Token);
                if (wished(last))
                {
                    return last;
                }

                await Task.Delay(50, patience.Token);
            }
        }
        catch (OperationCanceledException e) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Not so after {Patience.TotalSeconds} s: {what}. The last answer: {KubernetesJson.Serialize(last)}", e);
        }
    }

    internal static V1Deployment Deployment(string name, int replicas, V1PodSpec pod) => new()
    {
        Metadata = new V1ObjectMeta { Name = name },
        Spec = new V1DeploymentSpec
        {
            Replicas = replicas,
            Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = name } },
            Template = new V1PodTemplateSpec
            {
                Metadata = new V1ObjectMeta { Labels = new Dictionary<string, string> { ["app"] = name } },
                Spec = pod,
            },
        },
    };
}
