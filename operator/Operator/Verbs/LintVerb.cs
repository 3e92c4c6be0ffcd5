using KafkaLogstash.Logstash;
using KafkaLogstash.Operator.Commands;
using KafkaLogstash.Operator.Resources;
using KafkaLogstash.Operator.Verbs.Linting;

namespace KafkaLogstash.Operator.Verbs;

/// <summary><c>lint</c>: says what is wrong with connections and Logstash configs before they are applied.</summary>
internal static class LintVerb
{
    /// <summary>Lints.</summary>
    /// <param name="paths">Files, folders, <c>-</c>.</param>
    /// <param name="options">What to look for, and how to tell.</param>
    /// <param name="console">Where to read and write.</param>
    public static int Run(IReadOnlyList<string> paths, LintOptions options, CommandConsole console)
    {
        var files = ResourceFiles.Read(paths, console);
        var findings = Linter.Run(files, options);
        switch (options.Output)
        {
            case LintOutput.Json:
                console.Output.WriteLine(LintReports.ToJson(findings));
                break;
            case LintOutput.Github:
                foreach (var finding in findings)
                {
                    console.Output.WriteLine(LintReports.ToWorkflowCommand(finding));
                }

                break;
            default:
                LintReports.WriteHuman(options.Color.ToOutput(console), findings);
                break;
        }

        // An empty config is fine to Logstash; but who pipes nothing into a check of resources most likely has a broken pipe.
        if (files.AreEmpty && !(options.SyntaxOnly && files.Configs.Count > 0))
        {
            console.Error.WriteLine("There is no KafkaLogstashConnection and no Logstash config in what was given.");
            return ExitCodes.Unusable;
        }

        if (options.Output == LintOutput.Human)
        {
            LintReports.WriteSummary(options.Color.ToError(console), files.Count, findings);
        }

        return files.Unreadable.Count > 0
            ? ExitCodes.Unusable
            : findings.Any(finding => options.Strict || finding.Severity == Severity.Error) ? ExitCodes.Findings : ExitCodes.Success;
    }
}
