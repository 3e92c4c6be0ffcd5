using KafkaLogstash.Bridge.Sink.Events;
using KafkaLogstash.Bridge.Sink.Producing;
using KafkaLogstash.Bridging;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace KafkaLogstash.Bridge.Sink.Http;

/// <summary>What the sink's HTTP server does: <c>POST</c> or <c>PUT</c> to <c>/events</c> and <c>/topics/{topic}</c>.</summary>
/// <param name="settings">What the sink takes.</param>
/// <param name="access">Who may send.</param>
/// <param name="topics">Which topics may be written to.</param>
/// <param name="reader">Makes records of events.</param>
/// <param name="pending">Bounds what waits for Kafka.</param>
/// <param name="writer">Writes records.</param>
/// <param name="metrics">What is counted.</param>
/// <param name="logger">The log.</param>
internal sealed partial class SinkEndpoint(
    SinkSettings settings, SinkAccess access, TopicChoice topics, EventReader reader, PendingBytes pending, RecordWriter writer, SinkMetrics metrics, ILogger logger)
{
    private const string Paths = $"The paths are {BridgeDefaults.EventsPath} (the topic is what the pattern gives for each event) and {BridgeDefaults.TopicsPath}/<topic>, by POST or PUT.";

    private static readonly SinkAnswer Pressure = new(StatusCodes.Status429TooManyRequests, "Too much waits for Kafka: send the same again.") { RetryAfter = 1, TurnedAway = "pressure" };

    private static readonly SinkAnswer Slow = new(StatusCodes.Status503ServiceUnavailable, "The body came too slowly: nothing was written. Send the same again.") { RetryAfter = 1, Close = true, TurnedAway = "slow" };

    private volatile bool _ends;

    /// <summary>From now on requests are sent elsewhere.</summary>
    public void End() => _ends = true;

    /// <summary>Answers a request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        metrics.RequestBegan();
        var status = 0;
        try
        {
            var answer = await AnswerOrRefuseAsync(context);
            if (answer.TurnedAway is { } reason)
            {
                metrics.TurnedAway(reason);
            }

            if (!context.RequestAborted.IsCancellationRequested)
            {
                await answer.SendAsync(context.Response);
                status = answer.Status;
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            LogGone(logger);
        }
        finally
        {
            metrics.RequestEnded(status);
        }
    }

    private async Task<SinkAnswer> AnswerOrRefuseAsync(HttpContext context)
    {
        try
        {
            return await AnswerAsync(context.Request);
        }
        catch (BadHttpRequestException wrong) when (wrong.StatusCode == StatusCodes.Status408RequestTimeout)
        {
            // The network's fault, or the sender's haste. The http output drops what is answered by 408 unless it is told otherwise.
            return Slow;
        }
        catch (BadHttpRequestException malformed)
        {
            // The server's own findings: a chunk that is none, for example.
            return new(malformed.StatusCode, $"The request can't be read: {malformed.Message}") { Close = true };
        }
    }

    private async Task<SinkAnswer> AnswerAsync(HttpRequest request)
    {
        if (_ends)
        {
            return new(StatusCodes.Status503ServiceUnavailable, "The bridge ends: send the same again, to another one.") { RetryAfter = 1, Close = true, TurnedAway = "ending" };
        }

        if (!TryRoute(request.Path, out var name))
        {
            return new(StatusCodes.Status404NotFound, $"There is nothing at {request.Path}. {Paths}");
        }

        if (request.Method is not ("POST" or "PUT"))
        {
            return new(StatusCodes.Status405MethodNotAllowed, $"{request.Method} is not what this takes. {Paths}") { Header = (HeaderNames.Allow, "POST, PUT") };
        }

        if (access.Challenge(request.Headers.Authorization) is { } challenge)
        {
            return new(StatusCodes.Status401Unauthorized, "The credentials are missing or wrong: see spec.bridge.sink.authentication.") { Header = (HeaderNames.WWWAuthenticate, challenge) };
        }

        var named = name is null ? null : topics.Named(name);
        if (named?.Reason is { } reason)
        {
            return new(reason == RefusalReason.TopicNotAllowed ? StatusCodes.Status403Forbidden : StatusCodes.Status404NotFound, named.Problem);
        }

        if (MediaTypes.Problem(request.ContentType) is { } problem)
        {
            return new(StatusCodes.Status415UnsupportedMediaType, problem) { Header = (HeaderNames.Accept, "application/json, application/x-ndjson") };
        }

        if (!MediaTypes.TryCoding(request.Headers.ContentEncoding, out var coding))
        {
            return new(StatusCodes.Status415UnsupportedMediaType, "Bodies are compressed by gzip or deflate, or not at all.") { Header = (HeaderNames.AcceptEncoding, "gzip, deflate, identity") };
        }

        return request.ContentLength > settings.MaxRequestBytes ? TooLarge()
            : !pending.Admits(request.ContentLength ?? 0) ? Pressure
            : await TakeAsync(request, coding, named);
    }

    private async Task<SinkAnswer> TakeAsync(HttpRequest request, ContentCoding coding, ChosenTopic? named)
    {
        using var share = pending.Open();
        var batch = writer.Rent();
        try
        {
            switch (await BodyReader.ReadAsync(request, coding, settings.MaxRequestBytes, share, batch.Events))
            {
                case BodyOutcome.TooLarge:
                    return TooLarge();
                case BodyOutcome.NoRoom:
                    return Pressure;
                case BodyOutcome.Broken:
                    return new(StatusCodes.Status400BadRequest, "The body is not what its Content-Encoding says, or not all of it.");
            }

            metrics.Received(batch.Events.Length);
            if (reader.Split(batch, named) is { } error)
            {
                return new(error.IsTooLarge ? StatusCodes.Status413PayloadTooLarge : StatusCodes.Status400BadRequest, $"{error.Message} Nothing was written.") { Index = error.Index };
            }

            share.Add((long)batch.Count * EventReader.RecordOverhead);
            batch.Seal();
            return SinkAnswer.For(await writer.WriteAsync(batch));
        }
        finally
        {
            writer.Return(batch);
        }
    }

    private SinkAnswer TooLarge() =>
        new(StatusCodes.Status413PayloadTooLarge, $"A body may have {settings.MaxRequestBytes} bytes, after decompression: send fewer events at once (pipeline.batch.size).");

    private static bool TryRoute(PathString path, out string? topic)
    {
        topic = null;
        if (path.Value is BridgeDefaults.EventsPath or BridgeDefaults.EventsPath + "/")
        {
            return true;
        }

        if (!path.StartsWithSegments(BridgeDefaults.TopicsPath, StringComparison.Ordinal, out var rest) || rest.Value is not ['/', _, ..] || rest.Value.AsSpan(1).Contains('/'))
        {
            return false;
        }

        topic = rest.Value[1..];
        return true;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A client went before its request was answered")]
    private static partial void LogGone(ILogger logger);
}
