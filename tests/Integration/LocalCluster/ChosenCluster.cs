using k8s;
using k8s.Models;
using KafkaLogstash.LocalCluster.Clusters;
using KafkaLogstash.Tests.Integration.Clusters;
using Xunit.Sdk;

namespace KafkaLogstash.Tests.Integration.LocalCluster;

/// <summary>The cluster that the environment chooses, for all tests of a class.</summary>
public sealed class ChosenCluster : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private ITestCluster? _cluster;
    private Kubernetes? _client;

    // A fixture can't skip: the first test that asks for the cluster does.
    private SkipException? _skip;

    public ITestCluster Cluster => _cluster ?? throw _skip!;

    public Kubernetes Client => _client ?? throw _skip!;

    public async ValueTask InitializeAsync()
    {
        try
        {
            _cluster = await TestCluster.StartAsync(K3s.Starters, cancellationToken: TestContext.Current.CancellationToken);
            _client = new Kubernetes(Cluster.AdminConfiguration);
        }
        catch (SkipException e)
        {
            _skip = e;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await (_cluster?.DisposeAsync() ?? ValueTask.CompletedTask);
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
