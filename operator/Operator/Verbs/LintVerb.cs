using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Checks;
using KafkaLogstash.Operator.Resources;

namespace KafkaLogstash.Operator.Verbs;

/// <summary>How <c>lint</c> reports.</summary>
internal enum LintOutput
{
    /// <summary>Lines and caret lines for people.</summary>
    Human,

    /// <summary>One JSON array.</summary>
    Json,

    /// <summary>Workflow commands that GitHub shows beside the lines.</summary>
    Github,
}

/// <summary><c>lint</c>: says what is wrong with connections and Logstash configs before they are applied.</summary>
internal static class LintVerb
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Lints.</summary>
    /// <param name="paths">Files, folders, <c>-</c>.</param>
    /// <param name="format">How to report.</param>
    /// <param name="syntaxOnly">Whether only the config language is judged, as Logstash's grammar judges it.</param>
    /// <param name="policy">What the platform denies.</param>
    /// <param name="input">Standard input.</param>
    /// <param name="output">Where the report goes.</param>
    public static int Run(IReadOnlyList<string> paths, LintOutput format, bool syntaxOnly, ConnectionPolicy policy, TextReader input, TextWriter output)
    {
        var files = ResourceFiles.Read(paths, input);
        var findings = files.Unreadable.Concat(files.Problems).Select(FileFinding.Of)
            .Concat(files.Configs.SelectMany(config => Config(config.Source, config.Text, syntaxOnly, policy)))
            .Concat(files.Connections.SelectMany(document => Connection(document, files, syntaxOnly, policy)))
            .ToList();

        switch (format)
        {
            case LintOutput.Json:
                output.WriteLine(new JsonArray([.. findings.Select(ToJson)]).ToJsonString(Indented));
                break;
            case LintOutput.Github:
                foreach (var finding in findings)
                {
                    output.WriteLine(ToWorkflowCommand(finding));
                }

                break;
            default:
                foreach (var finding in findings)
                {
                    output.WriteLine(finding.ToText());
                }

                output.WriteLine(Summary(files, findings));
                break;
        }

        return files.Unreadable.Count > 0 || (files.Connections.Count == 0 && files.Configs.Count == 0 && files.Problems.Count == 0)
            ? ExitCodes.Unusable
            : findings.Count > 0 ? ExitCodes.Findings : ExitCodes.Success;
    }

    private static string Summary(ResourceFiles files, List<FileFinding> findings)
    {
        var errors = findings.Count(finding => finding.Severity == Severity.Error);
        var looked = files.Connections.Count + files.Configs.Count;
        return looked == 0 && findings.Count == 0
            ? "There is no KafkaLogstashConnection and no .conf file in what was given."
            : $"{looked} looked at, {errors} errors, {findings.Count - errors} warnings";
    }

    private static IEnumerable<FileFinding> Config(string source, string text, bool syntaxOnly, ConnectionPolicy policy)
    {
        var parsed = LogstashConfig.Parse(text);
        foreach (var error in parsed.Errors)
        {
            yield return new FileFinding(source, error.Line, error.Column, Severity.Error, "syntax", error.Message, error.CaretText);
        }

        if (parsed.Succeeded && !syntaxOnly)
        {
            foreach (var finding in PipelineChecks.Run(parsed.Document, new PipelineContext { DeniedPlugins = policy.DeniedPlugins }))
            {
                yield return new FileFinding(source, finding.Span?.Line, finding.Span?.Column, finding.Severity, finding.Code, finding.Message, null);
            }
        }
    }

    private static IEnumerable<FileFinding> Connection(ConnectionDocument document, ResourceFiles files, bool syntaxOnly, ConnectionPolicy policy)
    {
        var connection = document.Connection;
        var findings = syntaxOnly
            ? ConnectionChecks.Run(connection, policy).Where(finding => finding.Code == "syntax")

            // What a file refers to may be somewhere else: lint complains about content, not about what it was not given.
            : OfflineRenderer.Render(connection, files.SecretsFor(connection), files.ConfigMapsFor(connection), policy)
                .Findings.Where(finding => finding.Code != OfflineRenderer.MissingReference);
        return findings.Select(finding => FileFinding.Of(document, finding));
    }

    private static JsonObject ToJson(FileFinding finding) => new()
    {
        ["file"] = finding.Source,
        ["line"] = finding.Line,
        ["column"] = finding.Column,
        ["severity"] = finding.Word,
        ["code"] = finding.Code,
        ["message"] = finding.Message,
    };

    /// <summary>A workflow command (https://docs.github.com/actions/reference/workflow-commands-for-github-actions).</summary>
    private static string ToWorkflowCommand(FileFinding finding)
    {
        var place = $"file={Property(finding.Source)}{(finding.Line is { } line ? $",line={line}" : "")}{(finding.Column is { } column ? $",col={column}" : "")},title={Property(finding.Code)}";
        return $"::{finding.Word} {place}::{Data(finding.Message)}";

        static string Data(string text) => text.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);
        static string Property(string text) => Data(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
    }
}
