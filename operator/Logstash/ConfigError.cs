using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Logstash;

/// <summary>A place where a config is not the language that Logstash reads.</summary>
public sealed record ConfigError
{
    /// <summary>The section in which it stands; null outside of sections.</summary>
    public SectionKind? Section { get; init; }

    /// <summary>Where it stands.</summary>
    public required SourceSpan Span { get; init; }

    /// <summary>Line from 1, in the text that was given to the parser.</summary>
    public int Line => Span.Line;

    /// <summary>Column from 1, in code points.</summary>
    public int Column => Span.Column;

    /// <summary>What is wrong and what to write instead, as a sentence without a place.</summary>
    public required string Message { get; init; }

    /// <summary>What stands there.</summary>
    public required string Found { get; init; }

    /// <summary>What could stand there.</summary>
    public required string Expected { get; init; }

    /// <summary>The line of the text with its number, and under it a caret line. Long lines are cut around the place.</summary>
    public required string CaretText { get; init; }

    /// <summary>Place and message in one line.</summary>
    /// <returns>For example <c>filter, line 3, column 7: …</c>.</returns>
    public override string ToString()
    {
        var section = Section is { } kind ? $"{kind.Keyword()} section, " : "";
        return $"{section}line {Line}, column {Column}: {Message}";
    }
}
