using k8s;
using k8s.Models;
using KafkaLogstash.Runtime;
using KafkaLogstash.Tests.Integration.Clusters;
using Microsoft.Extensions.Logging.Abstractions;
using Prometheus;

namespace KafkaLogstash.Tests.Integration.Runtime;

/// <summary>A runtime in a namespace of its own, whose requests are counted.</summary>
public sealed class RuntimeScope : IAsyncDisposable
{
    private readonly KubernetesClientConfiguration _configuration;
    private readonly RequestCounter _counter = new();
    private readonly RuntimeOptions _options = new() { FieldManager = "runtime-tests", Identity = "test" };
    private readonly RuntimeMetrics _metrics;
    private readonly KubernetesApi _counted;

    private RuntimeScope(KubernetesClientConfiguration configuration, string ns)
    {
        _configuration = configuration;
        Namespace = ns;
        Api = new KubernetesApi(configuration);
        _metrics = new RuntimeMetrics(Metrics.NewCustomRegistry(), _options);
        _counted = new KubernetesApi(configuration, null, _counter);
        Applier = NewApplier();
    }

    public string Namespace { get; }

    /// <summary>For the test's own requests, which are not counted.</summary>
    public KubernetesApi Api { get; }

    public IObjectApplier Applier { get; private set; }

    /// <summary>The number of requests that the applier made.</summary>
    public int Requests => _counter.Count;

    /// <summary>Makes a namespace in the cluster of the run, and a runtime in it.</summary>
    public static async Task<RuntimeScope> CreateAsync(SharedCluster shared)
    {
        var cluster = await shared.GetAsync();
        return new(cluster.AdminConfiguration, await cluster.CreateNamespaceAsync("runtime", TestContext.Current.CancellationToken));
    }

    /// <summary>Forgets what the applier remembers, as a restart does.</summary>
    public void Restart() => Applier = NewApplier();

    public Task<ApplyResult> ApplyAsync(IKubernetesObject<V1ObjectMeta> desired, IKubernetesObject<V1ObjectMeta>? live = null) =>
        Applier.ApplyAsync(ResourceKind.Of(desired.GetType()), DesiredObject.Of(desired), live, null, TestContext.Current.CancellationToken);

    public Task<T> LiveAsync<T>(T desired)
        where T : class, IKubernetesObject<V1ObjectMeta> => LiveAsync<T>(desired.Key());

    public async Task<T> LiveAsync<T>(NamespacedName name)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        await Api.GetAsync<T>(name, TestContext.Current.CancellationToken) ?? throw new InvalidOperationException($"{name} does not exist");

    public Task<RuntimeReplica> HostAsync(string identity) => RuntimeReplica.StartAsync(_configuration, Namespace, identity);

    internal EventRecorder Events() => new(_counted, _options, _metrics, TimeProvider.System, NullLogger<EventRecorder>.Instance);

    private ObjectApplier NewApplier() => new(_counted, _options, _metrics, NullLogger<ObjectApplier>.Instance);

    public async ValueTask DisposeAsync()
    {
        await Api.Client.CoreV1.DeleteNamespaceAsync(Namespace, cancellationToken: CancellationToken.None);
        _counted.Dispose();
        _counter.Dispose();
        Api.Dispose();
    }

    private sealed class RequestCounter : DelegatingHandler
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
