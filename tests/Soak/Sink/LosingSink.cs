using System.Net;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;

namespace KafkaLogstash.Soak.Sink;

/// <summary>
/// A sink as it must not be: it answers 200 as soon as Kafka's client has the events, and forgets those that are not written. A soak that does not find it out is worth nothing.
/// </summary>
/// <param name="kafka">Properties of its producer.</param>
/// <param name="topic">The topic.</param>
internal sealed class LosingSink(IReadOnlyDictionary<string, string> kafka, string topic) : ISinkUnderTest
{
    private WebApplication? _server;
    private IProducer<byte[], byte[]>? _producer;
    private volatile IPEndPoint? _http;

    /// <inheritdoc/>
    public IPEndPoint? Http => _http;

    /// <inheritdoc/>
    public IPEndPoint? Lumberjack => null;

    /// <inheritdoc/>
    public void Start()
    {
        ListenOptions? listener = null;
        var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig(new Dictionary<string, string>(kafka, StringComparer.Ordinal)) { LingerMs = 50, MessageTimeoutMs = 1000 })
            .SetLogHandler((_, _) => { }).Build();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listener = listen));
        var server = builder.Build();
        server.Run(context => TakeAsync(context, producer));
        server.Start();
        (_producer, _server, _http) = (producer, server, listener!.IPEndPoint);
    }

    /// <inheritdoc/>
    public async Task KillAsync()
    {
        _http = null;
        if (_server is { } server)
        {
            _server = null;
            using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
            await server.StopAsync(atOnce.Token);
            await server.DisposeAsync();
            _producer!.Dispose();
        }
    }

    /// <inheritdoc/>
    public Task StopAsync() => KillAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await KillAsync();

    private async Task TakeAsync(HttpContext context, IProducer<byte[], byte[]> producer)
    {
        await using var body = context.Request.Headers.ContentEncoding.Count == 0
            ? context.Request.Body
            : new System.IO.Compression.GZipStream(context.Request.Body, System.IO.Compression.CompressionMode.Decompress);
        using var events = await JsonDocument.ParseAsync(body, cancellationToken: context.RequestAborted);
        var count = 0;
        foreach (var item in events.RootElement.EnumerateArray())
        {
            producer.Produce(topic, new() { Key = Encoding.UTF8.GetBytes(item.GetProperty("k").GetString()!), Value = Encoding.UTF8.GetBytes(item.GetRawText()) });
            count++;
        }

        await context.Response.WriteAsync($$"""{"written":{{count}}}""", context.RequestAborted);
    }
}
