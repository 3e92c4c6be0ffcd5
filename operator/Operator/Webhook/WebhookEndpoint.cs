using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.Operator.Webhook.Reviews;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Operator.Webhook;

/// <summary>
/// Answers <c>POST /validate</c>. A verdict is always an answer with status 200; any other status is for who set up the webhook, and an API server then does what its
/// <c>failurePolicy</c> says.
/// </summary>
internal sealed class WebhookEndpoint(ConnectionReview review, WebhookMetrics metrics, WebhookOptions options, TimeProvider time, ILogger<WebhookEndpoint> logger) : IDisposable
{
    /// <summary>The path that is served.</summary>
    public const string Path = "/validate";

    /// <summary>The largest body: a review holds an object as it is and as it should become, and an API server takes at most 3 MiB of each.</summary>
    public const int MostBytes = 8 * 1024 * 1024;

    /// <summary>Deeper than any object that is kept, and shallow enough for every stack.</summary>
    private const int MostLevels = 256;

    // Checks are work for a core: more of them side by side only take longer, and more memory.
    private readonly SemaphoreSlim _cores = new(Environment.ProcessorCount);

    /// <inheritdoc/>
    public void Dispose() => _cores.Dispose();

    /// <summary>Answers a request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Path.Value != Path)
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, $"Here is {Path}, for API servers.");
            return;
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.Headers.Allow = "POST";
            await RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, $"{Path} takes POST.");
            return;
        }

        var started = time.GetTimestamp();
        var result = ReviewResult.Failed;
        using var patience = new CancellationTokenSource(Patience(context.Request), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, patience.Token);
        try
        {
            result = await ReviewAsync(context, either.Token);
        }
        catch (OperationCanceledException)
        {
            result = ReviewResult.TimedOut;
            if (!context.RequestAborted.IsCancellationRequested)
            {
                await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "There was no time to look at it: the API server's timeout is over, or the operator has too much to do.");
            }
        }
        catch (BadReviewException e)
        {
            result = ReviewResult.BadRequest;
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"This can't be reviewed: {e.Message}.");
        }
        catch (BadHttpRequestException e)
        {
            result = ReviewResult.BadRequest;
            await RefuseAsync(context, e.StatusCode, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? $"The body is larger than {MostBytes} bytes." : e.Message);
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            logger.LogError(e, "A review failed");
            await RefuseAsync(context, StatusCodes.Status500InternalServerError, "The operator made a mistake; its log says more.");
        }
        finally
        {
            metrics.Reviewed(result, time.GetElapsedTime(started));
        }
    }

    private async Task<ReviewResult> ReviewAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (!context.Request.HasJsonContentType())
        {
            throw new BadReviewException("the Content-Type must be application/json");
        }

        using var body = await ReadAsync(context.Request, cancellationToken);
        var request = AdmissionRequest.Read(body.RootElement);
        ReviewVerdict verdict;
        await _cores.WaitAsync(cancellationToken);
        try
        {
            verdict = review.Decide(request);
        }
        finally
        {
            _cores.Release();
        }

        if (!verdict.Allowed)
        {
            logger.LogInformation("Refused {Operation} of {Namespace}/{Name}: {Errors} errors", request.Operation, request.Namespace, request.Name, verdict.Errors.Length);
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(AdmissionAnswer.Write(request, verdict).ToJsonString(), cancellationToken);
        return !verdict.Allowed ? ReviewResult.Denied : verdict.IsChecked ? ReviewResult.Allowed : ReviewResult.Passed;
    }

    private static async Task<JsonDocument> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonDocument.ParseAsync(request.Body, new JsonDocumentOptions { MaxDepth = MostLevels }, cancellationToken);
        }
        catch (JsonException e)
        {
            // The parser's own message may quote the text.
            throw new BadReviewException(
                e.LineNumber is { } line && e.BytePositionInLine is { } at
                    ? $"the body is no JSON, or is nested too deeply, at line {(line + 1).ToString(CultureInfo.InvariantCulture)}, byte {(at + 1).ToString(CultureInfo.InvariantCulture)}"
                    : "the body is no JSON");
        }
    }

    /// <summary>As long as the API server says that it waits (<c>?timeout=10s</c>), and never longer than <see cref="WebhookOptions.LongestReview"/>.</summary>
    private TimeSpan Patience(HttpRequest request) =>
        request.Query["timeout"] is [{ } text] && Logstash.Settings.Durations.TryParse(text, out var asked) && asked > TimeSpan.Zero && asked < options.LongestReview
            ? asked
            : options.LongestReview;

    /// <summary>As a Status, whose message an API server passes on to whoever waits for it; of any other text it says only that there was one.</summary>
    private static Task RefuseAsync(HttpContext context, int code, string message)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = message,
            ["reason"] = code switch
            {
                StatusCodes.Status400BadRequest => "BadRequest",
                StatusCodes.Status404NotFound => "NotFound",
                StatusCodes.Status405MethodNotAllowed => "MethodNotAllowed",
                StatusCodes.Status408RequestTimeout => "Timeout",
                StatusCodes.Status413PayloadTooLarge => "RequestEntityTooLarge",
                StatusCodes.Status503ServiceUnavailable => "ServiceUnavailable",
                _ => "InternalError",
            },
            ["code"] = code,
        };
        return context.Response.WriteAsync(status.ToJsonString(), context.RequestAborted);
    }
}
