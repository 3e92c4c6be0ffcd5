using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Tests.Integration.Kafka.Brokers;

/// <summary>An OAuth token endpoint on loopback that gives an unsigned token to whoever knows one client's secret.</summary>
internal sealed class TokenEndpoint(string clientId, string clientSecret) : IAsyncDisposable
{
    private WebApplication? _server;

    public string Url => $"{_server!.Urls.First()}/token";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.MapPost("/token", Answer);
        await _server.StartAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private IResult Answer(HttpRequest request)
    {
        var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{clientId}:{clientSecret}"));
        return request.Headers.Authorization.ToString() == expected
            ? Results.Json(new Dictionary<string, object> { ["access_token"] = Token(), ["token_type"] = "Bearer", ["expires_in"] = 3600 })
            : Results.Unauthorized();
    }

    private string Token()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        return $"{Part(new() { ["alg"] = "none" })}.{Part(new() { ["sub"] = clientId, ["iat"] = now, ["exp"] = now + 3600 })}.";
    }

    private static string Part(Dictionary<string, object> claims) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims));
}
