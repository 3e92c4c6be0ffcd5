using KafkaLogstash.Api;
using KafkaLogstash.Api.Yaml;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Logstash;
using KafkaLogstash.Operator.Resources;

namespace KafkaLogstash.Operator.Verbs.Linting;

/// <summary>Something to tell about a file: a place, a severity, and a sentence.</summary>
/// <param name="Source">The file.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Code">A stable name in kebab-case, for tools.</param>
/// <param name="Message">What is wrong, and what to write instead.</param>
internal sealed record FileFinding(string Source, Severity Severity, string Code, string Message)
{
    /// <summary>Where it begins; null where it is about the whole file.</summary>
    public TextPosition? Start { get; init; }

    /// <summary>The place just behind its last character.</summary>
    public TextPosition? End { get; init; }

    /// <summary>The field of the connection, for example <c>spec.pipeline.filter</c>; null where it is about no field.</summary>
    public string? Field { get; init; }

    /// <summary>The line of text and under it a caret line; null where there is none.</summary>
    public string? CaretText { get; init; }

    /// <summary>The word for the severity.</summary>
    public string Word => Severity == Severity.Error ? "error" : "warning";

    /// <summary>File, line and column, as compilers write them.</summary>
    public string Place => Start is { } start ? $"{Source}:{start}" : Source;

    /// <summary>A finding about a piece of config in a file.</summary>
    public static FileFinding In(SourceFile file, TextRange range, Severity severity, string code, string message) =>
        new FileFinding(file.Name, severity, code, message) { CaretText = file.Show(range) }.At(file, range);

    /// <summary>A problem with a file.</summary>
    public static FileFinding Of(ResourceProblem problem)
    {
        var message = problem.Field is null ? problem.Message : $"{problem.Field}: {problem.Message}";
        var finding = new FileFinding(problem.Name, Severity.Error, problem.Code, message) { Field = problem.Field };
        return problem is { File: { } file, Range: { } range } ? (finding with { CaretText = file.ShowName(range) }).At(file, range) : finding;
    }

    /// <summary>A finding about a connection, at the place in its field's text, or at its field.</summary>
    public static FileFinding Of(ManifestDocument connection, ConnectionFinding finding)
    {
        var (file, manifest) = connection;

        // A field with something behind it in brackets ('spec.pipeline.configMaps[0] (name, key k)') is found by its beginning.
        var field = finding.Field.Split(' ', 2)[0];
        var told = new FileFinding(file.Name, finding.Severity, finding.Code, $"{manifest.Content["metadata"]?["name"]}: {finding}") { Field = field };
        if (Exact(manifest, field, finding) is { } exact)
        {
            return (told with { CaretText = file.Show(exact) }).At(file, exact);
        }

        var range = manifest.RangeOf(field);
        return (told with { CaretText = finding.CaretText ?? file.ShowName(range) }).At(file, range);
    }

    /// <summary>A finding in the text of a ConfigMap that a connection names.</summary>
    public static FileFinding Of(ManifestDocument map, string key, string connection, ConnectionFinding finding)
    {
        var field = FieldPaths.Child("data", key);
        var range = Exact(map.Manifest, field, finding);
        var told = new FileFinding(map.File.Name, finding.Severity, finding.Code, $"{connection}: {finding}")
        {
            Field = field,
            CaretText = range is { } exact ? map.File.Show(exact) : finding.CaretText,
        };
        return told.At(map.File, range ?? map.Manifest.RangeOf(field));
    }

    /// <summary>Place, severity and message in one line, as compilers write it; and the caret text below it where there is one.</summary>
    public override string ToString()
    {
        var line = $"{Place}: {Word}: {Message} [{Code}]";
        return CaretText is null ? line : $"{line}\n{CaretText}";
    }

    private static TextRange? Exact(ReadManifest manifest, string field, ConnectionFinding finding) =>
        finding is { Line: { } line, Column: { } column } ? manifest.RangeOf(field, new TextPosition(line, column), finding.Length ?? 1) : null;

    private FileFinding At(SourceFile file, TextRange range) => this with { Start = file.Lines.PositionOf(range.Start), End = file.Lines.PositionOf(range.End) };
}
