namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>A schema of a CustomResourceDefinition is refused: it is not structural, or one of its rules does not compile or costs too much.</summary>
/// <param name="errors">Every reason, in the order in which the API server lists them.</param>
public sealed class InvalidSchemaException(IReadOnlyList<FieldError> errors)
    : Exception(string.Join("; ", errors.Select(error => error.ToString())))
{
    /// <summary>Every reason for the refusal; never empty.</summary>
    public IReadOnlyList<FieldError> Errors { get; } = errors;
}
