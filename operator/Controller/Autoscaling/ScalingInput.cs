namespace KafkaLogstash.Controller.Autoscaling;

/// <summary>What a scaling decision is made from.</summary>
/// <param name="At">The time, UTC.</param>
/// <param name="Replicas">Pods that are wished now.</param>
/// <param name="Lag">Records that the consumer group has not yet read; null while unknown.</param>
internal sealed record ScalingInput(DateTimeOffset At, int Replicas, long? Lag)
{
    /// <summary>The most pods that get partitions to read; null while unknown.</summary>
    public int? UsefulReplicas { get; init; }

    /// <summary>Where <see cref="UsefulReplicas"/> comes from, for example <c>12 partitions with 2 consumer threads in each pod</c>.</summary>
    public string UsefulReason { get; init; } = "";

    /// <summary>The sum of the end offsets of all partitions that are read; null while unknown.</summary>
    public long? EndOffsets { get; init; }

    /// <summary>When lag and end offsets were read, UTC.</summary>
    public DateTimeOffset MeasuredAt { get; init; }

    /// <summary>Whether all the wished pods are ready.</summary>
    public bool AllReady { get; init; }
}
