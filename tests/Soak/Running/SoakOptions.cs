namespace KafkaLogstash.Soak.Running;

/// <summary>How a soak is to be.</summary>
internal sealed record SoakOptions
{
    /// <summary>Decides which faults happen, and when.</summary>
    public required int Seed { get; init; }

    /// <summary>How long faults go on. Then all is healed, and the rest has to arrive.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How many records, or events, at the most.</summary>
    public int Records { get; init; } = 1_000_000;

    /// <summary>How many bridges. 1 to 4.</summary>
    public int Bridges { get; init; } = 3;

    /// <summary>Whether anything is to fail. Otherwise order is checked.</summary>
    public bool WithFaults { get; init; } = true;

    /// <summary>Whether, instead of the bridge, one is taken that loses records.</summary>
    public bool Losing { get; init; }
}

/// <summary>What came of a soak.</summary>
/// <param name="Name">What was soaked.</param>
/// <param name="Sent">How many records, or events.</param>
/// <param name="Arrived">How many of them arrived.</param>
/// <param name="Duplicates">How often one came again.</param>
/// <param name="DuplicatesBound">How often that may be, with the faults there were.</param>
/// <param name="Faults">How many faults there were.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Findings">What must not be.</param>
internal sealed record SoakOutcome(string Name, long Sent, long Arrived, long Duplicates, long DuplicatesBound, int Faults, TimeSpan Took, Findings Findings)
{
    /// <summary>The headings of <see cref="ToString"/>.</summary>
    public static string Headings { get; } = $"{"",-22}{"sent",12}{"arrived",12}{"duplicates",12}{"bound",12}{"faults",8}{"seconds",9}  outcome";

    /// <summary>The same, with its duplicates among the findings where there are too many.</summary>
    public SoakOutcome Judged()
    {
        if (Duplicates > DuplicatesBound)
        {
            Findings.Add("too many duplicates", $"{Duplicates}, where {DuplicatesBound} are explained by what was under way");
        }

        return this;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Name,-22}{Sent,12}{Arrived,12}{Duplicates,12}{DuplicatesBound,12}{Faults,8}{Took.TotalSeconds,9:0.0}  {(Findings.IsEmpty ? "passed" : "FAILED")}";
}
