namespace KafkaLogstash.LocalCluster.Clusters;

/// <summary>Starts a starter's kind of cluster.</summary>
/// <param name="cancellationToken">Ends the attempt.</param>
public delegate Task<ITestCluster> TestClusterStarter(CancellationToken cancellationToken);

/// <summary>Chooses the cluster that tests run on, by the environment variable <c>TEST_CLUSTER</c>.</summary>
public static class TestCluster
{
    /// <summary>The variable that names the kind of cluster.</summary>
    public const string Variable = "TEST_CLUSTER";

    /// <summary>The API server inside this process; the default.</summary>
    public const string Embedded = "embedded";

    /// <summary>A real etcd and kube-apiserver, out of the directory that <c>KUBEBUILDER_ASSETS</c> names.</summary>
    public const string Envtest = "envtest";

    /// <summary>A k3s in a container. Its starter needs Docker's libraries and is handed over by the tests.</summary>
    public const string K3s = "k3s";

    /// <summary>The cluster that <c>KUBECONFIG</c> leads to; only namespaces made for the tests are touched.</summary>
    public const string Kubeconfig = "kubeconfig";

    /// <summary>The kind that the environment asks for.</summary>
    public static string Chosen => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } kind ? kind : Embedded;

    /// <summary>Starts the cluster that the environment asks for. It answers requests when the task is done.</summary>
    /// <param name="starters">Starters of further kinds, by name; <see cref="K3s"/> is one.</param>
    /// <param name="announce">Told in one line which cluster is used.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="TestClusterException">There is no such kind, or it can't be had here; the message says why.</exception>
    public static async Task<ITestCluster> StartAsync(
        IReadOnlyDictionary<string, TestClusterStarter>? starters = null,
        Action<string>? announce = null,
        CancellationToken cancellationToken = default)
    {
        var cluster = Chosen switch
        {
            var kind when starters?.TryGetValue(kind, out var starter) == true => await starter(cancellationToken),
            Embedded => await EmbeddedCluster.StartAsync(cancellationToken: cancellationToken),
            Envtest => await EnvtestCluster.StartAsync(cancellationToken: cancellationToken),
            Kubeconfig => await KubeconfigCluster.ConnectAsync(cancellationToken),
            K3s => throw new TestClusterException($"{Variable}={K3s} needs Docker, and only the integration tests bring what starts it."),
            var other => throw new TestClusterException(
                $"{Variable}={other} is no kind of cluster: use {Embedded}, {Envtest}, {K3s} or {Kubeconfig}."),
        };
        announce?.Invoke($"Test cluster: {cluster.Kind} ({cluster.Description})");
        return cluster;
    }
}
