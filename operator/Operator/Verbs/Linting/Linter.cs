using System.Globalization;
using System.Text.RegularExpressions;
using KafkaLogstash.Api.Yaml;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Checks;
using KafkaLogstash.Operator.Resources;

namespace KafkaLogstash.Operator.Verbs.Linting;

/// <summary>Finds what is wrong with files.</summary>
internal static partial class Linter
{
    /// <summary>Looks at all files.</summary>
    /// <returns>The findings by file, line and column.</returns>
    public static IReadOnlyList<FileFinding> Run(ResourceFiles files, LintOptions options)
    {
        var problems = options.SyntaxOnly
            ? files.Problems.Where(problem => problem.Code is ResourceProblem.NotYaml or ResourceProblem.NotAManifest or ResourceProblem.NotUtf8)
            : files.Problems;
        return
        [
            .. files.Unreadable.Concat(problems).Select(FileFinding.Of)
                .Concat(files.Configs.SelectMany(config => Config(config, options)))
                .Concat(files.Refused.SelectMany(Texts))
                .Concat(files.Connections.SelectMany(document => options.SyntaxOnly ? Texts(new ManifestDocument(document.File, document.Read.Manifest)) : Connection(document, files, options)))
                .OrderBy(finding => finding.Source, StringComparer.Ordinal)
                .ThenBy(finding => finding.Start?.Line)
                .ThenBy(finding => finding.Start?.Column),
        ];
    }

    private static IEnumerable<FileFinding> Config(ConfigFile config, LintOptions options)
    {
        var parsed = LogstashConfig.Parse(config.Bytes);
        foreach (var error in parsed.Errors)
        {
            yield return FileFinding.In(config.File, new TextRange(error.Span.Offset, error.Span.End), Severity.Error, ConnectionFinding.SyntaxCode, error.Message);
        }

        if (!parsed.Succeeded || options.SyntaxOnly)
        {
            yield break;
        }

        foreach (var finding in PipelineChecks.Run(parsed.Document, new PipelineContext { Version = options.Version, DeniedPlugins = options.Policy.DeniedPlugins }))
        {
            yield return finding.Span is { } span
                ? FileFinding.In(config.File, new TextRange(span.Offset, span.End), finding.Severity, finding.Code, finding.Message)
                : new FileFinding(config.File.Name, finding.Severity, finding.Code, finding.Message);
        }
    }

    private static IEnumerable<FileFinding> Texts(ManifestDocument connection) =>
        ConfigTexts.Errors(connection.Manifest.Content).Select(finding => FileFinding.Of(connection, finding));

    private static IEnumerable<FileFinding> Connection(ConnectionDocument document, ResourceFiles files, LintOptions options)
    {
        var connection = document.Connection;

        // What a file refers to may be somewhere else: lint complains about content, not about what it was not given.
        return OfflineRenderer.Render(connection, files.SecretsFor(connection), files.ConfigMapsFor(connection), options.Policy)
            .Findings.Where(finding => finding.Code != OfflineRenderer.MissingReference)
            .Select(finding => Placed(document, files, finding));
    }

    private static FileFinding Placed(ConnectionDocument document, ResourceFiles files, ConnectionFinding finding)
    {
        var connection = document.Connection;
        if (finding.Line is not null
            && ConfigMapField().Match(finding.Field) is { Success: true } match
            && connection.Spec.Pipeline.ConfigMaps.ElementAtOrDefault(int.Parse(match.Groups["index"].ValueSpan, CultureInfo.InvariantCulture)) is { } reference
            && files.ConfigMapFor(connection, reference.Name) is { } map)
        {
            return FileFinding.Of(map, reference.Key, connection.Metadata.Name, finding);
        }

        return FileFinding.Of(new ManifestDocument(document.File, document.Read.Manifest), finding);
    }

    [GeneratedRegex(@"^spec\.pipeline\.configMaps\[(?<index>[0-9]+)\]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ConfigMapField();
}
