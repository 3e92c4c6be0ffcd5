using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.LogstashStandIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace KafkaLogstash.Tests.Integration.Bridges;

/// <summary>Where a Logstash's http output leads: keeps the events.</summary>
internal sealed class EventReceiver : IAsyncDisposable
{
    private readonly WebApplication _server = LoopbackWeb.Build(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly ConcurrentQueue<JsonObject> _events = new();

    private EventReceiver() => _server.Run(async http =>
    {
        foreach (var received in (await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted))!.AsArray())
        {
            _events.Enqueue(received!.AsObject());
        }
    });

    public IReadOnlyList<JsonObject> Events => [.. _events];

    /// <summary>The output of a pipeline that sends its events here.</summary>
    public string Output => $$"""http { url => "{{Url}}/" http_method => "post" format => "json_batch" }""";

    private string Url => _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public static async Task<EventReceiver> StartAsync()
    {
        var receiver = new EventReceiver();
        await receiver._server.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
