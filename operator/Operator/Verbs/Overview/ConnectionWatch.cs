using System.Threading.Channels;
using k8s;
using KafkaLogstash.Api;
using KafkaLogstash.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace KafkaLogstash.Operator.Verbs.Overview;

/// <summary>Follows the connections of a cluster with the operator's own informer, through lost connections and restarts of the API server.</summary>
internal sealed class ConnectionWatch : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly IDisposable _subscription;

    private ConnectionWatch(IHost host, ChannelReader<ResourceChange<KafkaLogstashConnection>> changes, IDisposable subscription)
    {
        _host = host;
        _subscription = subscription;
        Changes = changes;
    }

    /// <summary>Every change, beginning with what is there.</summary>
    public ChannelReader<ResourceChange<KafkaLogstashConnection>> Changes { get; }

    /// <summary>Begins; ends once everything that is there is among the changes.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="ns">The namespace; null for all.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tell">Is told when the cluster can't be read for a while.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<ConnectionWatch> StartAsync(
        KubernetesClientConfiguration cluster, string? ns, TimeProvider time, Action<string> tell, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(new WarningsTo(tell));
        builder.Services.AddSingleton(Metrics.NewCustomRegistry());
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddControllerRuntime(
            new RuntimeOptions { FieldManager = "kafka-logstash-operator", Identity = Environment.MachineName, Namespaces = ns is null ? [] : [ns] },
            cluster,
            runtime => runtime.Informer<KafkaLogstashConnection>());
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken);
            var informer = host.Services.GetRequiredService<IInformers>().For<KafkaLogstashConnection>();
            await informer.WaitForSyncAsync(cancellationToken);
            var changes = Channel.CreateUnbounded<ResourceChange<KafkaLogstashConnection>>();
            return new ConnectionWatch(host, changes.Reader, informer.Subscribe(change => changes.Writer.TryWrite(change)));
        }
        catch
        {
            await DisposeAsync(host);
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _subscription.Dispose();
        await _host.StopAsync(CancellationToken.None);
        await DisposeAsync(_host);
    }

    private static ValueTask DisposeAsync(IHost host) => ((IAsyncDisposable)host).DisposeAsync();

    /// <summary>The command line sees to signals.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class WarningsTo(Action<string> tell) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                tell(formatter(state, exception));
            }
        }

        public void Dispose()
        {
            // There is nothing to give back.
        }
    }
}
