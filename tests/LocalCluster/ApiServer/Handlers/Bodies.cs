using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using Microsoft.AspNetCore.Http;

namespace KafkaLogstash.LocalCluster.ApiServer.Handlers;

/// <summary>Reads and writes the bodies of requests.</summary>
internal static class Bodies
{
    private const int MaxBytes = 3 * 1024 * 1024;

    private static readonly JsonSerializerOptions WriteOptions = JsonNodes.Plain;

    public static async Task<string> ReadTextAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Body);
        var text = await reader.ReadToEndAsync(cancellationToken);
        return text.Length <= MaxBytes
            ? text
            : throw new ApiException(413, "RequestEntityTooLarge", $"Request entity too large: limit is {MaxBytes}");
    }

    public static string MediaType(HttpRequest request) => (request.ContentType ?? "").Split(';')[0].Trim();

    /// <summary>The object in a JSON or YAML body; null when the body is empty.</summary>
    public static async Task<JsonObject?> ReadObjectAsync(HttpRequest request, string expectedKind, CancellationToken cancellationToken)
    {
        var media = MediaType(request);
        if (media == ProtobufJson.MediaType)
        {
            return await ReadProtobufAsync(request, expectedKind, cancellationToken);
        }

        if (media is not ("" or Representation.JsonType or "application/yaml" or "application/x-www-form-urlencoded"))
        {
            throw ApiException.UnsupportedMediaType("application/json, application/yaml");
        }

        var text = await ReadTextAsync(request, cancellationToken);
        return text.Length == 0 ? null : Parse(text, media == "application/yaml", expectedKind);
    }

    private static async Task<JsonObject> ReadProtobufAsync(HttpRequest request, string expectedKind, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        try
        {
            return ProtobufJson.Parse(body.GetBuffer().AsSpan(0, (int)body.Length));
        }
        catch (JsonException e)
        {
            throw ApiException.BadRequest($"the object provided is unrecognized (must be of type {expectedKind}): {e.Message}");
        }
    }

    public static JsonObject Parse(string text, bool yaml, string expectedKind)
    {
        try
        {
            return (yaml ? YamlJson.Parse(text) : JsonNode.Parse(text)) as JsonObject
                ?? throw ApiException.BadRequest($"the object provided is unrecognized (must be of type {expectedKind}): it is no JSON object");
        }
        catch (JsonException e)
        {
            throw ApiException.BadRequest(
                $"the object provided is unrecognized (must be of type {expectedKind}): couldn't get version/kind; json parse error: {e.Message}");
        }
    }

    public static Task WriteAsync(ApiContext context, int code, JsonNode body, Representation? form = null) =>
        WriteAsync(context.Http.Response, code, body, form?.AsYaml == true, context.Warnings);

    public static async Task WriteAsync(
        HttpResponse response,
        int code,
        JsonNode body,
        bool yaml = false,
        IEnumerable<string>? warnings = null,
        string contentType = Representation.JsonType)
    {
        response.StatusCode = code;
        response.Headers.CacheControl = "no-cache, private";
        foreach (var warning in warnings ?? [])
        {
            response.Headers.Append("Warning", $"299 - \"{warning.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        }

        if (yaml)
        {
            response.ContentType = "application/yaml";
            await response.WriteAsync(YamlJson.Format(body), response.HttpContext.RequestAborted);
            return;
        }

        response.ContentType = contentType;
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, WriteOptions);
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, response.HttpContext.RequestAborted);
    }
}
