using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using KafkaLogstash.Operator.Webhook.Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Operator.Webhook;

/// <summary>
/// The HTTPS server that API servers ask for reviews, on a port of its own: what it serves, nobody else should reach, and what is served elsewhere is not served here.
/// Every replica serves, whoever leads.
/// </summary>
internal sealed class WebhookServer(
    WebhookEndpoint endpoint,
    CertificateKeeper certificates,
    WebhookOptions options,
    IHostApplicationLifetime lifetime,
    TimeProvider time) : IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(5);

    private WebApplication? _server;
    private Task _drained = Task.CompletedTask;

    /// <summary>Whether it listens.</summary>
    public bool IsServing => _server is not null;

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address
    {
        get
        {
            var uri = new Uri(_server!.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
            return new(IPAddress.Parse(uri.DnsSafeHost), uri.Port);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="WebhookListenException">It can't listen there.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, ProgramLifetime>();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = WebhookEndpoint.MostBytes;
            kestrel.Limits.RequestHeadersTimeout = options.LongestReview;

            // API servers, a connection for each request under way: more than this is somebody else.
            kestrel.Limits.MaxConcurrentConnections = 500;
            kestrel.Listen(options.Listen, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = HandshakeTimeout, OnConnection = _ => ValueTask.FromResult(Handshake()) });
            });
        });
        var server = builder.Build();
        server.Run(endpoint.HandleAsync);
        try
        {
            await server.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            await server.DisposeAsync();
            throw new WebhookListenException(e.Message, e);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        _server = server;
        lifetime.ApplicationStopping.Register(() => _drained = Task.Delay(options.Drain, time, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is { } server)
        {
            await _drained.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await server.StopAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is { } server)
        {
            _server = null;
            await server.DisposeAsync();
        }
    }

    private SslServerAuthenticationOptions Handshake() => new()
    {
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ServerCertificateContext = certificates.Current?.Context ?? throw new AuthenticationException("There is no certificate to serve; /readyz says why."),
    };

    /// <summary>Signals are the program's.</summary>
    private sealed class ProgramLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>The webhook can't listen where it should.</summary>
internal sealed class WebhookListenException(string message, Exception cause) : IOException(message, cause);
