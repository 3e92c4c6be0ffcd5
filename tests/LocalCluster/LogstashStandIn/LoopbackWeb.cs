using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace KafkaLogstash.LocalCluster.LogstashStandIn;

/// <summary>Small web servers on one address, without routing, configuration files or log output of their own.</summary>
internal static class LoopbackWeb
{
    /// <summary>Makes a server that does not listen yet.</summary>
    public static WebApplication Build(IPEndPoint endpoint, SslServerAuthenticationOptions? tls = null, long? maxBodyBytes = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        if (tls is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = maxBodyBytes;
            kestrel.Listen(endpoint, listen =>
            {
                if (tls is not null)
                {
                    listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls) });
                }
            });
        });
        return builder.Build();
    }

    /// <summary>Starts a server.</summary>
    /// <param name="server">The server.</param>
    /// <param name="what">Who listens, for the message.</param>
    /// <param name="endpoint">Where, for the message.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="PipelineException">The address is taken, or can't be listened on.</exception>
    public static async Task StartAsync(WebApplication server, string what, IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        try
        {
            await server.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            await server.DisposeAsync();
            throw new PipelineException($"{what} can't listen on {endpoint}: {e.Message}", e);
        }
    }
}
