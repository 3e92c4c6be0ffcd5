namespace KafkaLogstash.Controller.Autoscaling;

/// <summary>What keeps the number of pods from being the one that lag asks for.</summary>
internal enum ScalingLimit
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary><c>minReplicas</c>.</summary>
    MinReplicas,

    /// <summary><c>maxReplicas</c>.</summary>
    MaxReplicas,

    /// <summary>More pods would get no partition.</summary>
    Partitions,

    /// <summary>The bound on one step.</summary>
    Step,

    /// <summary>Pods are taken away only after a time.</summary>
    Stabilization,

    /// <summary>Fewer pods could not take what is written.</summary>
    Throughput,

    /// <summary>The lag is not known.</summary>
    UnknownLag,
}

/// <summary>How many pods there should be, and why.</summary>
/// <param name="Replicas">The pods.</param>
/// <param name="Limit">What kept the number from being the one that lag asks for.</param>
/// <param name="Explanation">The whole reasoning as one sentence for people.</param>
/// <param name="Next">What to remember.</param>
/// <param name="IsShort">Whether more pods have been wanted for a while than there may be.</param>
internal sealed record ScalingDecision(int Replicas, ScalingLimit Limit, string Explanation, ScalingState Next, bool IsShort);
