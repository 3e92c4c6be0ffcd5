namespace KafkaLogstash.Controller.Status;

/// <summary>How far a reconcile came.</summary>
internal sealed record ReconcileOutcome
{
    /// <summary>Whether the spec is valid.</summary>
    public required Verdict Accepted { get; init; }

    /// <summary>Whether every reference is there and usable.</summary>
    public required Verdict ReferencesResolved { get; init; }

    /// <summary>The digest of the pipeline that the applied objects hold; null where nothing was applied.</summary>
    public string? AppliedDigest { get; init; }

    /// <summary>Whether the objects were left alone because the connection is paused.</summary>
    public bool Paused { get; init; }
}
