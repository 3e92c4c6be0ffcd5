using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.Schemas;

namespace KafkaLogstash.LocalCluster.ApiServer.Errors;

/// <summary>A failure that the client is told as a metav1.Status, in the words of a real API server.</summary>
internal sealed class ApiException(int code, string reason, string message, JsonObject? details = null) : Exception(message)
{
    public int Code { get; } = code;

    public string Reason { get; } = reason;

    public int? RetryAfterSeconds { get; private init; }

    public JsonObject ToStatus()
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = Message,
        };
        if (Reason.Length > 0)
        {
            status["reason"] = Reason;
        }

        if (details is not null)
        {
            status["details"] = details.DeepClone();
        }

        status["code"] = Code;
        return status;
    }

    public static ApiException NotFound(ResourceType type, string name) =>
        new(404, "NotFound", $"{type.Qualified} \"{name}\" not found", Details(type.Group, type.Plural, name));

    public static ApiException NoSuchPath() =>
        new(404, "NotFound", "the server could not find the requested resource", new JsonObject());

    public static ApiException AlreadyExists(ResourceType type, string name) =>
        new(409, "AlreadyExists", $"{type.Qualified} \"{name}\" already exists", Details(type.Group, type.Plural, name));

    public static ApiException Conflict(ResourceType type, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {type.Qualified} \"{name}\": {why}", Details(type.Group, type.Plural, name));

    public static ApiException Modified(ResourceType type, string name) => Conflict(
        type, name, "the object has been modified; please apply your changes to the latest version and try again");

    /// <summary>A delete's precondition does not hold; here a real API server names the kind, not the resource.</summary>
    public static ApiException PreconditionFailed(ResourceType type, string name, string why)
    {
        var kind = type.Group.Length == 0 ? type.Kind : $"{type.Kind}.{type.Group}";
        return new(409, "Conflict", $"Operation cannot be fulfilled on {kind} \"{name}\": {why}", Details(type.Group, type.Kind, name));
    }

    public static ApiException Forbidden(ResourceType type, string? name, string why, JsonArray? causes = null)
    {
        var subject = string.IsNullOrEmpty(name) ? type.Qualified : $"{type.Qualified} \"{name}\"";
        var details = Details(type.Group, type.Plural, name);
        if (causes is not null)
        {
            details["causes"] = causes;
        }

        return new(403, "Forbidden", $"{subject} is forbidden: {why}", details);
    }

    public static ApiException ForbiddenPath(string why) => new(403, "Forbidden", why, new JsonObject());

    public static ApiException BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiException Invalid(ResourceType type, string? name, IReadOnlyCollection<FieldError> errors) =>
        Invalid(type.Group.Length == 0 ? type.Kind : $"{type.Kind}.{type.Group}", type.Group, type.Kind, name, errors);

    /// <summary>The same where a real API server names the resource, not the kind.</summary>
    public static ApiException InvalidResource(ResourceType type, string? name, FieldError error) =>
        Invalid(type.Qualified, type.Group, type.Plural, name, [error]);

    /// <summary>Options of a request are refused.</summary>
    public static ApiException InvalidOptions(string kind, FieldError error) => Invalid($"{kind}.meta.k8s.io", "meta.k8s.io", kind, "", [error]);

    public static ApiException MethodNotAllowed(ResourceType type) => new(
        405, "MethodNotAllowed", "the server does not allow this method on the requested resource", Details(type.Group, type.Plural, null));

    public static ApiException Expired(string message) => new(410, "Expired", message);

    public static ApiException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    public static ApiException UnsupportedMediaType(string accepted) => new(
        415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: {accepted}");

    public static ApiException TooManyRequests(string message, int? retryAfterSeconds, JsonArray? causes = null)
    {
        var details = new JsonObject();
        if (causes is not null)
        {
            details["causes"] = causes;
        }

        if (retryAfterSeconds is { } seconds)
        {
            details["retryAfterSeconds"] = seconds;
        }

        return new(429, "TooManyRequests", message, details) { RetryAfterSeconds = retryAfterSeconds };
    }

    /// <summary>A failure ordered by a test, with a Retry-After header where one is asked for.</summary>
    public static ApiException Ordered(int code, string reason, string message, int? retryAfterSeconds) => new(
        code, reason, message, retryAfterSeconds is { } seconds ? new JsonObject { ["retryAfterSeconds"] = seconds } : null)
    {
        RetryAfterSeconds = retryAfterSeconds,
    };

    private static ApiException Invalid(string subject, string group, string kind, string? name, IReadOnlyCollection<FieldError> errors)
    {
        var texts = errors.Select(error => $"{error.Field}: {error.Detail}").Distinct(StringComparer.Ordinal).ToList();
        var text = texts.Count == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
        var details = Details(group, kind, name);
        details["causes"] = new JsonArray([.. errors.Select(error => (JsonNode)new JsonObject
        {
            ["reason"] = error.Type,
            ["message"] = error.Detail,
            ["field"] = error.Field,
        })]);
        return new(422, "Invalid", $"{subject} \"{name}\" is invalid: {text}", details);
    }

    private static JsonObject Details(string group, string kind, string? name)
    {
        var details = new JsonObject();
        if (!string.IsNullOrEmpty(name))
        {
            details["name"] = name;
        }

        if (group.Length > 0)
        {
            details["group"] = group;
        }

        details["kind"] = kind;
        return details;
    }
}
