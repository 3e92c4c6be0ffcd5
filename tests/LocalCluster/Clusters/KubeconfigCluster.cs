using System.Collections.Concurrent;
using k8s;
using k8s.Exceptions;
using KafkaLogstash.LocalCluster.ApiServer;

namespace KafkaLogstash.LocalCluster.Clusters;

/// <summary>A cluster that was there before: only the namespaces made here are touched, and they are deleted at the end.</summary>
public sealed class KubeconfigCluster : ITestCluster
{
    private readonly ConcurrentBag<string> _namespaces = [];
    private readonly Kubernetes _client;
    private readonly Func<ValueTask> _release;

    private KubeconfigCluster(string kind, string kubeconfig, KubernetesClientConfiguration configuration, Func<ValueTask> release)
    {
        Kind = kind;
        Kubeconfig = kubeconfig;
        AdminConfiguration = configuration;
        _client = new Kubernetes(configuration);
        _release = release;
    }

    /// <inheritdoc/>
    public string Kind { get; }

    /// <inheritdoc/>
    public string Description => $"{AdminConfiguration.Host}, context {AdminConfiguration.CurrentContext}";

    /// <inheritdoc/>
    public bool HasControllers => true;

    /// <inheritdoc/>
    public KubernetesClientConfiguration AdminConfiguration { get; }

    /// <inheritdoc/>
    public string Kubeconfig { get; }

    /// <inheritdoc/>
    public EmbeddedApiServer? Embedded => null;

    /// <summary>Connects to the cluster that <c>KUBECONFIG</c>, or else <c>~/.kube/config</c>, leads to.</summary>
    /// <exception cref="TestClusterException">There is no such file, or its cluster does not answer.</exception>
    public static async Task<KubeconfigCluster> ConnectAsync(CancellationToken cancellationToken = default)
    {
        var path = Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } named
            ? named
            : KubernetesClientConfiguration.KubeConfigDefaultLocation;
        if (!File.Exists(path))
        {
            throw new TestClusterException($"There is no file '{path}': set KUBECONFIG to the one kubeconfig file of a cluster that tests may use.");
        }

        return await ConnectAsync(TestCluster.Kubeconfig, await File.ReadAllTextAsync(path, cancellationToken), null, cancellationToken);
    }

    /// <summary>Connects to a cluster that somebody else started, k3s in a container for instance.</summary>
    /// <param name="kind">What it is called.</param>
    /// <param name="kubeconfig">Text of its kubeconfig file.</param>
    /// <param name="release">Ends what was started; called once, when this cluster is disposed.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="TestClusterException">The text is no kubeconfig, or its cluster does not answer.</exception>
    public static async Task<KubeconfigCluster> ConnectAsync(
        string kind, string kubeconfig, Func<ValueTask>? release = null, CancellationToken cancellationToken = default)
    {
        KubeconfigCluster? cluster = null;
        try
        {
            using var text = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(kubeconfig));
            var configuration = await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(text);
            cluster = new KubeconfigCluster(kind, kubeconfig, configuration, release ?? (() => ValueTask.CompletedTask));
            await cluster._client.Version.GetCodeAsync(cancellationToken);
            return cluster;
        }
        catch (Exception e) when (e is KubeConfigException or HttpRequestException or k8s.Autorest.HttpOperationException)
        {
            cluster?._client.Dispose();
            throw new TestClusterException($"The cluster of the kubeconfig ({kind}) can't be used: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public async Task<string> CreateNamespaceAsync(string prefix, CancellationToken cancellationToken = default)
    {
        var name = await Namespaces.CreateAsync(_client, prefix, cancellationToken);
        _namespaces.Add(name);
        return name;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            foreach (var name in _namespaces)
            {
                await Namespaces.DeleteAsync(_client, name, CancellationToken.None);
            }
        }
        finally
        {
            _client.Dispose();
            await _release();
        }
    }
}
