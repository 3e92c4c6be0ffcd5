using KafkaLogstash.Api.Yaml;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Logstash;
using KafkaLogstash.Operator.Commands;
using KafkaLogstash.Operator.Resources;
using KafkaLogstash.Operator.Verbs.Linting;

namespace KafkaLogstash.Operator.Verbs;

/// <summary><c>render</c>: prints every object that the operator would make, offline and in a stable order.</summary>
internal static class RenderVerb
{
    /// <summary>Renders.</summary>
    /// <param name="paths">Files, folders, <c>-</c>. Secrets and ConfigMaps among them are used.</param>
    /// <param name="pipelineOnly">Whether only the Logstash config is printed.</param>
    /// <param name="console">Where to read and write.</param>
    public static int Run(IEnumerable<string> paths, bool pipelineOnly, CommandConsole console)
    {
        var (output, errors) = (console.Output, console.Error);
        var files = ResourceFiles.Read(paths, console);
        foreach (var problem in files.Unreadable.Concat(files.Problems))
        {
            errors.WriteLine(FileFinding.Of(problem));
        }

        if (files.Unreadable.Count > 0)
        {
            return ExitCodes.Unusable;
        }

        if (files.Connections.Count == 0)
        {
            errors.WriteLine("There is no KafkaLogstashConnection in what was given.");
            return ExitCodes.Unusable;
        }

        var failed = files.Problems.Count > 0;
        var incomplete = false;
        var first = true;
        foreach (var document in files.Connections)
        {
            var rendering = OfflineRenderer.Render(
                document.Connection, files.SecretsFor(document.Connection), files.ConfigMapsFor(document.Connection), ConnectionPolicy.None);
            foreach (var finding in rendering.Findings)
            {
                errors.WriteLine(FileFinding.Of(new ManifestDocument(document.File, document.Read.Manifest), finding));
            }

            incomplete |= rendering.Findings.Any(finding => finding.Code == OfflineRenderer.MissingReference);
            failed |= rendering.Findings.Any(finding => finding.Severity == Severity.Error);
            if (pipelineOnly)
            {
                output.Write(rendering.PipelineText ?? "");
                continue;
            }

            foreach (var item in rendering.Objects)
            {
                output.Write(first ? "" : "---\n");
                output.Write(ManifestYaml.Write(item));
                first = false;
            }
        }

        if (incomplete)
        {
            errors.WriteLine("No cluster is asked: name the files with the missing Secrets and ConfigMaps, too.");
        }

        return failed ? ExitCodes.Findings : ExitCodes.Success;
    }
}
