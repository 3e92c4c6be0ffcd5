using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>One reason why an object or a schema is refused, worded as the Kubernetes API server words it in a 422 response.</summary>
/// <param name="Type">The machine-readable reason, as in a Status' <c>details.causes[].reason</c>: <c>FieldValueInvalid</c>, <c>FieldValueRequired</c>, ...</param>
/// <param name="Field">The path of the field, <c>spec.kafka.bootstrapServers[0]</c>; <c>&lt;nil&gt;</c> when the whole object is meant.</param>
/// <param name="Detail">The text without the field, as in <c>details.causes[].message</c>: <c>Invalid value: 3: must be ...</c></param>
public sealed record FieldError(string Type, string Field, string Detail)
{
    internal const string InvalidType = "FieldValueInvalid";
    internal const string TypeInvalidType = "FieldValueTypeInvalid";
    internal const string RequiredType = "FieldValueRequired";
    internal const string DuplicateType = "FieldValueDuplicate";
    internal const string NotSupportedType = "FieldValueNotSupported";
    internal const string ForbiddenType = "FieldValueForbidden";
    internal const string TooLongType = "FieldValueTooLong";
    internal const string TooManyType = "FieldValueTooMany";
    internal const string InternalType = "InternalError";

    /// <summary>The error as one line of a 422 response's message: field, colon, text.</summary>
    public override string ToString() => $"{Field}: {Detail}";

    internal static FieldError Invalid(FieldPath path, JsonNode? value, string detail) =>
        new(InvalidType, path.ToString(), Body("Invalid value: " + GoText.BadValue(value), detail));

    internal static FieldError InvalidRule(FieldPath path, ValidationRule rule, string detail) =>
        new(InvalidType, path.ToString(), Body("Invalid value: " + rule.ToBadValue(), detail));

    internal static FieldError InvalidOmittingValue(FieldPath path, string detail) =>
        new(InvalidType, path.ToString(), Body("Invalid value", detail));

    internal static FieldError TypeInvalid(FieldPath path, string actualType, string detail) =>
        new(TypeInvalidType, path.ToString(), Body("Invalid value: " + GoText.Quote(actualType), detail));

    internal static FieldError Required(FieldPath path, string detail) =>
        new(RequiredType, path.ToString(), Body("Required value", detail));

    internal static FieldError Forbidden(FieldPath path, string detail) =>
        new(ForbiddenType, path.ToString(), Body("Forbidden", detail));

    internal static FieldError Duplicate(FieldPath path, JsonNode? value) =>
        new(DuplicateType, path.ToString(), "Duplicate value: " + GoText.BadValue(value));

    internal static FieldError DuplicateOmittingValue(FieldPath path) => new(DuplicateType, path.ToString(), "Duplicate value");

    internal static FieldError NotSupported(FieldPath path, JsonNode? value, IEnumerable<string> supported) =>
        new(NotSupportedType, path.ToString(), Body(
            "Unsupported value: " + GoText.BadValue(value),
            "supported values: " + string.Join(", ", supported.Select(GoText.Quote))));

    internal static FieldError TooLong(FieldPath path, long maxLength) =>
        new(TooLongType, path.ToString(), $"Too long: may not be more than {maxLength} {(maxLength == 1 ? "byte" : "bytes")}");

    internal static FieldError TooMany(FieldPath path, long actual, long max) =>
        new(TooManyType, path.ToString(), $"Too many: {actual}: must have at most {max} {(max == 1 ? "item" : "items")}");

    internal static FieldError Internal(FieldPath path, string detail) =>
        new(InternalType, path.ToString(), Body("Internal error", detail));

    private static string Body(string text, string detail) => detail.Length == 0 ? text : $"{text}: {detail}";
}
