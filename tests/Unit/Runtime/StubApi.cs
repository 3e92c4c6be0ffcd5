using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using k8s;
using KafkaLogstash.Runtime;
using Microsoft.Extensions.Time.Testing;

namespace KafkaLogstash.Tests.Unit.Runtime;

/// <summary>An API server that the test plays itself: it takes each request and says what is answered.</summary>
internal sealed class StubApi : DelegatingHandler
{
    private readonly Channel<StubRequest> _requests = Channel.CreateUnbounded<StubRequest>();

    /// <summary>Answers requests by itself; what it returns null for is left to the test.</summary>
    public Func<StubRequest, HttpResponseMessage?>? Automatic { get; init; }

    public KubernetesApi Connect(TimeProvider? time = null) =>
        new(new KubernetesClientConfiguration { Host = "http://stub.invalid" }, time, this);

    /// <summary>The next request that waits for an answer.</summary>
    public async Task<StubRequest> NextAsync() => await _requests.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience.Limit);

    /// <summary>The next request; until it comes, time goes by.</summary>
    public Task<StubRequest> NextAsync(FakeTimeProvider time) => Patience.UntilAsync(NextAsync(), time);

    /// <summary>Whether no request waits.</summary>
    public bool IsQuiet => !_requests.Reader.TryPeek(out _);

    public static HttpResponseMessage Json(string json, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    public static HttpResponseMessage Refusal(HttpStatusCode code, string reason, int? retryAfter = null)
    {
        var response = Json($$"""{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"{{reason}}","message":"refused by the test","code":{{(int)code}}}""", code);
        if (retryAfter is { } seconds)
        {
            response.Headers.Add("Retry-After", seconds.ToString());
        }

        return response;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken);
        var received = new StubRequest(request, body);
        if (Automatic?.Invoke(received) is { } answer)
        {
            return answer;
        }

        _requests.Writer.TryWrite(received);
        return await received.AnswerAsync.WaitAsync(cancellationToken);
    }
}

internal sealed class StubRequest(HttpRequestMessage request, string? body)
{
    private readonly TaskCompletionSource<HttpResponseMessage> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Method { get; } = request.Method.Method;

    public string Path { get; } = request.RequestUri!.AbsolutePath;

    public string Query { get; } = Uri.UnescapeDataString(request.RequestUri!.Query);

    public string Accept { get; } = request.Headers.Accept.ToString();

    public string? ContentType { get; } = request.Content?.Headers.ContentType?.MediaType;

    public JsonObject? Body { get; } = body is null ? null : JsonNode.Parse(body)!.AsObject();

    public bool IsWatch => Query.Contains("watch=true", StringComparison.Ordinal);

    public Task<HttpResponseMessage> AnswerAsync => _answer.Task;

    public void Answer(string json) => _answer.SetResult(StubApi.Json(json));

    public void Refuse(HttpStatusCode code, string reason, int? retryAfter = null) => _answer.SetResult(StubApi.Refusal(code, reason, retryAfter));

    public void Break() => _answer.SetException(new HttpRequestException("the connection broke"));

    public StubWatch AnswerWatch()
    {
        var watch = new StubWatch();
        _answer.SetResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = watch.Content });
        return watch;
    }
}

/// <summary>A watch stream that the test writes.</summary>
internal sealed class StubWatch
{
    private readonly Pipe _pipe = new();

    public HttpContent Content => new StreamContent(_pipe.Reader.AsStream());

    public async Task SendAsync(string type, string json) =>
        await _pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes($$"""{"type":"{{type}}","object":{{json}}}""" + "\n"));

    public Task BookmarkAsync(string resourceVersion) => SendAsync("BOOKMARK", $$$"""{"metadata":{"resourceVersion":"{{{resourceVersion}}}"}}""");

    /// <summary>The server ends the stream as it should.</summary>
    public void Close() => _pipe.Writer.Complete();

    /// <summary>The connection breaks.</summary>
    public void Break() => _pipe.Writer.Complete(new IOException("connection reset"));
}

/// <summary>Waiting for what must happen, with a limit for what does not.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Lets fake time go by until the task is done.</summary>
    public static async Task<T> UntilAsync<T>(Task<T> task, FakeTimeProvider time)
    {
        for (var i = 0; !task.IsCompleted && i < 20_000; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.WhenAny(task, Task.Delay(1));
        }

        return await task.WaitAsync(Limit);
    }

    /// <summary>Waits for a condition.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            await Task.Delay(1, limit.Token);
        }
    }
}
