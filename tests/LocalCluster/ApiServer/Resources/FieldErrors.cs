using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.Schemas;

namespace KafkaLogstash.LocalCluster.ApiServer.Resources;

/// <summary>Field errors worded as a real API server words them.</summary>
internal static class FieldErrors
{
    public static FieldError Required(string field, string detail = "") => new("FieldValueRequired", field, Body("Required value", detail));

    public static FieldError Invalid(string field, JsonNode? value, string detail) =>
        new("FieldValueInvalid", field, Body("Invalid value: " + value.Quoted(), detail));

    public static FieldError Immutable(string field, JsonNode? value) => Invalid(field, value, "field is immutable");

    public static FieldError Forbidden(string field, string detail) => new("FieldValueForbidden", field, Body("Forbidden", detail));

    public static FieldError Duplicate(string field, JsonNode? value) => new("FieldValueDuplicate", field, "Duplicate value: " + value.Quoted());

    public static FieldError NotFound(string field, JsonNode? value) => new("FieldValueNotFound", field, "Not found: " + value.Quoted());

    public static FieldError NotSupported(string field, JsonNode? value, params IEnumerable<string> supported) => new(
        "FieldValueNotSupported",
        field,
        Body("Unsupported value: " + value.Quoted(), "supported values: " + string.Join(", ", supported.Select(item => $"\"{item}\""))));

    public static FieldError TooLong(string field, int max) => new("FieldValueTooLong", field, $"Too long: may not be more than {max} bytes");

    private static string Body(string text, string detail) => detail.Length == 0 ? text : $"{text}: {detail}";
}
