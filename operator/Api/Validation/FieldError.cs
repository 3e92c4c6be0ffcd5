namespace KafkaLogstash.Api;

/// <summary>Something that is wrong with a field.</summary>
/// <param name="Path">The field, for example <c>spec.input.topics[0]</c>.</param>
/// <param name="Code">A stable name in kebab-case, for tools, for example <c>unknown-field</c>.</param>
/// <param name="Message">What is wrong and what to write instead. It never repeats a value, which could be a secret.</param>
public sealed record FieldError(string Path, string Code, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Path}: {Message}";
}
