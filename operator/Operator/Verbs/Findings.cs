using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Logstash;
using KafkaLogstash.Operator.Resources;

namespace KafkaLogstash.Operator.Verbs;

/// <summary>Something to tell about a file: a place, a severity, and a sentence.</summary>
/// <param name="Source">The file.</param>
/// <param name="Line">The line, from 1; null where it is about the whole file.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Code">A stable name in kebab-case, for tools.</param>
/// <param name="Message">What is wrong, and what to write instead.</param>
/// <param name="CaretText">The line of text and under it a caret line; null where there is none.</param>
internal sealed record FileFinding(string Source, int? Line, int? Column, Severity Severity, string Code, string Message, string? CaretText)
{
    /// <summary>The word for the severity.</summary>
    public string Word => Severity == Severity.Error ? "error" : "warning";

    /// <summary>A problem with a file.</summary>
    public static FileFinding Of(ResourceProblem problem) =>
        new(problem.Source, problem.Line, problem.Column, Severity.Error, problem.Code, problem.Message, null);

    /// <summary>A finding about a connection, at the place of its field.</summary>
    public static FileFinding Of(ConnectionDocument document, ConnectionFinding finding)
    {
        // A field with something behind it in brackets or after a blank ('spec.pipeline.configMaps[0] (name, key k)') is found by its beginning.
        var position = document.Read.PositionOf(finding.Field.Split(' ', 2)[0]);
        return new FileFinding(
            document.Source, position.Line, position.Column, finding.Severity, finding.Code, $"{document.Connection.Metadata.Name}: {finding}", finding.CaretText);
    }

    /// <summary>Place, severity and message in one line, as compilers write it.</summary>
    public override string ToString()
    {
        var place = (Line, Column) switch
        {
            (null, _) => Source,
            (_, null) => $"{Source}:{Line}",
            _ => $"{Source}:{Line}:{Column}",
        };
        return $"{place}: {Word}: {Message} [{Code}]";
    }

    /// <summary>The line, and the caret text below it where there is one.</summary>
    public string ToText() => CaretText is null ? ToString() : $"{this}\n{CaretText}";
}
