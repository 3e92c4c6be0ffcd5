using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Logstash.Checks;

/// <summary>
/// Finds what the grammar lets pass, but Logstash refuses later or reads otherwise than it was meant.
/// The codes of findings are stable.
/// </summary>
public static class PipelineChecks
{
    /// <summary>Checks one config.</summary>
    /// <param name="document">The tree, which has no errors.</param>
    /// <param name="context">Where it will run.</param>
    /// <returns>Findings about the pipeline as a whole first, then those in the text, in its order.</returns>
    public static IReadOnlyList<Finding> Run(ConfigDocument document, PipelineContext context) => Run([new ConfigSource("", document)], context);

    /// <summary>Checks the pieces of one pipeline together, so that an id that two of them use is found.</summary>
    /// <param name="sources">The pieces in the order in which they run.</param>
    /// <param name="context">Where they will run.</param>
    /// <returns>Findings about the pipeline as a whole first, then those of each piece, in the order of its text.</returns>
    public static IReadOnlyList<Finding> Run(IReadOnlyList<ConfigSource> sources, PipelineContext context)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(context);
        var findings = new List<Finding>(OfTheWhole(context));
        var ids = new HashSet<string>(StringComparer.Ordinal);
        context = context with { DecorateEvents = KafkaDecoration.Most(context.DecorateEvents, sources) };
        foreach (var source in sources)
        {
            var walker = new PipelineWalker(context, ids);
            walker.Walk(source);
            findings.AddRange(walker.Findings.OrderBy(finding => finding.Span?.Offset).Select(finding => finding with { Path = source.Path.Length == 0 ? null : source.Path }));
        }

        return findings;
    }

    private static IEnumerable<Finding> OfTheWhole(PipelineContext context)
    {
        if (context is { ConsumerThreads: { } threads, Replicas: { } replicas, Partitions: { } partitions } && (long)threads * replicas > partitions)
        {
            yield return new Finding(
                Severity.Warning,
                "more-consumers-than-partitions",
                $"{threads} consumer threads in {replicas} pods are {(long)threads * replicas} consumers for {partitions} partitions: the rest stay idle. Lower consumerThreads or replicas, or add partitions.");
        }
    }
}
