using KafkaLogstash.Api;
using KafkaLogstash.Logstash.Settings;

namespace KafkaLogstash.Controller.Autoscaling;

/// <summary>How a connection wants to be scaled, and how fast.</summary>
/// <param name="MinReplicas">The fewest pods.</param>
/// <param name="MaxReplicas">The most pods.</param>
/// <param name="LagPerReplica">Records of lag that one pod is for.</param>
/// <param name="ScaleDownStabilization">How long fewer pods must have been enough before pods are taken away.</param>
internal sealed record ScalingRules(int MinReplicas, int MaxReplicas, long LagPerReplica, TimeSpan ScaleDownStabilization)
{
    /// <summary>A lag this close to what the pods are for changes nothing, as in the HorizontalPodAutoscaler.</summary>
    public const double Tolerance = 0.1;

    /// <summary>Pods that a step may always add; a step may also double their number.</summary>
    public const int SurePodsPerStep = 4;

    /// <summary>Spare throughput that is kept when pods are taken away.</summary>
    public const double Headroom = 1.1;

    /// <summary>The shortest time between two steps up: until the last has had an effect.</summary>
    public static readonly TimeSpan StepUpInterval = TimeSpan.FromSeconds(30);

    /// <summary>The shortest time between two steps down.</summary>
    public static readonly TimeSpan StepDownInterval = TimeSpan.FromMinutes(1);

    /// <summary>How long more pods must be wanted than there may be before that is worth a word.</summary>
    public static readonly TimeSpan LagHighAfter = TimeSpan.FromSeconds(30);

    /// <summary>How long nothing may be taken of what is written before consumers count as stalled: offsets are committed now and then only.</summary>
    public static readonly TimeSpan StalledAfter = TimeSpan.FromSeconds(90);

    /// <summary>What was found out about Kafka longer ago counts as unknown.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(2);

    /// <summary>A longer time between two decisions counts as one in which nobody watched.</summary>
    public static readonly TimeSpan LongestGap = TimeSpan.FromMinutes(2);

    /// <summary>The time until the most pods run, from the fewest, while lag asks for them.</summary>
    public TimeSpan LongestWayUp
    {
        get
        {
            var steps = 0;
            for (var pods = Math.Max(1, MinReplicas); pods < MaxReplicas; pods = MostAfterStepUp(pods))
            {
                steps++;
            }

            return StepUpInterval * Math.Max(0, steps - 1);
        }
    }

    /// <summary>Reads them from a spec, which validation has accepted.</summary>
    public static ScalingRules Of(AutoscalingSpec spec) => new(
        spec.MinReplicas,
        spec.MaxReplicas,
        spec.LagPerReplica,
        Durations.TryParse(spec.ScaleDownStabilization, out var stabilization) ? stabilization : TimeSpan.FromMinutes(5));

    /// <summary>The most pods after one step up.</summary>
    public static int MostAfterStepUp(int pods) => Math.Max(pods * 2, pods + SurePodsPerStep);

    /// <summary>The fewest pods after one step down.</summary>
    public static int FewestAfterStepDown(int pods) => pods / 2;
}
