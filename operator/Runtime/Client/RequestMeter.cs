using System.Globalization;

namespace KafkaLogstash.Runtime;

/// <summary>Meters every request to the API server, each attempt of its own, until the head of the answer: a watch goes on for minutes after that.</summary>
internal sealed class RequestMeter(RuntimeMetrics metrics, TimeProvider time) : DelegatingHandler
{
    /// <summary>The code of requests that got no answer.</summary>
    public const string NoAnswer = "error";

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = RequestSubject.Of(request.Method, request.RequestUri);
        var started = time.GetTimestamp();
        var code = NoAnswer;
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            code = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
            return response;
        }
        finally
        {
            metrics.Requested(asked, code, time.GetElapsedTime(started));
        }
    }
}

/// <summary>What a request to the API server is about, in RBAC's words and without the names of objects: there are few of them.</summary>
/// <param name="Verb">The verb, for example <c>list</c>.</param>
/// <param name="Resource">The resource with its subresource, for example <c>deployments/scale</c>; <see cref="None"/> where a request is about none.</param>
internal sealed record RequestSubject(string Verb, string Resource)
{
    /// <summary>The resource of requests for versions, discovery and the like.</summary>
    public const string None = "none";

    /// <summary>Reads it out of a request's method and address.</summary>
    public static RequestSubject Of(HttpMethod method, Uri? address)
    {
        var path = (address?.AbsolutePath ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);

        // Proxies put the API server below a path of their own.
        var root = Array.FindIndex(path, static segment => segment is "api" or "apis");
        var rest = root < 0 ? [] : path.AsSpan(Math.Min(path.Length, root + (path[root] == "api" ? 2 : 3)));
        if (rest is ["namespaces", _, _, ..])
        {
            rest = rest[2..];
        }

        var isWatch = address?.Query.Contains("watch=true", StringComparison.Ordinal) == true;
        return new RequestSubject(Word(method, isWatch, isOne: rest.Length > 1), rest is [var resource, ..] ? rest.Length > 2 ? $"{resource}/{rest[2]}" : resource : None);
    }

    private static string Word(HttpMethod method, bool isWatch, bool isOne) => method.Method switch
    {
        "GET" when isWatch => "watch",
        "GET" => isOne ? "get" : "list",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => isOne ? "delete" : "deletecollection",
        _ => "other",
    };
}
