using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace KafkaLogstash.Tests.Unit.LocalCluster.LogstashStandIn;

/// <summary>An HTTP server that keeps the bodies it gets and answers with the given codes, the last one for ever.</summary>
internal sealed class HttpReceiver : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<string> _bodies = new();

    private HttpReceiver(HttpStatusCode[] answers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.Run(async http =>
        {
            await using Stream body = http.Request.Headers.ContentEncoding == "gzip"
                ? new GZipStream(http.Request.Body, CompressionMode.Decompress)
                : http.Request.Body;
            using var reader = new StreamReader(body);
            var text = await reader.ReadToEndAsync(http.RequestAborted);
            http.Response.StatusCode = (int)answers[Math.Min(_bodies.Count, answers.Length - 1)];
            _bodies.Enqueue(text);
        });
    }

    public IReadOnlyList<string> Bodies => [.. _bodies];

    public string Url => _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public static async Task<HttpReceiver> StartAsync(params HttpStatusCode[] answers)
    {
        var receiver = new HttpReceiver(answers);
        await receiver._server.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
