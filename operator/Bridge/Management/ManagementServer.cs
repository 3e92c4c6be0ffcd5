using System.Net;
using KafkaLogstash.Bridging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace KafkaLogstash.Bridge.Management;

/// <summary>
/// Health and metrics: <c>/healthz</c> says that the process answers, <c>/readyz</c> whether it does what it is for and why not, <c>/metrics</c> is for Prometheus.
/// </summary>
internal static class ManagementServer
{
    /// <summary>Makes the server.</summary>
    /// <param name="address">Where it listens.</param>
    /// <param name="port">At which port; 0 takes a free one.</param>
    /// <param name="registry">The metrics.</param>
    /// <param name="report">Says how the bridge is.</param>
    public static WebApplication Build(IPAddress address, int port, CollectorRegistry registry, Func<BridgeReport> report)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Listen(address, port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Logging.ClearProviders();
        var server = builder.Build();
        server.Run(context => (context.Request.Path.Value, context.Request.Method) switch
        {
            ("/healthz", "GET" or "HEAD") => context.Response.WriteAsync("ok\n", context.RequestAborted),
            ("/readyz", "GET" or "HEAD") => ReportAsync(context, report()),
            ("/metrics", "GET" or "HEAD") => MetricsAsync(context, registry),
            _ => RefuseAsync(context),
        });
        return server;
    }

    private static Task ReportAsync(HttpContext context, BridgeReport report)
    {
        context.Response.StatusCode = report.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(report.Write(), context.RequestAborted).AsTask();
    }

    private static Task MetricsAsync(HttpContext context, CollectorRegistry registry)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return registry.CollectAndExportAsTextAsync(context.Response.Body, context.RequestAborted);
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync("Here are /healthz, /readyz and /metrics.\n", context.RequestAborted);
    }
}
