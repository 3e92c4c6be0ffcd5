using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KafkaLogstash.Controller.Observation;

/// <summary>
/// Asks a Logstash pod what it runs, through Logstash's node API. An open port proves nothing (the web server starts before the
/// pipelines) and the health colour speaks of load; what counts is the pipeline's statistics and the ids of its plugins.
/// </summary>
internal sealed class NodeApi(PodHttp http) : INodeApi
{
    private const int LongestError = 300;

    /// <inheritdoc />
    public async Task<PipelineObservation> ObserveAsync(IPAddress pod, int port, string pipelineId, CancellationToken cancellationToken)
    {
        var answer = await http.GetAsync(pod, port, $"/_node/stats/pipelines/{Uri.EscapeDataString(pipelineId)}", cancellationToken);
        if (answer.Body is not { } body)
        {
            return new PipelineObservation.Unreachable($"its node API {answer.Trouble}");
        }

        if (answer.Status == HttpStatusCode.NotFound)
        {
            return new PipelineObservation.Absent(null, null);
        }

        if (answer.Status is < HttpStatusCode.OK or >= HttpStatusCode.MultipleChoices)
        {
            return new PipelineObservation.Unreachable($"its node API answered {(int)answer.Status}");
        }

        try
        {
            return Read(JsonNode.Parse(body), pipelineId);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return new PipelineObservation.Unreachable("its node API answered with something else than Logstash's statistics");
        }
    }

    /// <summary>Reads the body of <c>/_node/stats/pipelines/&lt;id&gt;</c>.</summary>
    internal static PipelineObservation Read(JsonNode? body, string pipelineId)
    {
        if (body?["pipelines"]?[pipelineId] is not JsonObject pipeline)
        {
            return new PipelineObservation.Absent(null, null);
        }

        var reloads = pipeline["reloads"];
        var lastError = Shorten(reloads?["last_error"]?["message"]?.GetValue<string>());
        var lastFailure = Time(reloads?["last_failure_timestamp"]);

        // A pipeline that failed to register keeps its reload counters but has no plugins.
        return pipeline["plugins"] is JsonObject plugins
            ? new PipelineObservation.Present(Digest(plugins), lastError, lastFailure)
            : new PipelineObservation.Absent(lastError, lastFailure);
    }

    private static string? Digest(JsonObject plugins) => plugins
        .SelectMany(kind => kind.Value as JsonArray ?? [])
        .Select(plugin => plugin?["id"]?.GetValue<string>())
        .Select(PipelineDigest.FromPluginId)
        .FirstOrDefault(digest => digest is not null);

    private static DateTimeOffset? Time(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;

    private static string? Shorten(string? error)
    {
        var line = error?.Split('\n', 2)[0].Trim();
        return line switch
        {
            null or "" => null,
            { Length: > LongestError } => line[..LongestError] + "…",
            _ => line,
        };
    }
}
