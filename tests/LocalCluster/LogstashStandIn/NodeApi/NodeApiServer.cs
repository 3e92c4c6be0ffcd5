using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.LogstashStandIn.Pipelines;
using KafkaLogstash.LocalCluster.LogstashStandIn.Settings;
using KafkaLogstash.Logstash;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.NodeApi;

/// <summary>Serves Logstash's node API over HTTP, as far as the operator and people at a terminal ask it.</summary>
internal sealed class NodeApiServer : IAsyncDisposable
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);
    private static readonly LogstashVersion HealthReportSince = LogstashVersion.Parse("8.16.0");

    private readonly NodeSettings _settings;
    private readonly Agent _agent;
    private readonly NodeView _view;
    private readonly TimeProvider _time;
    private readonly string? _authorization;
    private readonly WebApplication _server;

    private NodeApiServer(NodeSettings settings, Agent agent, IPEndPoint endpoint, TimeProvider time)
    {
        _settings = settings;
        _agent = agent;
        _view = new NodeView(settings, agent, endpoint.ToString());
        _time = time;
        _authorization = settings.ApiCredentials is { } credentials
            ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.User}:{credentials.Password}"))
            : null;
        Endpoint = endpoint;
        _server = LoopbackWeb.Build(endpoint);
        _server.Run(AnswerAsync);
    }

    /// <summary>Where the API is served.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Serves the API on the first free port of its range.</summary>
    /// <exception cref="PipelineException">No port is free.</exception>
    public static async Task<NodeApiServer> StartAsync(NodeSettings settings, Agent agent, TimeProvider time, CancellationToken cancellationToken)
    {
        var address = settings.Surroundings.Bind(settings.ApiHost);
        for (var port = settings.ApiPorts.First; ; port++)
        {
            try
            {
                var server = new NodeApiServer(settings, agent, new IPEndPoint(address, port), time);
                await LoopbackWeb.StartAsync(server._server, "The node API", server.Endpoint, cancellationToken);
                return server;
            }
            catch (PipelineException) when (port < settings.ApiPorts.Last)
            {
                // Taken: the next one of the range.
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        if (_authorization is not null && http.Request.Headers.Authorization != _authorization)
        {
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"logstash\"";
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        var body = http.Request.Path.Value?.Trim('/').Split('/') switch
        {
            [""] => await RootAsync(http),
            ["_node"] => Node(Describe(null)!),
            ["_node", "pipelines"] => Whole("pipelines", Describe(null)),
            ["_node", "pipelines", var id] => Whole("pipelines", Describe(id)),
            ["_node", "stats"] => Statistics(),
            ["_node", "stats", "pipelines"] => Whole("pipelines", Count(null)),
            ["_node", "stats", "pipelines", var id] => Whole("pipelines", Count(id)),
            ["_node", "stats", "events"] => Whole("events", _view.CountEvents()),
            ["_node", "stats", "reloads"] => Whole("reloads", _view.CountReloads()),
            ["_node", "stats", "jvm"] => Whole("jvm", NodeView.DescribeMemory()),
            ["_health_report"] when HasHealthReport() => Whole("indicators", _view.DescribeHealth()),
            _ => null,
        };

        if (body is null)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            body = Problem(http, "Not Found");
        }

        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(body.ToJsonString(), http.RequestAborted);
    }

    private async Task<JsonObject> RootAsync(HttpContext http)
    {
        var wished = http.Request.Query["wait_for_status"].ToString();
        if (wished.Length == 0)
        {
            return _view.Header();
        }

        if (!Enum.TryParse<HealthColour>(wished, ignoreCase: true, out var target) || !TryReadTimeout(http, out var timeout))
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return Problem(http, "wait_for_status needs a colour (green, yellow, red) and a timeout with a unit, for example ?wait_for_status=green&timeout=5s");
        }

        var start = _time.GetTimestamp();
        while (!Satisfies(target))
        {
            if (_time.GetElapsedTime(start) >= timeout)
            {
                http.Response.StatusCode = StatusCodes.Status408RequestTimeout;
                return Problem(http, $"timed out waiting for status: {wished}");
            }

            await Task.Delay(BetweenLooks, _time, http.RequestAborted);
        }

        return _view.Header();
    }

    private bool Satisfies(HealthColour target)
        => Enum.Parse<HealthColour>(_view.Colour(), ignoreCase: true) is var now && now != HealthColour.Unknown && now <= target;

    private static bool TryReadTimeout(HttpContext http, out TimeSpan timeout)
    {
        timeout = default;
        try
        {
            timeout = Durations.Parse("timeout", http.Request.Query["timeout"].ToString());
            return true;
        }
        catch (PipelineException)
        {
            return false;
        }
    }

    private bool HasHealthReport() => !(_settings.Surroundings.Version < HealthReportSince);

    private JsonObject Node(JsonObject pipelines)
    {
        var body = _view.Header();
        body["pipelines"] = pipelines;
        body["jvm"] = NodeView.DescribeMemory();
        return body;
    }

    private JsonObject Statistics()
    {
        var body = Node(Count(null)!);
        body["events"] = _view.CountEvents();
        body["reloads"] = _view.CountReloads();
        return body;
    }

    private JsonObject? Whole(string name, JsonObject? part)
    {
        if (part is null)
        {
            return null;
        }

        var body = _view.Header();
        body[name] = part;
        return body;
    }

    private JsonObject? Describe(string? id) => Select(id, pipeline => pipeline.Running is { } running ? _view.Describe(running) : null);

    private JsonObject? Count(string? id) => Select(id, NodeView.Count);

    /// <summary>One pipeline, or all; null where the one is not there.</summary>
    private JsonObject? Select(string? id, Func<PipelineRecord, JsonObject?> make)
    {
        var parts = _agent.Pipelines.Values
            .Where(pipeline => id is null || pipeline.Id == id)
            .Select(pipeline => KeyValuePair.Create(pipeline.Id, (JsonNode?)make(pipeline)))
            .Where(part => part.Value is not null)
            .ToList();
        return id is not null && parts.Count == 0 ? null : new JsonObject(parts);
    }

    private static JsonObject Problem(HttpContext http, string message) => new()
    {
        ["path"] = http.Request.Path.Value,
        ["status"] = http.Response.StatusCode,
        ["error"] = new JsonObject { ["message"] = message },
    };
}
