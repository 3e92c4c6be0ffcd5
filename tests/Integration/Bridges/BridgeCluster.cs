using KafkaLogstash.LocalCluster;
using KafkaLogstash.LocalCluster.Clusters;
using KafkaLogstash.LocalCluster.Node;
using KafkaLogstash.Tests.Integration.Clusters;
using Xunit.Sdk;

namespace KafkaLogstash.Tests.Integration.Bridges;

/// <summary>A local cluster with a node that runs real bridges and Logstash's stand-in, and a Kafka; for all tests of bridges.</summary>
public sealed class BridgeCluster : IAsyncLifetime
{
    /// <summary>The collection of the tests that share it: they run one after the other, because each starts several processes.</summary>
    public const string Collection = "Bridges";

    private LocalKubernetes? _local;

    // A fixture can't skip: the first test that asks for the cluster does.
    private SkipException? _skip;

    public LocalKubernetes Local => _local ?? throw _skip!;

    public async ValueTask InitializeAsync()
    {
        var options = new LocalKubernetesOptions
        {
            Cluster = static token => TestCluster.StartAsync(K3s.Starters, cancellationToken: token),
            Node = new NodeOptions { RestartBackOff = TimeSpan.FromMilliseconds(200) },
            KafkaBrokers = 1,
        };
        try
        {
            _local = await LocalKubernetes.StartAsync(options, TestContext.Current.CancellationToken);
        }
        catch (SkipException e)
        {
            _skip = e;
        }
    }

    public async ValueTask DisposeAsync() => await (_local?.DisposeAsync() ?? ValueTask.CompletedTask);
}

/// <summary>Names the collection.</summary>
[CollectionDefinition(BridgeCluster.Collection)]
public sealed class SharesBridgeCluster : ICollectionFixture<BridgeCluster>;
