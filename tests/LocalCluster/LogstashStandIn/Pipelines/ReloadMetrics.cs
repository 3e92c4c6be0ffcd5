namespace KafkaLogstash.LocalCluster.LogstashStandIn.Pipelines;

/// <summary>How reloads (and first starts that failed) went. Immutable, so that readers see a whole picture.</summary>
internal sealed record ReloadMetrics
{
    /// <summary>Reloads that worked.</summary>
    public long Successes { get; private init; }

    /// <summary>Reloads and starts that did not.</summary>
    public long Failures { get; private init; }

    /// <summary>Why the last failure was one.</summary>
    public string? LastError { get; private init; }

    /// <summary>When a reload last worked.</summary>
    public DateTimeOffset? LastSuccess { get; private init; }

    /// <summary>When one last failed.</summary>
    public DateTimeOffset? LastFailure { get; private init; }

    /// <summary>With one more success.</summary>
    public ReloadMetrics Succeeded(DateTimeOffset now) => this with { Successes = Successes + 1, LastSuccess = now };

    /// <summary>With one more failure.</summary>
    public ReloadMetrics Failed(DateTimeOffset now, string error) => this with { Failures = Failures + 1, LastFailure = now, LastError = error };
}
