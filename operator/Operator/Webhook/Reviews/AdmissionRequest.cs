using System.Text.Json;

namespace KafkaLogstash.Operator.Webhook.Reviews;

/// <summary>What an API server asks: the <c>request</c> of an AdmissionReview (admission.k8s.io/v1).</summary>
internal sealed record AdmissionRequest
{
    /// <summary>The one version of AdmissionReview that is served.</summary>
    public const string ApiVersion = "admission.k8s.io/v1";

    /// <summary>The kind of the body.</summary>
    public const string Kind = "AdmissionReview";

    /// <summary>Names the request; the answer repeats it.</summary>
    public required string Uid { get; init; }

    /// <summary>The API group of the resource.</summary>
    public required string Group { get; init; }

    /// <summary>The version of the resource.</summary>
    public required string Version { get; init; }

    /// <summary>The resource as in URLs.</summary>
    public required string Resource { get; init; }

    /// <summary>The subresource; empty for the object itself.</summary>
    public required string Subresource { get; init; }

    /// <summary><c>CREATE</c>, <c>UPDATE</c>, <c>DELETE</c> or <c>CONNECT</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>The namespace of the object; null where it has none.</summary>
    public string? Namespace { get; init; }

    /// <summary>The name of the object; null where the API server has yet to make one up.</summary>
    public string? Name { get; init; }

    /// <summary>The object as it should become; null where it is deleted.</summary>
    public JsonElement? Object { get; init; }

    /// <summary>The object as it is; null where there is none yet.</summary>
    public JsonElement? OldObject { get; init; }

    /// <summary>Reads a body.</summary>
    /// <param name="review">The body as JSON. The request refers to it.</param>
    /// <exception cref="BadReviewException">It is no AdmissionReview that is served; the message says what it lacks.</exception>
    public static AdmissionRequest Read(JsonElement review)
    {
        if (review.ValueKind != JsonValueKind.Object)
        {
            throw new BadReviewException($"the body must be a JSON object, an {Kind} of {ApiVersion}, and is a JSON {review.ValueKind.ToString().ToLowerInvariant()}");
        }

        if (Text(review, "kind") is var kind && kind != Kind)
        {
            throw new BadReviewException($"the body must be of the kind {Kind}, and {Said("its kind", kind)}");
        }

        if (Text(review, "apiVersion") is var version && version != ApiVersion)
        {
            throw new BadReviewException($"{ApiVersion} is served, and {Said("the body's apiVersion", version)}: set admissionReviewVersions of the webhook to [v1]");
        }

        var request = Map(review, "request") ?? throw new BadReviewException("there must be a request in it, and there is none");
        var uid = Text(request, "uid") is { Length: > 0 } given ? given : throw new BadReviewException("request.uid must be set");
        var resource = Map(request, "resource") ?? throw new BadReviewException("request.resource must be set");
        return new AdmissionRequest
        {
            Uid = uid,
            Group = Text(resource, "group") ?? "",
            Version = Text(resource, "version") ?? "",
            Resource = Text(resource, "resource") ?? "",
            Subresource = Text(request, "subResource") ?? "",
            Operation = Text(request, "operation") is { Length: > 0 } operation ? operation : throw new BadReviewException("request.operation must be set"),
            Namespace = Text(request, "namespace"),
            Name = Text(request, "name") is { Length: > 0 } name ? name : null,
            Object = Map(request, "object"),
            OldObject = Map(request, "oldObject"),
        };
    }

    private static string Said(string what, string? value) => value is null ? $"{what} is not set" : $"{what} is '{(value.Length <= 100 ? value : $"{value[..100]}…")}'";

    private static string? Text(JsonElement map, string name) =>
        map.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement? Map(JsonElement map, string name) =>
        map.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;
}

/// <summary>A request that is no review, or none of this webhook. The message says what is wrong with it, and never repeats the object.</summary>
internal sealed class BadReviewException(string message) : Exception(message);
