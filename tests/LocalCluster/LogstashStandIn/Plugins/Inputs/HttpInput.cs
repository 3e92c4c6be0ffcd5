using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Text;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.LogstashStandIn.Events;
using KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Codecs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Inputs;

/// <summary>The http input: every request's body becomes events, one for each element of a JSON array; gzip and deflate are inflated.</summary>
internal sealed class HttpInput : IInput
{
    private static readonly FieldPath HostIp = new(["host", "ip"], InMetadata: false);
    private static readonly FieldPath Method = new(["http", "method"], InMetadata: false);
    private static readonly FieldPath UrlPath = new(["url", "path"], InMetadata: false);
    private static readonly FieldPath Host = new(["host"], InMetadata: false);

    private readonly PluginContext _context;
    private readonly IPEndPoint _endpoint;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly int _responseCode;
    private readonly long _maxContentLength;
    private readonly string? _authorization;
    private readonly Codec _codec;
    private readonly Codec _json;
    private readonly CommonOptions _common;
    private WebApplication? _server;

    /// <summary>Reads the input's options.</summary>
    /// <exception cref="PipelineException">One is wrong.</exception>
    public HttpInput(PluginContext context)
    {
        var settings = context.Settings;
        _context = context;
        _endpoint = new IPEndPoint(context.Surroundings.Bind(settings.Text("host") ?? "0.0.0.0"), settings.Integer("port", 8080));
        _tls = ServerTls.Read(settings);
        _responseCode = int.Parse(settings.Choice("response_code", "200", "200", "201", "202", "204"));
        _maxContentLength = settings.Integer("max_content_length", 100 * 1024 * 1024);
        _authorization = settings.Text("user") is { } user
            ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{settings.Text("password")}"))
            : null;
        _codec = Codec.Of(context, "plain");
        _json = Codec.Json(context);
        _common = CommonOptions.OfInput(context);
        settings.Accept(
            "threads", "max_pending_requests", "additional_codecs", "response_headers", "request_headers_target_field", "remote_host_target_field",
            "ecs_compatibility");
        settings.RefuseOthers();
    }

    /// <inheritdoc/>
    public async Task RegisterAsync(IEventSink sink)
    {
        _server = LoopbackWeb.Build(_endpoint, _tls, _maxContentLength);
        _server.Run(request => AnswerAsync(request, sink));
        await LoopbackWeb.StartAsync(_server, "The http input", _endpoint, CancellationToken.None);
        _context.Info($"Starting http input listener {_endpoint}");
    }

    /// <inheritdoc/>
    public async Task RunAsync(IEventSink sink, CancellationToken stop)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _server, null) is { } server)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5), _context.Time);
            await server.StopAsync(patience.Token);
            await server.DisposeAsync();
        }
    }

    private async Task AnswerAsync(HttpContext http, IEventSink sink)
    {
        if (_authorization is not null && http.Request.Headers.Authorization != _authorization)
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            http.Response.Headers.WWWAuthenticate = "Basic";
            return;
        }

        byte[] body;
        try
        {
            body = await ReadBodyAsync(http.Request);
        }
        catch (InvalidDataException)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        var isJson = http.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) == true;
        foreach (var logEvent in (isJson ? _json : _codec).Decode(body))
        {
            Describe(logEvent, http);
            _common.Apply(logEvent);
            await sink.PushAsync(logEvent);
        }

        http.Response.StatusCode = _responseCode;
        if (_responseCode != StatusCodes.Status204NoContent)
        {
            await http.Response.WriteAsync("ok", http.RequestAborted);
        }
    }

    private void Describe(LogEvent logEvent, HttpContext http)
    {
        var address = JsonValue.Create(http.Connection.RemoteIpAddress?.ToString());
        if (!_context.Pipeline.EcsCompatible)
        {
            logEvent.Set(Host, address);
            return;
        }

        logEvent.Set(HostIp, address);
        logEvent.Set(Method, JsonValue.Create(http.Request.Method));
        logEvent.Set(UrlPath, JsonValue.Create(http.Request.Path.Value));
    }

    private static async Task<byte[]> ReadBodyAsync(HttpRequest request)
    {
        await using Stream content = request.Headers.ContentEncoding.ToString() switch
        {
            "gzip" => new GZipStream(request.Body, CompressionMode.Decompress),
            "deflate" => new ZLibStream(request.Body, CompressionMode.Decompress),
            _ => request.Body,
        };
        using var body = new MemoryStream();
        await content.CopyToAsync(body, request.HttpContext.RequestAborted);
        return body.ToArray();
    }
}
