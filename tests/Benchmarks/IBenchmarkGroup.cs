namespace KafkaLogstash.Benchmarks;

/// <summary>Figures that belong together. A group is one file in <c>Groups</c> and one entry in the list of <c>Program</c>.</summary>
internal interface IBenchmarkGroup
{
    /// <summary>What chooses it: <c>make bench ONLY=name</c>.</summary>
    string Name { get; }

    /// <summary>What it measures, in one line.</summary>
    string Description { get; }

    /// <summary>Measures, and writes one line for each figure. A group takes a few minutes at most.</summary>
    /// <param name="report">Where the lines go.</param>
    /// <param name="cancellationToken">Ends the measuring.</param>
    Task RunAsync(TextWriter report, CancellationToken cancellationToken);
}
