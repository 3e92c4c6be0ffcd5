using KafkaLogstash.LocalCluster.Clusters;
using KafkaLogstash.LocalCluster.Controllers;
using KafkaLogstash.LocalCluster.Kafka;
using KafkaLogstash.LocalCluster.Node;

namespace KafkaLogstash.LocalCluster;

/// <summary>What a local cluster is made of.</summary>
public sealed record LocalKubernetesOptions
{
    /// <summary>Starts the API server; default: the kind that <c>TEST_CLUSTER</c> names.</summary>
    public TestClusterStarter? Cluster { get; init; }

    /// <summary>How the node is run.</summary>
    public NodeOptions Node { get; init; } = new();

    /// <summary>How many brokers the Kafka mock cluster has; 0 starts none.</summary>
    public int KafkaBrokers { get; init; }
}

/// <summary>
/// A whole cluster on one machine: API server, stand-ins for the controller manager, a node that runs pods as processes and, on demand, Kafka.
/// Where the cluster has controllers and nodes of its own, the stand-ins stay off. Disposing it ends all that it started.
/// </summary>
public sealed class LocalKubernetes : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _started = new();

    private LocalKubernetes(ITestCluster cluster)
    {
        Cluster = cluster;
        _started.Push(cluster);
    }

    /// <summary>The API server and access to it.</summary>
    public ITestCluster Cluster { get; }

    /// <summary>The node; null where the cluster has its own.</summary>
    public LocalNode? Node { get; private set; }

    /// <summary>Kafka; null when it was not asked for.</summary>
    public KafkaMockCluster? Kafka { get; private set; }

    /// <summary>Starts everything; pods can be created when the task is done.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="cancellationToken">Ends the attempt, also that by Ctrl-C; what was started by then is ended.</param>
    /// <exception cref="TestClusterException">The cluster can't be had; the message says why.</exception>
    public static async Task<LocalKubernetes> StartAsync(LocalKubernetesOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new LocalKubernetesOptions();
        var starter = options.Cluster ?? (token => TestCluster.StartAsync(cancellationToken: token));
        var local = new LocalKubernetes(await starter(cancellationToken));
        try
        {
            await local.FillAsync(options, cancellationToken);
            return local;
        }
        catch
        {
            await local.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        while (_started.TryPop(out var part))
        {
            await part.DisposeAsync();
        }
    }

    private async Task FillAsync(LocalKubernetesOptions options, CancellationToken cancellationToken)
    {
        if (options.KafkaBrokers > 0)
        {
            Kafka = KafkaMockCluster.Start(options.KafkaBrokers);
            _started.Push(Kafka);
        }

        if (Cluster.HasControllers)
        {
            return;
        }

        _started.Push(await ControllerStandIns.StartAsync(Cluster.AdminConfiguration, options.Node.Time, cancellationToken));
        Node = await LocalNode.StartAsync(Cluster.AdminConfiguration, options.Node, cancellationToken);
        _started.Push(Node);
        if (Cluster.Embedded is { } embedded)
        {
            embedded.PodLogs = Node.ReadLogAsync;
        }
    }
}
