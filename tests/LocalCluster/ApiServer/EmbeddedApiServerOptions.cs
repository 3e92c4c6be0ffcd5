namespace KafkaLogstash.LocalCluster.ApiServer;

/// <summary>What an embedded API server is started with.</summary>
public sealed record EmbeddedApiServerOptions
{
    /// <summary>Port on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>How many changes of each resource are remembered; older ones answer 410 Gone.</summary>
    public int HistoryLimit { get; init; } = 10_000;

    /// <summary>Time between the bookmarks of a watch that asked for them.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether owner references take rights, as with the admission plugin OwnerReferencesPermissionEnforcement: off in Kubernetes by default, on in OpenShift.
    /// </summary>
    public bool EnforceOwnerReferencePermissions { get; init; }

    /// <summary>Source of creation times, token lives and timeouts.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Answers requests for the logs of pods; see <see cref="EmbeddedApiServer.PodLogs"/>.</summary>
    public PodLogReader? PodLogs { get; init; }
}

/// <summary>A request for the log of a container.</summary>
/// <param name="Namespace">Namespace of the pod.</param>
/// <param name="Pod">Name of the pod.</param>
/// <param name="Container">Name of the container; never empty.</param>
/// <param name="Follow">Go on until the container ends.</param>
/// <param name="Previous">The log of the container's previous run.</param>
/// <param name="Timestamps">Begin each line with its time.</param>
/// <param name="TailLines">Only so many of the last lines; null means all.</param>
/// <param name="SinceTime">Only lines from then on; null means all.</param>
/// <param name="LimitBytes">End after so many bytes; null means never.</param>
public sealed record PodLogRequest(
    string Namespace,
    string Pod,
    string Container,
    bool Follow,
    bool Previous,
    bool Timestamps,
    long? TailLines,
    DateTimeOffset? SinceTime,
    long? LimitBytes);

/// <summary>Writes the log of a container, as the node that runs it knows it.</summary>
/// <param name="request">Which log, and how much of it.</param>
/// <param name="destination">Where the lines go, as UTF-8.</param>
/// <param name="cancellationToken">Ends a log that is followed.</param>
/// <returns>False when the container has no such log.</returns>
public delegate Task<bool> PodLogReader(PodLogRequest request, Stream destination, CancellationToken cancellationToken);
