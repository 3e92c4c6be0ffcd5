using System.Net;
using k8s.Models;

namespace KafkaLogstash.Runtime;

/// <summary>The API server refused a request. The message names the request and gives the server's reason.</summary>
public sealed class ApiException : Exception
{
    internal ApiException(string request, HttpStatusCode statusCode, V1Status? status, TimeSpan? retryAfter)
        : base($"{request}: {(int)statusCode} {status?.Reason ?? statusCode.ToString()}: {status?.Message ?? "the API server gave no reason"}")
    {
        StatusCode = statusCode;
        Reason = status?.Reason;
        RetryAfter = retryAfter;
    }

    /// <summary>The HTTP status.</summary>
    public HttpStatusCode StatusCode { get; }

    /// <summary>The word in the server's <c>Status</c>, for instance <c>AlreadyExists</c> or <c>Conflict</c>.</summary>
    public string? Reason { get; }

    /// <summary>How long the server asked to wait (RFC 9110, Retry-After); null if it did not ask.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether the object was changed by somebody else since it was read (and not: whether a new object's name is taken).</summary>
    public bool IsConflict => StatusCode == HttpStatusCode.Conflict && !string.Equals(Reason, "AlreadyExists", StringComparison.Ordinal);
}
