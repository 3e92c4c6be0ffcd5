using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using KafkaLogstash.Tests.Integration.Bridges;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Tests.Integration.Webhook;

/// <summary>A webhook that answers what a test says, and keeps what it was asked.</summary>
internal sealed class WebhookPeer : IAsyncDisposable
{
    private readonly BridgeCertificates _certificates = new();
    private readonly X509Certificate2 _certificate;
    private readonly WebApplication _server;

    private WebhookPeer()
    {
        _certificate = _certificates.Issue("localhost");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(_certificate);
        }));
        _server = builder.Build();
        _server.Run(HandleAsync);
    }

    /// <summary>What it was asked, the <c>request</c> of each review.</summary>
    public ConcurrentQueue<JsonObject> Requests { get; } = new();

    /// <summary>What it answers; by default that everything is allowed. The uid and the rest are added.</summary>
    public Func<JsonObject, Task<JsonObject>> Answer { get; set; } = static _ => Task.FromResult(new JsonObject { ["allowed"] = true });

    /// <summary>The uid that it answers; null for that of the request.</summary>
    public string? Uid { get; set; }

    /// <summary>Whom to trust, as <c>caBundle</c> has it.</summary>
    public string Bundle => Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(_certificates.Authority));

    public string Url => $"https://localhost:{new Uri(_server.Urls.Single()).Port}/validate";

    public static async Task<WebhookPeer> StartAsync()
    {
        var peer = new WebhookPeer();
        await peer._server.StartAsync(TestContext.Current.CancellationToken);
        return peer;
    }

    public async ValueTask DisposeAsync()
    {
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1)))
        {
            await _server.StopAsync(patience.Token);
        }

        await _server.DisposeAsync();
        _certificate.Dispose();
        _certificates.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var review = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!.AsObject();
        var request = review["request"]!.AsObject();
        Requests.Enqueue(request);
        var response = await Answer(request);
        response["uid"] = Uid ?? request["uid"]!.ToString();
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(
            new JsonObject { ["apiVersion"] = review["apiVersion"]!.ToString(), ["kind"] = review["kind"]!.ToString(), ["response"] = response }.ToJsonString(),
            context.RequestAborted);
    }
}
