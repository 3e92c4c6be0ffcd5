using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Logstash;

/// <summary>How bad a finding is.</summary>
public enum Severity
{
    /// <summary>It works, but most likely not as it was meant.</summary>
    Warning,

    /// <summary>Logstash would not start, or the operator could not do its work.</summary>
    Error,
}

/// <summary>Something that a check found in options, settings or a pipeline.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Code">A stable name in kebab-case, for tools, for example <c>unknown-option</c>.</param>
/// <param name="Message">What is wrong and what to do. It never repeats the values of options.</param>
public sealed record Finding(Severity Severity, string Code, string Message)
{
    /// <summary>The field it is about, for example <c>spec.input.options.topics</c>; null for findings in config text.</summary>
    public string? Path { get; init; }

    /// <summary>The section of the config it stands in; null for findings outside of config text.</summary>
    public SectionKind? Section { get; init; }

    /// <summary>Where it stands in the config text; null for findings outside of it.</summary>
    public SourceSpan? Span { get; init; }
}
