using System.Text.Json.Nodes;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Checks;

namespace KafkaLogstash.Operator.Webhook.Reviews;

/// <summary>Writes a verdict as an API server reads it: an AdmissionReview with a <c>response</c>.</summary>
internal static class AdmissionAnswer
{
    /// <summary>How many errors an answer lists: whoever mends these sees the rest.</summary>
    private const int MostListed = 10;

    /// <summary>Writes it.</summary>
    /// <param name="request">The request that is answered.</param>
    /// <param name="verdict">What is said to it.</param>
    public static JsonObject Write(AdmissionRequest request, ReviewVerdict verdict)
    {
        var response = new JsonObject { ["uid"] = request.Uid, ["allowed"] = verdict.Allowed };
        if (!verdict.Allowed)
        {
            response["status"] = Status(request, verdict);
        }

        if (!verdict.Warnings.IsEmpty)
        {
            response["warnings"] = new JsonArray([.. ReviewWarnings.Write(verdict.Warnings).Select(warning => (JsonNode)warning)]);
        }

        return new JsonObject { ["apiVersion"] = AdmissionRequest.ApiVersion, ["kind"] = AdmissionRequest.Kind, ["response"] = response };
    }

    /// <summary>The same form in which an API server says what its schema refuses, so that clients show both alike, field by field.</summary>
    private static JsonObject Status(AdmissionRequest request, ReviewVerdict verdict)
    {
        var errors = verdict.Errors.Take(MostListed).ToList();
        var more = verdict.Errors.Length - errors.Count;
        var details = new JsonObject
        {
            ["group"] = KafkaLogstashConnection.GroupName,
            ["kind"] = KafkaLogstashConnection.KindName,
            ["causes"] = new JsonArray([.. errors.Select(Cause)]),
        };
        if (request.Name is { } name)
        {
            details["name"] = name;
        }

        return new JsonObject
        {
            ["status"] = "Failure",
            ["code"] = 422,
            ["reason"] = "Invalid",
            ["message"] = string.Join('\n', errors.Select(error => error.ToString()).Concat(more > 0 ? [$"… and {more} more."] : [])),
            ["details"] = details,
        };
    }

    private static JsonObject Cause(ConnectionFinding error) => new()
    {
        ["reason"] = "FieldValueInvalid",
        ["message"] = error.Line is null ? error.Message : $"line {error.Line}, column {error.Column}: {error.Message}",
        ["field"] = error.Field,
    };
}
