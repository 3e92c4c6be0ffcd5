namespace KafkaLogstash.Runtime;

/// <summary>How a work queue holds back keys that fail.</summary>
internal sealed record WorkQueueOptions
{
    /// <summary>The delay of one key that fails again and again.</summary>
    public BackoffPolicy Backoff { get; init; } = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromMinutes(5));

    /// <summary>How many retries a second all keys together may make; client-go's number.</summary>
    public double RetriesPerSecond { get; init; } = 10;

    /// <summary>How many retries may come at once; client-go's number.</summary>
    public int RetryBurst { get; init; } = 100;

    /// <summary>Where the spread of delays comes from.</summary>
    public Random Random { get; init; } = Random.Shared;
}

/// <summary>Is told what happens in a work queue, outside of its lock or within: it must be quick.</summary>
internal interface IWorkQueueObserver
{
    /// <summary>A key was added that was not waiting yet.</summary>
    void Added();

    /// <summary>A key was handed out after waiting that long.</summary>
    void Taken(TimeSpan waited);

    /// <summary>A key was given back after being worked on that long.</summary>
    void Finished(TimeSpan worked);

    /// <summary>A key failed and will be tried again.</summary>
    void Retried();
}

/// <summary>The state of a work queue at one moment.</summary>
/// <param name="Depth">How many keys wait.</param>
/// <param name="Running">How many keys are being worked on.</param>
/// <param name="LongestRunning">How long the slowest of them has been worked on.</param>
/// <param name="Unfinished">How long all of them together have been worked on.</param>
/// <param name="Stalled">How long keys have been waiting without any being taken or given back; zero when none waits.</param>
internal sealed record WorkQueueState(int Depth, int Running, TimeSpan LongestRunning, TimeSpan Unfinished, TimeSpan Stalled)
{
    /// <summary>How long the key that has waited longest waits; zero when none does.</summary>
    public TimeSpan OldestWait { get; init; }

    /// <summary>How many keys have failed since they last succeeded.</summary>
    public int Failing { get; init; }
}
