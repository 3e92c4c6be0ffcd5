namespace KafkaLogstash.Api.Schema;

/// <summary>A rule over several fields, in the Common Expression Language, that the API server checks (<c>x-kubernetes-validations</c>).</summary>
/// <param name="expression">What has to hold; <c>self</c> is the value of the type or property that carries the attribute.</param>
/// <param name="message">What is wrong and what to write instead.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Property, AllowMultiple = true)]
internal sealed class RuleAttribute(string expression, string message) : Attribute
{
    /// <summary>What has to hold.</summary>
    public string Expression { get; } = expression;

    /// <summary>What is wrong and what to write instead.</summary>
    public string Message { get; } = message;

    /// <summary>The field to blame, from <c>self</c> on: <c>.topics</c>. Null: <c>self</c>.</summary>
    public string? FieldPath { get; init; }

    /// <summary>The API machinery's word for the kind of error.</summary>
    public RuleReason Reason { get; init; } = RuleReason.FieldValueInvalid;
}

/// <summary>The API machinery's words for kinds of errors (<c>metav1.CauseType</c>).</summary>
internal enum RuleReason
{
    /// <summary>The value is wrong.</summary>
    FieldValueInvalid,

    /// <summary>A value is missing.</summary>
    FieldValueRequired,

    /// <summary>There must not be a value.</summary>
    FieldValueForbidden,
}
