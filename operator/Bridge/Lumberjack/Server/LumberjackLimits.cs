namespace KafkaLogstash.Bridge.Lumberjack.Server;

/// <summary>What the Lumberjack server bears with. The protocol itself has no bounds.</summary>
internal sealed record LumberjackLimits
{
    /// <summary>How long a connection without windows under way may say nothing (<c>client_inactivity_timeout</c> of the beats input).</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a peer may be waited for, all in all, until a window that it has begun is complete: what it holds meanwhile others can't have.</summary>
    public TimeSpan WindowTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a peer that waits for its acknowledgement is told that the bridge is alive; clients give up after 30 s.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many windows of a connection may wait for Kafka; more are not read.</summary>
    public int WindowsInFlight { get; init; } = 16;

    /// <summary>Pause before what Kafka did not take is tried again; it doubles each time.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest of these pauses.</summary>
    public TimeSpan LongestRetryPause { get; init; } = TimeSpan.FromSeconds(10);
}
