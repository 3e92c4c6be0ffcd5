using System.Net;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>How Kafka is looked at.</summary>
public sealed record KafkaProberOptions
{
    /// <summary>The time between two looks at one cluster; each is moved by up to a tenth either way, so that clusters are not asked in step.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The shortest time between two looks at one cluster, however many connections come and change: no connection hears of a change more often.
    /// </summary>
    public TimeSpan ShortestInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The time before the second look at a cluster that did not answer; it doubles with each failure up to <see cref="LongestInterval"/>, and is moved likewise.
    /// </summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The longest time between two looks at a cluster that does not answer.</summary>
    public TimeSpan LongestInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a single question may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>
    /// How often a connection hears of nothing but a lag that moves. A lag that becomes known or unknown, that begins or ends, is told after each look.
    /// </summary>
    public TimeSpan LagInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How old the list of all topics may be, which patterns and the search for near names need; it is long on large clusters.</summary>
    public TimeSpan TopicListInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often the state of consumer groups is asked for, and which broker coordinates them.</summary>
    public TimeSpan GroupInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The most requests a second for committed offsets and states of groups, over all brokers of a cluster: librdkafka asks for them group by group, with two to
    /// four small requests each. With many groups a look takes accordingly long.
    /// </summary>
    public int GroupRequestsPerSecond { get; init; } = 400;

    /// <summary>How long a line that librdkafka logs again and again is not repeated in the log.</summary>
    public TimeSpan RepeatedLineInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The namespace that the program itself runs in; null outside a cluster. In other namespaces the short names of Services mean others.</summary>
    public string? OwnNamespace { get; init; }

    /// <summary>Looks a name up.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>> LookUp { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>How long to wait before the next look.</summary>
    /// <param name="failures">Looks in a row that the cluster did not answer.</param>
    /// <param name="chance">From 0 to 1: where in the range of a tenth either way.</param>
    internal TimeSpan PauseAfter(int failures, double chance)
    {
        const int MostDoublings = 10;
        var pause = failures == 0 ? Interval : TimeSpan.FromTicks(Math.Min(LongestInterval.Ticks, RetryInterval.Ticks << Math.Min(failures - 1, MostDoublings)));
        return pause * (0.9 + (0.2 * chance));
    }
}
