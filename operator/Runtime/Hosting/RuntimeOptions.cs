namespace KafkaLogstash.Runtime;

/// <summary>Settings of the controller runtime.</summary>
public sealed record RuntimeOptions
{
    /// <summary>The name of the program among those that write to objects (server-side apply's field manager) and report events.</summary>
    public required string FieldManager { get; init; }

    /// <summary>The name of this replica: the holder in the Lease, the reporting instance in events. A pod's name is a good one.</summary>
    public required string Identity { get; init; }

    /// <summary>The namespaces to watch; empty for all.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>The prefix of metric names, without a trailing underscore.</summary>
    public string MetricsPrefix { get; init; } = "controller_runtime";

    /// <summary>Leader election; null where the program is known to run alone.</summary>
    public LeaderElectionOptions? LeaderElection { get; init; }

    /// <summary>The longest a single reconcile may run before it is cancelled and retried.</summary>
    public TimeSpan ReconcileTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a stop waits for running reconciles before it cancels them.</summary>
    public TimeSpan GracefulStop { get; init; } = TimeSpan.FromSeconds(15);
}

/// <summary>Settings of leader election, with client-go's defaults.</summary>
public sealed record LeaderElectionOptions
{
    /// <summary>The Lease's namespace and name.</summary>
    public required NamespacedName Lease { get; init; }

    /// <summary>How long others wait after the last renewal they saw before they take over. Whole seconds.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the leader goes on without a successful renewal before it stops leading; must be shorter than <see cref="LeaseDuration"/>.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The time between attempts to acquire or renew.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);
}
