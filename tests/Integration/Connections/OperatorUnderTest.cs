using System.Collections.Concurrent;
using k8s;
using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Controller;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Kafka.Groups;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace KafkaLogstash.Tests.Integration.Connections;

/// <summary>The operator's controller in the test's process, watching one namespace; its log is kept.</summary>
internal sealed class OperatorUnderTest : IAsyncDisposable
{
    private readonly IHost _host;

    private OperatorUnderTest(IHost host, KeptLog log)
    {
        _host = host;
        Log = log.Lines;
    }

    /// <summary>Every line it has logged.</summary>
    public ConcurrentQueue<string> Log { get; }

    /// <summary>What stands in for Kafka, unless the test looks at a Kafka of its own.</summary>
    public SettableProber Kafka => (SettableProber)_host.Services.GetRequiredService<IKafkaProber>();

    public SettableGroups Groups => (SettableGroups)_host.Services.GetRequiredService<IConsumerGroups>();

    /// <summary>A pod as the operator sees it; null where it has not seen it yet.</summary>
    public V1Pod? Pod(NamespacedName key) => _host.Services.GetRequiredService<IInformers>().For<V1Pod>().Cache.Get(key);

    /// <summary>All that the operator keeps of Secrets.</summary>
    public string Secrets() => KubernetesJson.Serialize(_host.Services.GetRequiredService<IInformers>().For<PartialObjectMetadata<V1Secret>>().Cache.List());

    public static async Task<OperatorUnderTest> StartAsync(KubernetesClientConfiguration cluster, string ns, string identity = "operator", bool elect = false, ControllerOptions? options = null, KafkaProberOptions? kafka = null)
    {
        var log = new KeptLog();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddSingleton(Metrics.NewCustomRegistry());
        builder.Services.AddSingleton<IKafkaProber>(provider => kafka is null
            ? new SettableProber(key => Enqueue(provider, key))
            : new KafkaProber(kafka, TimeProvider.System, provider.GetRequiredService<ILogger<KafkaProber>>(), key => Enqueue(provider, key)));
        builder.Services.AddSingleton<IConsumerGroups, SettableGroups>();
        builder.Services.AddConnectionController(ConnectionPolicy.None, options);
        builder.Services.AddControllerRuntime(
            new RuntimeOptions
            {
                FieldManager = "kafka-logstash-operator",
                Identity = identity,
                Namespaces = [ns],
                LeaderElection = elect ? new LeaderElectionOptions { Lease = new NamespacedName(ns, "operator"), RetryPeriod = TimeSpan.FromSeconds(1) } : null,
            },
            cluster,
            runtime => runtime.AddConnectionController(concurrency: 2));
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new OperatorUnderTest(host, log);

        static void Enqueue(IServiceProvider provider, string key) =>
            provider.GetRequiredService<IReconcileTrigger<KafkaLogstashConnection>>().Enqueue(NamespacedName.Parse(key));
    }

    /// <summary>Its metrics, as Prometheus reads them.</summary>
    public async Task<string> MetricsAsync()
    {
        using var text = new MemoryStream();
        await _host.Services.GetRequiredService<CollectorRegistry>().CollectAndExportAsTextAsync(text, TestContext.Current.CancellationToken);
        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }

    public void Enqueue(NamespacedName key) => _host.Services.GetRequiredService<IReconcileTrigger<KafkaLogstashConnection>>().Enqueue(key);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    private sealed class KeptLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
