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

    /// <summary>
    /// Whether the same is to be expected as long as the caches show the same. Not so while they lack an object that was read or applied, which could come and go without
    /// a trace in what they show, nor while something that pods still use waits to be deleted.
    /// </summary>
    public bool IsFinal { get; init; } = true;

    /// <summary>The version (<c>metadata.resourceVersion</c>) of each Deployment after it was applied, by its name: a cache that shows an older one has not caught up.</summary>
    public ImmutableDictionary<string, string> Deployments { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Why the reconcile came no further, where that is neither the spec's fault nor that of what it refers to; null where it came to its end.</summary>
    public Exception? Failure { get; init; }

    /// <summary>When the certificates that the connection uses end; empty while its references are not there.</summary>
    public ImmutableArray<CertificateEnd> Certificates { get; init; } = [];

    /// <summary>Whether the objects were left alone because the connection is paused.</summary>
    public bool Paused { get; init; }
}
