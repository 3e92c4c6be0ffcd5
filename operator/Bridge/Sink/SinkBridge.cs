using System.Net;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Bridge.Lumberjack.Server;
using KafkaLogstash.Bridge.Security;
using KafkaLogstash.Bridge.Sink.Events;
using KafkaLogstash.Bridge.Sink.Http;
using KafkaLogstash.Bridge.Sink.Producing;
using KafkaLogstash.Bridging;
using KafkaLogstash.Logstash.Patterns;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Sink;

/// <summary>Where a sink listens.</summary>
/// <param name="Http">Its HTTP server.</param>
/// <param name="Lumberjack">Its Lumberjack server; null where there is none.</param>
internal sealed record SinkAddresses(IPEndPoint Http, IPEndPoint? Lumberjack);

/// <summary>The half of a bridge that brings events from Logstash to Kafka: what it says it has taken is written.</summary>
/// <param name="settings">What it takes and where it puts it.</param>
/// <param name="tls">TLS of both servers; null for plain text.</param>
/// <param name="metrics">What is counted.</param>
/// <param name="context">What it is made from.</param>
internal sealed partial class SinkBridge(SinkSettings settings, ServerTls? tls, SinkMetrics metrics, RoleContext context) : IBridgeRole
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(2);

    private readonly SinkStatus _status = new(context.Time);
    private readonly ILogger _logger = context.Loggers.CreateLogger<SinkBridge>();
    private readonly TaskCompletionSource<SinkAddresses> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    public string Name => "sink";

    /// <inheritdoc/>
    public RoleState State => _status.State;

    /// <summary>Where it listens, as soon as it does: where the settings' ports are 0 the system has chosen them.</summary>
    public Task<SinkAddresses> Listening => _listening.Task;

    /// <summary>A request's head is small; a body that trickles in holds what others wait for.</summary>
    public MinDataRate SlowestBody { get; init; } = new(bytesPerSecond: 4096, gracePeriod: TimeSpan.FromSeconds(10));

    /// <summary>What its Lumberjack server bears with.</summary>
    public LumberjackLimits LumberjackLimits { get; init; } = new();

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken stopping)
    {
        var access = new SinkAccess(settings.Authentication, context.Time, _logger);
        var (topic, key) = (Pattern("topic", settings.Topic, isTopic: true)!, Pattern("messageKey", settings.MessageKey, isTopic: false));
        var topics = new TopicChoice(topic, settings.AllowedTopics);
        var events = new EventReader(topic, key, topics);
        var pending = new PendingBytes(settings.MaxPendingBytes, metrics.Pending);
        await using var writer = new RecordWriter(settings, context, _status, metrics, _logger);
        var endpoint = new SinkEndpoint(settings, access, topics, events, pending, writer, metrics, _logger);
        var lumberjack = new LumberjackServices(LumberjackLimits, settings.MaxRequestBytes, events, pending, writer, writer.Buffers, metrics, context.Time, _logger);
        await using var server = Build(endpoint, lumberjack, stopping, out var listeners);
        try
        {
            await server.StartAsync(CancellationToken.None);
        }
        catch (IOException taken)
        {
            throw new RoleException($"The sink can't listen: {taken.Message}", taken);
        }

        var addresses = new SinkAddresses(listeners.Http!.IPEndPoint!, listeners.Lumberjack?.IPEndPoint);
        _status.Listens(trouble: null);
        _listening.TrySetResult(addresses);
        LogListening(_logger, addresses.Http, addresses.Lumberjack);
        await LookAsync(writer, stopping);
        endpoint.End();
        _status.Listens("It ends.");
        LogEnding(_logger);
        using var drained = new CancellationTokenSource(settings.DrainTimeout, context.Time);
        await server.StopAsync(drained.Token);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _listening.TrySetCanceled();
        return ValueTask.CompletedTask;
    }

    private static EventPattern? Pattern(string setting, string? text, bool isTopic)
    {
        if (text is null)
        {
            return null;
        }

        return (isTopic ? EventPattern.TryParseTopic(text, out var pattern, out var error) : EventPattern.TryParse(text, out pattern, out error)) ? pattern
            : throw new RoleException($"The setting sink.{setting} is no pattern, {error}");
    }

    /// <summary>Sees whether the brokers answer, where no records show it.</summary>
    private async Task LookAsync(RecordWriter writer, CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                if (_status.IsUnreached)
                {
                    await writer.LookAsync(LookTimeout);
                }

                await Task.Delay(LookInterval, context.Time, stopping);
            }
        }
        catch (OperationCanceledException)
        {
            // It is to end.
        }
    }

    private WebApplication Build(SinkEndpoint endpoint, LumberjackServices lumberjack, CancellationToken stopping, out Listeners listeners)
    {
        var made = listeners = new();

        // Nothing of the surroundings is to configure it: neither environment variables nor files nor signals.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton(context.Loggers);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.DrainTimeout);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = SlowestBody;
            kestrel.Listen(context.ListenAddress, settings.Port, listen =>
            {
                made.Http = listen;
                listen.Protocols = HttpProtocols.Http1;
                Secure(listen);
            });
            if (settings.LumberjackPort is { } port)
            {
                kestrel.Listen(context.ListenAddress, port, listen =>
                {
                    made.Lumberjack = listen;
                    listen.Protocols = HttpProtocols.Http1;
                    Secure(listen);
                    listen.Run(connection => ServeAsync(connection, lumberjack, stopping));
                });
            }
        });
        var server = builder.Build();
        server.Run(endpoint.AnswerAsync);
        return server;
    }

    private static async Task ServeAsync(ConnectionContext connection, LumberjackServices services, CancellationToken stopping)
    {
        var ending = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stopping, ending);
        await new LumberjackSession(services, connection.Transport, connection.RemoteEndPoint?.ToString() ?? connection.ConnectionId).RunAsync(ends.Token, connection.ConnectionClosed);
    }

    private void Secure(ListenOptions listen)
    {
        if (tls is not null)
        {
            listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls.Current) });
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The sink takes HTTP at {Http} and Lumberjack at {Lumberjack}")]
    private static partial void LogListening(ILogger logger, IPEndPoint http, IPEndPoint? lumberjack);

    [LoggerMessage(Level = LogLevel.Information, Message = "The sink ends: it takes nothing new, and finishes what is under way")]
    private static partial void LogEnding(ILogger logger);

    private sealed class Listeners
    {
        public ListenOptions? Http { get; set; }

        public ListenOptions? Lumberjack { get; set; }
    }

    /// <summary>The process ends when its own host says so.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
