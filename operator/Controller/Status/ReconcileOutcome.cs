using System.Collections.Immutable;
using KafkaLogstash.Controller.Certificates;

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

    /// <summary>Whether Logstash reloads that pipeline in place.</summary>
    public bool ReloadsInPlace { get; init; }

    /// <summary>What keeps Logstash from reloading it in place although the spec asks for that, as a sentence; null where nothing does.</summary>
    public string? ReloadObstacle { get; init; }

    /// <summary>
    /// When the same spec and the same objects may lead to another outcome, UTC: certificates that the operator made have to be renewed by then, or what no cache shows
    /// may have changed. Null where only a change that is seen counts.
    /// </summary>
    public DateTimeOffset? LookAgainAt { get; init; }

    /// <summary>Whether the caches showed every object that was applied. One that is not seen yet can come and go without a trace in what is seen.</summary>
    public bool IsSeen { get; init; } = true;

    /// <summary>When the certificates that the connection uses end; empty while its references are not there.</summary>
    public ImmutableArray<CertificateEnd> Certificates { get; init; } = [];

    /// <summary>Whether the objects were left alone because the connection is paused.</summary>
    public bool Paused { get; init; }
}
