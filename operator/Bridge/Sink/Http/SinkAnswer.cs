using System.Buffers;
using System.Text.Json;
using KafkaLogstash.Bridge.Sink.Producing;
using Microsoft.AspNetCore.Http;

namespace KafkaLogstash.Bridge.Sink.Http;

/// <summary>
/// An answer of the sink's HTTP server. What Logstash's http output retries and what it drops decides about the status (its <c>retryable_codes</c>): pressure is 429 and Kafka's trouble 503,
/// so that nothing is lost; only what can never be written is 400 or 413.
/// </summary>
/// <param name="Status">The status.</param>
/// <param name="Error">What is wrong and what to do; null where all is well.</param>
internal sealed record SinkAnswer(int Status, string? Error = null)
{
    /// <summary>How many of the request's events Kafka acknowledged.</summary>
    public int Written { get; init; }

    /// <summary>How many are in the dead-letter topic.</summary>
    public int DeadLettered { get; init; }

    /// <summary>The event that makes the whole request wrong; null where no single one does.</summary>
    public int? Index { get; init; }

    /// <summary>The events that can never be written.</summary>
    public IReadOnlyList<RefusedEvent> Refused { get; init; } = [];

    /// <summary>When to come again, in seconds; null where that makes no difference.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>A header that goes with the status.</summary>
    public (string Name, string Value)? Header { get; init; }

    /// <summary>Whether the connection is to be closed.</summary>
    public bool Close { get; init; }

    /// <summary>What to count it as, where the request is to come again; null where not.</summary>
    public string? TurnedAway { get; init; }

    /// <summary>Most refused events that are listed: an answer has a bound.</summary>
    private const int MostListed = 1000;

    /// <summary>The answer to what became of a batch.</summary>
    public static SinkAnswer For(WriteResult result)
    {
        if (result.Trouble is { } trouble)
        {
            return new(StatusCodes.Status503ServiceUnavailable, trouble) { Written = result.Written, RetryAfter = 5, TurnedAway = "kafka" };
        }

        var status = result.Refused.Count == 0 ? StatusCodes.Status200OK
            : result.Refused.All(refused => refused.Reason == RefusalReason.TooLarge) ? StatusCodes.Status413PayloadTooLarge
            : StatusCodes.Status400BadRequest;
        return new(status, result.Refused.Count == 0 ? null : "Some events can never be written; all others are. A dead-letter topic (spec.bridge.sink.deadLetterTopic) would keep them.")
        {
            Written = result.Written,
            DeadLettered = result.DeadLettered,
            Refused = result.Refused,
        };
    }

    /// <summary>Sends it.</summary>
    public async Task SendAsync(HttpResponse response)
    {
        response.StatusCode = Status;
        response.ContentType = "application/json";
        if (RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString();
        }

        if (Header is var (name, value))
        {
            response.Headers[name] = value;
        }

        if (Close)
        {
            response.Headers.Connection = "close";
        }

        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body))
        {
            Write(json);
        }

        response.ContentLength = body.WrittenCount;
        await response.BodyWriter.WriteAsync(body.WrittenMemory);
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (Error is not null)
        {
            json.WriteString("error", Error);
        }

        if (Index is { } index)
        {
            json.WriteNumber("index", index);
        }

        json.WriteNumber("written", Written);
        if (DeadLettered > 0)
        {
            json.WriteNumber("deadLettered", DeadLettered);
        }

        if (Refused.Count > 0)
        {
            json.WriteNumber("refusedCount", Refused.Count);
            json.WriteStartArray("refused");
            foreach (var refused in Refused.Take(MostListed))
            {
                json.WriteStartObject();
                json.WriteNumber("index", refused.Index);
                json.WriteString("reason", refused.Message);
                json.WriteString("code", SinkMetrics.Word(refused.Reason));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
