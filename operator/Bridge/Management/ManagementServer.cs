using System.Net;
using KafkaLogstash.Bridging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace KafkaLogstash.Bridge.Management;

/// <summary>
/// Health and metrics: <c>/healthz</c> says whether the loops turn, <c>/readyz</c> whether the bridge does what it is for and why not, <c>/metrics</c> is for Prometheus.
/// </summary>
internal sealed class ManagementServer : IAsyncDisposable
{
    private readonly WebApplication _server;

    private ManagementServer(WebApplication server) => _server = server;

    /// <summary>Where it listens.</summary>
    public IPEndPoint Endpoint
    {
        get
        {
            var uri = new Uri(_server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
            return new(IPAddress.Parse(uri.DnsSafeHost), uri.Port);
        }
    }

    /// <summary>Starts the server.</summary>
    /// <param name="endpoint">Where it listens; port 0 takes a free one.</param>
    /// <param name="registry">The metrics.</param>
    /// <param name="isAlive">Says whether the loops turn.</param>
    /// <param name="report">Says how the bridge is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">It can't listen there.</exception>
    public static async Task<ManagementServer> StartAsync(
        IPEndPoint endpoint, CollectorRegistry registry, Func<bool> isAlive, Func<BridgeReport> report, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;

            // Probes and scrapes: more than this is somebody else.
            options.Limits.MaxConcurrentConnections = 100;
            options.Limits.MaxRequestBodySize = 0;
            options.Listen(endpoint, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Logging.ClearProviders();

        // Signals are the program's: health and metrics answer until the roles have drained.
        builder.Services.AddSingleton<IHostLifetime, ProgramLifetime>();
        var server = builder.Build();
        server.Run(context => (context.Request.Path.Value, context.Request.Method) switch
        {
            ("/healthz", "GET" or "HEAD") => HealthAsync(context, isAlive()),
            ("/readyz", "GET" or "HEAD") => ReportAsync(context, report()),
            ("/metrics", "GET" or "HEAD") => MetricsAsync(context, registry),
            _ => RefuseAsync(context),
        });
        try
        {
            await server.StartAsync(cancellationToken);
            return new(server);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(CancellationToken.None);
        await _server.DisposeAsync();
    }

    private static Task HealthAsync(HttpContext context, bool isAlive)
    {
        context.Response.StatusCode = isAlive ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return TextAsync(context, isAlive ? "ok\n" : "A loop hangs; /readyz tells of which role.\n");
    }

    private static Task ReportAsync(HttpContext context, BridgeReport report)
    {
        context.Response.StatusCode = report.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(report.Write(), context.RequestAborted).AsTask();
    }

    private static Task MetricsAsync(HttpContext context, CollectorRegistry registry)
    {
        context.Response.ContentType = PrometheusConstants.TextContentType;
        return registry.CollectAndExportAsTextAsync(context.Response.Body, context.RequestAborted);
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return TextAsync(context, "Here are /healthz, /readyz and /metrics.\n");
    }

    private static Task TextAsync(HttpContext context, string text)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    private sealed class ProgramLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
