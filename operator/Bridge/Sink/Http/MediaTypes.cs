using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace KafkaLogstash.Bridge.Sink.Http;

/// <summary>What bodies may be. The body itself says whether it is an array, an object, or one object a line.</summary>
internal static class MediaTypes
{
    private static readonly HashSet<string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        "application/json", "text/json", "text/plain", "application/x-ndjson", "application/ndjson", "application/jsonl", "application/json-lines", "application/octet-stream",
    };

    /// <summary>Why a body of a type is not taken, and what to send; null if it is.</summary>
    public static string? Problem(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType) || contentType == "application/json")
        {
            return null;
        }

        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || !(Known.Contains(type.MediaType.Value!) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)))
        {
            return "The body is to be JSON: one object, an array of objects (Content-Type: application/json), or one object a line (application/x-ndjson). "
                + "Logstash's http output sends it with format => json_batch or json.";
        }

        return type.Charset.Length == 0 || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase)
            || type.Charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase)
            ? null
            : $"JSON is written in UTF-8, not in {type.Charset}.";
    }

    /// <summary>How a body is compressed.</summary>
    /// <param name="header">What the request says.</param>
    /// <param name="coding">How.</param>
    /// <returns>Whether that is known.</returns>
    public static bool TryCoding(StringValues header, out ContentCoding coding)
    {
        coding = header.ToString().Trim().ToUpperInvariant() switch
        {
            "GZIP" or "X-GZIP" => ContentCoding.Gzip,
            "DEFLATE" => ContentCoding.Deflate,
            _ => ContentCoding.Identity,
        };
        return coding != ContentCoding.Identity || header.ToString().Trim() is "" || header.ToString().Trim().Equals("identity", StringComparison.OrdinalIgnoreCase);
    }
}
