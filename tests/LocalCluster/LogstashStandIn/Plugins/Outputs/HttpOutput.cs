using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.LogstashStandIn.Events;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Outputs;

/// <summary>
/// The http output. Connection failures, time-outs and the retryable status codes (429, 500, 502, 503, 504) are tried again for ever, with pauses of the
/// attempt's square in seconds up to a minute; every other failure drops the events with an error line, as Logstash does.
/// </summary>
internal sealed class HttpOutput : IOutput
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private readonly PluginContext _context;
    private readonly string _url;
    private readonly HttpMethod _method;
    private readonly string _format;
    private readonly string? _message;
    private readonly string? _contentType;
    private readonly IReadOnlyList<KeyValuePair<string, string>> _headers;
    private readonly IReadOnlyList<KeyValuePair<string, string>> _mapping;
    private readonly HashSet<string> _ignorable;
    private readonly HashSet<string> _retryable;
    private readonly bool _retryFailed;
    private readonly bool _compress;
    private readonly HttpClient _client;

    /// <summary>Reads the output's options.</summary>
    /// <exception cref="PipelineException">One is wrong.</exception>
    public HttpOutput(PluginContext context)
    {
        var settings = context.Settings;
        _context = context;
        _url = settings.Required("url");
        _ = settings.Required("http_method");
        _method = new HttpMethod(settings.Choice("http_method", "post", "put", "post", "patch", "delete", "get", "head").ToUpperInvariant());
        _format = settings.Choice("format", "json", "json", "json_batch", "form", "message");
        _message = settings.Text("message");
        _contentType = settings.Text("content_type");
        _headers = settings.Pairs("headers");
        _mapping = settings.Pairs("mapping");
        _ignorable = [.. settings.Texts("ignorable_codes")];
        _retryable = settings.Has("retryable_codes") ? [.. settings.Texts("retryable_codes")] : ["429", "500", "502", "503", "504"];
        _retryFailed = settings.Flag("retry_failed", true);
        _compress = settings.Flag("http_compression", false);
        var credentials = settings.Text("user") is { } user
            ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{settings.Text("password")}")))
            : null;
        _client = new HttpClient(Handler(context)) { Timeout = TimeSpan.FromSeconds(settings.Number("request_timeout", 60)) };
        _client.DefaultRequestHeaders.Authorization = credentials;
        settings.Accept(
            "password", "automatic_retries", "retry_non_idempotent", "pool_max", "keepalive", "validate_after_inactivity", "socket_timeout", "cookies", "proxy",
            "ssl_enabled", "ssl_supported_protocols", "ssl_cipher_suites", "codec", "workers");
        settings.RefuseOthers();
    }

    /// <inheritdoc/>
    public async Task WriteAsync(IReadOnlyList<LogEvent> events, CancellationToken stop)
    {
        if (_format == "json_batch")
        {
            await SendAsync(_url, $"[{string.Join(',', events.Select(Body))}]", null, stop);
            return;
        }

        foreach (var logEvent in events)
        {
            await SendAsync(Format(_url, logEvent), Body(logEvent), logEvent, stop);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task SendAsync(string url, string body, LogEvent? logEvent, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            var failure = await TryAsync(url, body, logEvent);
            if (failure is null)
            {
                return;
            }

            if (!failure.MayBeRetried || !_retryFailed)
            {
                _context.Log.Error($"logstash.{_context.Pipeline.Id}.http", $"[HTTP Output Failure] {failure.Reason}; the events are dropped (url {Origin(url)})");
                return;
            }

            if (stop.IsCancellationRequested && attempt > 2)
            {
                _context.Log.Error($"logstash.{_context.Pipeline.Id}.http", $"Given up on shutdown after {attempt} attempts: {failure.Reason}");
                return;
            }

            _context.Warn($"Retrying: {failure.Reason} (attempt {attempt}, url {Origin(url)})");
            var pause = TimeSpan.FromSeconds(Math.Min(attempt * attempt * Random.Shared.NextDouble(), LongestPause.TotalSeconds));
            await Task.Delay(pause, _context.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<Failure?> TryAsync(string url, string body, LogEvent? logEvent)
    {
        try
        {
            using var request = new HttpRequestMessage(_method, url) { Content = Content(body) };
            foreach (var (name, template) in _headers)
            {
                var value = logEvent is null ? template : Format(template, logEvent);
                if (!request.Headers.TryAddWithoutValidation(name, value))
                {
                    request.Content?.Headers.Remove(name);
                    request.Content?.Headers.TryAddWithoutValidation(name, value);
                }
            }

            using var response = await _client.SendAsync(request, CancellationToken.None);
            var code = ((int)response.StatusCode).ToString();
            return response.IsSuccessStatusCode || _ignorable.Contains(code)
                ? null
                : new Failure($"Encountered non-2xx HTTP code {code}", _retryable.Contains(code));
        }
        catch (HttpRequestException e)
        {
            // Failures of TLS and wrong addresses are not retried; lost and refused connections are.
            return new Failure(e.Message, e.HttpRequestError is not HttpRequestError.SecureConnectionError);
        }
        catch (OperationCanceledException)
        {
            return new Failure("the request timed out", MayBeRetried: true);
        }
        catch (Exception e) when (e is UriFormatException or InvalidOperationException)
        {
            return new Failure($"the url is none: {e.Message}", MayBeRetried: false);
        }
    }

    private ByteArrayContent? Content(string body)
    {
        if (_method == HttpMethod.Get || _method == HttpMethod.Head)
        {
            return null;
        }

        var bytes = Encoding.UTF8.GetBytes(body);
        if (_compress)
        {
            using var compressed = new MemoryStream();
            using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
            {
                gzip.Write(bytes);
            }

            bytes = compressed.ToArray();
        }

        var content = new ByteArrayContent(bytes);
        content.Headers.TryAddWithoutValidation("Content-Type", _contentType ?? _format switch
        {
            "form" => "application/x-www-form-urlencoded",
            "message" => "text/plain",
            _ => "application/json",
        });
        if (_compress)
        {
            content.Headers.ContentEncoding.Add("gzip");
        }

        return content;
    }

    private string Body(LogEvent logEvent)
    {
        if (_format == "message")
        {
            return Format(_message ?? "", logEvent);
        }

        if (_format == "form")
        {
            var pairs = _mapping.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(Format(pair.Value, logEvent))}");
            return string.Join('&', pairs);
        }

        return _mapping.Count == 0
            ? logEvent.ToJson()
            : new JsonObject(_mapping.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)Format(pair.Value, logEvent)))).ToJsonString();
    }

    private string Format(string template, LogEvent logEvent) => EventTemplate.Format(template, logEvent, _context.Time.GetUtcNow());

    /// <summary>A URL without what may be a secret: user, password and query.</summary>
    private static string Origin(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) ? $"{uri.Scheme}://{uri.Authority}{uri.AbsolutePath}" : "is wrong";

    private static SocketsHttpHandler Handler(PluginContext context)
    {
        var settings = context.Settings;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = settings.Flag("follow_redirects", true),
            AutomaticDecompression = DecompressionMethods.All,
            MaxConnectionsPerServer = settings.Integer("pool_max_per_route", 25),
            ConnectTimeout = TimeSpan.FromSeconds(settings.Number("connect_timeout", 10)),
            ConnectCallback = async (connection, stop) => new NetworkStream(
                await context.Surroundings.Names.ConnectAsync(connection.DnsEndPoint.Host, connection.DnsEndPoint.Port, stop), ownsSocket: true),
        };
        var authorities = settings.Files("ssl_certificate_authorities");
        var (certificate, key) = (settings.File("ssl_certificate"), settings.File("ssl_key"));
        if (authorities.Count > 1 || (certificate is null) != (key is null))
        {
            throw new PipelineException(
                $"The http output on line {settings.Line} takes one file of ssl_certificate_authorities, and both ssl_certificate and ssl_key or neither.");
        }

        var verify = settings.Choice("ssl_verification_mode", "full", "full", "none") == "full";
        handler.SslOptions.RemoteCertificateValidationCallback = 
            (_, presented, chain, errors) => !verify || IsTrusted(presented, chain, errors, authorities);
        if (certificate is not null && key is not null)
        {
            try
            {
                handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, key)];
            }
            catch (CryptographicException e)
            {
                throw new PipelineException($"The http output on line {settings.Line} has no PEM certificate with its key: {e.Message}", e);
            }
        }

        return handler;
    }

    private static bool IsTrusted(X509Certificate? presented, X509Chain? chain, SslPolicyErrors errors, IReadOnlyList<string> authorities) => authorities.Count == 0
        ? errors == SslPolicyErrors.None
        : (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == SslPolicyErrors.None
            && presented is X509Certificate2 server
            && ServerTls.LeadsTo(server, chain, authorities);

    private sealed record Failure(string Reason, bool MayBeRetried);
}
