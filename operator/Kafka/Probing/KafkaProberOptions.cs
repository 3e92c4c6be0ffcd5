namespace KafkaLogstash.Kafka.Probing;

/// <summary>How Kafka is looked at.</summary>
public sealed record KafkaProberOptions
{
    /// <summary>The time between two looks at one cluster; each is moved by up to a fifth, so that clusters are not asked in step.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The time before the second look at a cluster that did not answer; it doubles with each failure up to <see cref="LongestInterval"/>.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The longest time between two looks at a cluster that does not answer.</summary>
    public TimeSpan LongestInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a single question may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(8);
}
