using k8s;
using KafkaLogstash.LocalCluster.ApiServer;

namespace KafkaLogstash.LocalCluster.Clusters;

/// <summary>The API server inside this process, and nothing else.</summary>
public sealed class EmbeddedCluster : ITestCluster
{
    private readonly EmbeddedApiServer _server;
    private readonly Kubernetes _client;

    private EmbeddedCluster(EmbeddedApiServer server)
    {
        _server = server;
        AdminConfiguration = server.ClientConfiguration();
        Kubeconfig = server.Kubeconfig();
        _client = new Kubernetes(AdminConfiguration);
    }

    /// <inheritdoc/>
    public string Kind => TestCluster.Embedded;

    /// <inheritdoc/>
    public string Description => $"an API server in this process, {_server.Address.GetLeftPart(UriPartial.Authority)}";

    /// <inheritdoc/>
    public bool HasControllers => false;

    /// <inheritdoc/>
    public KubernetesClientConfiguration AdminConfiguration { get; }

    /// <inheritdoc/>
    public string Kubeconfig { get; }

    /// <inheritdoc/>
    public EmbeddedApiServer Embedded => _server;

    /// <summary>Starts one.</summary>
    /// <param name="options">The server's options.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<EmbeddedCluster> StartAsync(
        EmbeddedApiServerOptions? options = null, CancellationToken cancellationToken = default) =>
        new(await EmbeddedApiServer.StartAsync(options, cancellationToken));

    /// <inheritdoc/>
    public Task<string> CreateNamespaceAsync(string prefix, CancellationToken cancellationToken = default) =>
        Namespaces.CreateAsync(_client, prefix, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }
}
