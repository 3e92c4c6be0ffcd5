using System.Text;
using k8s;
using KafkaLogstash.LocalCluster.ApiServer;

namespace KafkaLogstash.LocalCluster.Clusters;

/// <summary>
/// A real etcd and kube-apiserver on free ports of 127.0.0.1, with an authority, keys and data of their own: several live side by side.
/// There is neither controller manager nor scheduler nor node.
/// </summary>
public sealed class EnvtestCluster : ITestCluster
{
    /// <summary>The variable that names the directory with <c>etcd</c> and <c>kube-apiserver</c>.</summary>
    public const string AssetsVariable = "KUBEBUILDER_ASSETS";

    private const int Attempts = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private readonly DirectoryInfo _directory;
    private readonly ServerProcess _etcd;
    private readonly ServerProcess _apiServer;
    private readonly Kubernetes _client;

    private EnvtestCluster(DirectoryInfo directory, ServerProcess etcd, ServerProcess apiServer, string kubeconfig)
    {
        _directory = directory;
        _etcd = etcd;
        _apiServer = apiServer;
        Kubeconfig = kubeconfig;
        using var text = new MemoryStream(Encoding.UTF8.GetBytes(kubeconfig));
        AdminConfiguration = KubernetesClientConfiguration.BuildConfigFromConfigFile(text);
        _client = new Kubernetes(AdminConfiguration);
    }

    /// <inheritdoc/>
    public string Kind => TestCluster.Envtest;

    /// <inheritdoc/>
    public string Description => $"a real etcd and kube-apiserver, {AdminConfiguration.Host}";

    /// <inheritdoc/>
    public bool HasControllers => false;

    /// <inheritdoc/>
    public KubernetesClientConfiguration AdminConfiguration { get; }

    /// <inheritdoc/>
    public string Kubeconfig { get; }

    /// <inheritdoc/>
    public EmbeddedApiServer? Embedded => null;

    /// <summary>Starts both and waits until the API server is ready.</summary>
    /// <param name="assets">Directory of the programs; default: what <see cref="AssetsVariable"/> names.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="TestClusterException">A program is missing or does not start; the message names it.</exception>
    public static async Task<EnvtestCluster> StartAsync(string? assets = null, CancellationToken cancellationToken = default)
    {
        assets ??= Environment.GetEnvironmentVariable(AssetsVariable);
        if (string.IsNullOrEmpty(assets))
        {
            throw new TestClusterException(
                $"{AssetsVariable} is not set: let it name the directory that holds the programs etcd and kube-apiserver.");
        }

        var etcd = Locate(assets, "etcd");
        var apiServer = Locate(assets, "kube-apiserver");
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryStartAsync(etcd, apiServer, cancellationToken);
            }
            catch (TestClusterException e) when (attempt < Attempts && e.Message.Contains("address already in use", StringComparison.Ordinal))
            {
                // Somebody else took the port between its being found and its being used.
            }
        }
    }

    /// <inheritdoc/>
    public Task<string> CreateNamespaceAsync(string prefix, CancellationToken cancellationToken = default) =>
        Namespaces.CreateAsync(_client, prefix, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _apiServer.DisposeAsync();
        await _etcd.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static string Locate(string assets, string program)
    {
        var path = Path.Join(assets, program);
        return File.Exists(path)
            ? path
            : throw new TestClusterException(
                $"There is no program '{path}': {AssetsVariable} must name a directory that holds etcd and kube-apiserver.");
    }

    private static async Task<EnvtestCluster> TryStartAsync(string etcdProgram, string apiServerProgram, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("local-cluster-envtest-");
        ServerProcess? etcd = null;
        ServerProcess? apiServer = null;
        EnvtestCluster? cluster = null;
        try
        {
            var credentials = EnvtestCredentials.Create(DateTimeOffset.UtcNow);
            if (FreePorts.Find(3) is not [var clientPort, var peerPort, var securePort])
            {
                throw new TestClusterException("There are no three free ports on 127.0.0.1.");
            }

            var etcdUrl = $"http://127.0.0.1:{clientPort}";
            etcd = ServerProcess.Start(etcdProgram,
            [
                $"--data-dir={directory.FullName}/etcd",
                $"--listen-client-urls={etcdUrl}",
                $"--advertise-client-urls={etcdUrl}",
                $"--listen-peer-urls=http://127.0.0.1:{peerPort}",
                "--unsafe-no-fsync",
            ]);
            apiServer = ServerProcess.Start(apiServerProgram,
            [
                $"--etcd-servers={etcdUrl}",
                "--bind-address=127.0.0.1",
                $"--secure-port={securePort}",
                $"--tls-cert-file={Write(directory, "server.crt", credentials.ServerCertificate)}",
                $"--tls-private-key-file={Write(directory, "server.key", credentials.ServerKey)}",
                $"--client-ca-file={Write(directory, "ca.crt", credentials.Authority)}",
                $"--service-account-key-file={Write(directory, "tokens.key", credentials.TokenKey)}",
                $"--service-account-signing-key-file={directory.FullName}/tokens.key",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-cluster-ip-range=10.0.0.0/16",
                "--authorization-mode=RBAC",

                // Without a controller manager no namespace has the service account that this plugin wants pods to have.
                "--disable-admission-plugins=ServiceAccount",

                // It would publish 127.0.0.1, which endpoints must not hold.
                "--endpoint-reconciler-type=none",
                "--allow-privileged=true",
            ]);
            cluster = new EnvtestCluster(directory, etcd, apiServer, KubeconfigText(securePort, credentials));
            await cluster.WaitUntilReadyAsync(cancellationToken);
            return cluster;
        }
        catch
        {
            if (cluster is not null)
            {
                await cluster.DisposeAsync();
            }
            else
            {
                await (apiServer?.DisposeAsync() ?? ValueTask.CompletedTask);
                await (etcd?.DisposeAsync() ?? ValueTask.CompletedTask);
                directory.Delete(recursive: true);
            }

            throw;
        }
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            while (!await IsReadyAsync(patience.Token))
            {
                foreach (var (name, process) in new[] { ("etcd", _etcd), ("kube-apiserver", _apiServer) })
                {
                    if (process.HasExited)
                    {
                        throw new TestClusterException($"{name} ended instead of becoming ready. Its last words:\n{process.LastWords}");
                    }
                }

                await Task.Delay(PollInterval, patience.Token);
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TestClusterException(
                $"kube-apiserver was not ready after {Patience.TotalSeconds} s. Its last words:\n{_apiServer.LastWords}", e);
        }
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _client.HttpClient.GetAsync(new Uri(_client.BaseUri, "readyz"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static string Write(DirectoryInfo directory, string name, string content)
    {
        var path = Path.Join(directory.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }

    private static string KubeconfigText(int port, EnvtestCredentials credentials) =>
        $"""
        apiVersion: v1
        kind: Config
        clusters:
        - name: local-cluster
          cluster:
            server: https://127.0.0.1:{port}
            certificate-authority-data: {Base64(credentials.Authority)}
        users:
        - name: kubernetes-admin
          user:
            client-certificate-data: {Base64(credentials.AdminCertificate)}
            client-key-data: {Base64(credentials.AdminKey)}
        contexts:
        - name: local-cluster
          context:
            cluster: local-cluster
            user: kubernetes-admin
        current-context: local-cluster
        """ + "\n";

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
}
