using KafkaLogstash.Logstash;

namespace KafkaLogstash.Controller.Checks;

/// <summary>Something that the checks found in a connection.</summary>
/// <param name="Severity">How bad it is: an error keeps the connection from being rolled out.</param>
/// <param name="Code">A stable name in kebab-case, for tools.</param>
/// <param name="Field">The field, for example <c>spec.pipeline.filter</c>.</param>
/// <param name="Message">What is wrong and what to write instead. It never holds a secret.</param>
public sealed record ConnectionFinding(Severity Severity, string Code, string Field, string Message)
{
    /// <summary>The code of a text that is not the language that Logstash reads.</summary>
    public const string SyntaxCode = "syntax";

    /// <summary>The line within the field's own text, from 1; null where the finding is about the whole field.</summary>
    public int? Line { get; init; }

    /// <summary>The column in that line, from 1.</summary>
    public int? Column { get; init; }

    /// <summary>How much of the text it is about, in UTF-16 units.</summary>
    public int? Length { get; init; }

    /// <summary>The line of text and under it a caret line; null where there is none.</summary>
    public string? CaretText { get; init; }

    /// <summary>An error of the config language in a field's text.</summary>
    /// <param name="field">The field.</param>
    /// <param name="error">The error.</param>
    public static ConnectionFinding Syntax(string field, ConfigError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new ConnectionFinding(Severity.Error, SyntaxCode, field, error.Message)
        {
            Line = error.Line,
            Column = error.Column,
            Length = error.Span.Length,
            CaretText = error.CaretText,
        };
    }

    /// <summary>Field, place and message in one line.</summary>
    public override string ToString() => Line is null ? $"{Field}: {Message}" : $"{Field}, line {Line}, column {Column}: {Message}";
}
