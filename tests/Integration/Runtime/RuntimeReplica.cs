using System.Threading.Channels;
using k8s;
using k8s.Models;
using KafkaLogstash.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Prometheus;

namespace KafkaLogstash.Tests.Integration.Runtime;

/// <summary>A whole program on the runtime, whose controller of config maps writes down what it is called with.</summary>
public sealed class RuntimeReplica : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly string _identity;
    private readonly NamespacedName _lease;

    private RuntimeReplica(IHost host, string identity, NamespacedName lease)
    {
        _host = host;
        _identity = identity;
        _lease = lease;
        Controller = host.Services.GetRequiredService<RecordingController>();
    }

    public RecordingController Controller { get; }

    public static async Task<RuntimeReplica> StartAsync(KubernetesClientConfiguration configuration, string ns, string identity)
    {
        var lease = new NamespacedName(ns, "test");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(Metrics.NewCustomRegistry());
        builder.Services.AddControllerRuntime(
            new RuntimeOptions
            {
                FieldManager = "runtime-tests",
                Identity = identity,
                Namespaces = [ns],
                LeaderElection = new LeaderElectionOptions { Lease = lease, RetryPeriod = TimeSpan.FromSeconds(1) },
            },
            configuration,
            static runtime => runtime.Controller<V1ConfigMap, RecordingController>(static c => c
                .Owns<V1Service>()
                .References<PartialObjectMetadata<V1Secret>>(static e => [new NamespacedName(e.Metadata.NamespaceProperty, e.Metadata.Name)])));
        var replica = new RuntimeReplica(builder.Build(), identity, lease);
        await replica._host.StartAsync(TestContext.Current.CancellationToken);
        return replica;
    }

    /// <summary>Waits until this replica holds the Lease.</summary>
    public async Task LeadsAsync()
    {
        var api = _host.Services.GetRequiredService<KubernetesApi>();
        while ((await api.GetAsync<V1Lease>(_lease, TestContext.Current.CancellationToken))?.Spec.HolderIdentity != _identity)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public async Task<HealthStatus> HealthAsync() =>
        (await _host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken)).Status;

    public Task StopAsync() => _host.StopAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => ((IAsyncDisposable)_host).DisposeAsync();
}

/// <summary>Writes down what it is called with.</summary>
public sealed class RecordingController : IEntityController<V1ConfigMap>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Channel<string> _calls = Channel.CreateUnbounded<string>();

    /// <summary>Waits until it was called with the name once more.</summary>
    public async Task SeenAsync(string call)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        while (await _calls.Reader.ReadAsync(limit.Token) != call)
        {
        }
    }

    public Task<ReconcileResult> ReconcileAsync(V1ConfigMap entity, CancellationToken cancellationToken)
    {
        _calls.Writer.TryWrite(entity.Metadata.Name);
        return Task.FromResult(ReconcileResult.Done);
    }

    public Task DeletedAsync(V1ConfigMap entity, CancellationToken cancellationToken)
    {
        _calls.Writer.TryWrite($"deleted {entity.Metadata.Name}");
        return Task.CompletedTask;
    }
}
