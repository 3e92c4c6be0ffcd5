using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.Logstash;
using Spectre.Console;

namespace KafkaLogstash.Operator.Verbs.Linting;

/// <summary>The forms in which findings are told.</summary>
internal static class LintReports
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Style Bold = new(decoration: Decoration.Bold);
    private static readonly Style Faint = new(decoration: Decoration.Dim);
    private static readonly Style Gutter = new(Color.Navy);
    private static readonly Style Red = new(Color.Maroon, decoration: Decoration.Bold);
    private static readonly Style Yellow = new(Color.Olive, decoration: Decoration.Bold);

    /// <summary>For people: the place, the sentence, and the line with a caret line.</summary>
    public static void WriteHuman(AnsiWriter output, IEnumerable<FileFinding> findings)
    {
        foreach (var finding in findings)
        {
            output.Write(finding.Place, Bold).Write(": ")
                .Write(finding.Word, StyleOf(finding.Severity)).Write($": {finding.Message} ")
                .Write($"[{finding.Code}]", Faint).Write("\n");
            foreach (var (index, line) in (finding.CaretText?.Split('\n') ?? []).Index())
            {
                var bar = line.IndexOf('|', StringComparison.Ordinal) + 1;
                output.Write(line[..bar], Gutter);
                output.Write(line[bar..], index == 0 ? Style.Plain : StyleOf(finding.Severity)).Write("\n");
            }
        }
    }

    /// <summary>What was looked at and what was found, in one line.</summary>
    public static void WriteSummary(AnsiWriter output, int files, IReadOnlyCollection<FileFinding> findings)
    {
        var errors = findings.Count(finding => finding.Severity == Severity.Error);
        var warnings = findings.Count - errors;
        output.Write($"{Counted(files, "file")}, ")
            .Write(Counted(errors, "error"), errors > 0 ? Red : Style.Plain).Write(", ")
            .Write(Counted(warnings, "warning"), warnings > 0 ? Yellow : Style.Plain).Write("\n");
    }

    /// <summary>For tools: one array. Every object has all fields; what does not apply is null.</summary>
    public static string ToJson(IEnumerable<FileFinding> findings) => new JsonArray([.. findings.Select(finding => new JsonObject
    {
        ["file"] = finding.Source,
        ["line"] = finding.Start?.Line,
        ["column"] = finding.Start?.Column,
        ["endLine"] = finding.End?.Line,
        ["endColumn"] = finding.End?.Column,
        ["severity"] = finding.Word,
        ["code"] = finding.Code,
        ["field"] = finding.Field,
        ["message"] = finding.Message,
    })]).ToJsonString(Indented);

    /// <summary>For GitHub: a workflow command (https://docs.github.com/actions/reference/workflow-commands-for-github-actions).</summary>
    public static string ToWorkflowCommand(FileFinding finding)
    {
        var properties = new List<(string Name, object Value)> { ("file", finding.Source) };
        if (finding is { Start: { } start, End: { } end })
        {
            properties.AddRange([("line", start.Line), ("endLine", end.Line)]);

            // GitHub takes columns only where both lines are the same.
            if (start.Line == end.Line)
            {
                properties.AddRange([("col", start.Column), ("endColumn", end.Column)]);
            }
        }

        properties.Add(("title", finding.Code));
        return $"::{finding.Word} {string.Join(',', properties.Select(property => $"{property.Name}={Property($"{property.Value}")}"))}::{Data(finding.Message)}";

        static string Data(string text) => text.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);
        static string Property(string text) => Data(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
    }

    private static Style StyleOf(Severity severity) => severity == Severity.Error ? Red : Yellow;

    private static string Counted(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
