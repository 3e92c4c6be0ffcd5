using k8s.Models;
using KafkaLogstash.Api;

namespace KafkaLogstash.Operator.Verbs.Overview;

/// <summary>Whether a connection works.</summary>
internal enum Readiness
{
    /// <summary>It does not.</summary>
    False,

    /// <summary>Nobody knows, or the operator has not got to it yet.</summary>
    Unknown,

    /// <summary>It does.</summary>
    True,
}

/// <summary>What there is to say about a connection in one row.</summary>
internal sealed record ConnectionSummary
{
    /// <summary>Its namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it works.</summary>
    public required Readiness Ready { get; init; }

    /// <summary>One word for why.</summary>
    public required string Reason { get; init; }

    /// <summary>What is wrong and what to do, where it does not work; null where it does.</summary>
    public string? Trouble { get; init; }

    /// <summary>The transport.</summary>
    public required string Transport { get; init; }

    /// <summary>Logstash pods that are ready, and those that are wished, as <c>2/3</c>.</summary>
    public required string Pods { get; init; }

    /// <summary>Where events come from and go to in Kafka, for people.</summary>
    public required string Topics { get; init; }

    /// <summary>Records not yet read; null where that is unknown.</summary>
    public long? Lag { get; init; }

    /// <summary>How fast the lag grows, records a second; null where that is unknown.</summary>
    public double? LagRate { get; init; }

    /// <summary>Logstash's version.</summary>
    public required string Version { get; init; }

    /// <summary>Since when it is there.</summary>
    public required TimeSpan Age { get; init; }

    /// <summary>The conditions, those that are a sum of the others last.</summary>
    public required IReadOnlyList<V1Condition> Conditions { get; init; }

    /// <summary>The connection.</summary>
    public required KafkaLogstashConnection Connection { get; init; }

    /// <summary>Sums up a connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="lagRate">How fast its lag grows.</param>
    /// <param name="now">The time.</param>
    public static ConnectionSummary Of(KafkaLogstashConnection connection, double? lagRate, DateTimeOffset now)
    {
        var status = connection.Status ?? new ConnectionStatus();
        var (ready, reason, trouble) = Judge(connection, status);
        return new ConnectionSummary
        {
            Namespace = connection.Metadata.NamespaceProperty ?? "",
            Name = connection.Metadata.Name,
            Ready = ready,
            Reason = reason,
            Trouble = trouble,
            Transport = (status.Transport ?? connection.Spec.Transport).ToString(),
            Pods = status.ReadyRatio ?? $"{status.ReadyReplicas}/{connection.Spec.Logstash.Replicas}",
            Topics = TopicsOf(connection.Spec, status),
            Lag = status.Lag,
            LagRate = lagRate,
            Version = status.Version ?? connection.Spec.Logstash.Version,
            Age = connection.Metadata.CreationTimestamp is { } created && now.UtcDateTime > created.ToUniversalTime() ? now.UtcDateTime - created.ToUniversalTime() : TimeSpan.Zero,
            Conditions = [.. status.Conditions.OrderBy(condition => IsSum(condition))],
            Connection = connection,
        };
    }

    private static (Readiness Ready, string Reason, string? Trouble) Judge(KafkaLogstashConnection connection, ConnectionStatus status)
    {
        if (connection.Metadata.DeletionTimestamp is not null)
        {
            return (Readiness.False, "Deleting", "It is being deleted.");
        }

        if (status.Conditions.FirstOrDefault(condition => condition.Type == "Ready") is not { } ready)
        {
            return (Readiness.Unknown, "NotSeen", "The operator has not looked at it yet. Look whether the operator runs, and whether it watches this namespace.");
        }

        if (status.ObservedGeneration < connection.Metadata.Generation)
        {
            return (Readiness.Unknown, "Outdated", "The operator has not yet looked at the last change of the spec.");
        }

        // Unlike the sum of all, a condition of its own names its own trouble.
        var wrong = status.Conditions.FirstOrDefault(condition => condition.Status == "False" && !IsSum(condition)) ?? ready;
        return ready.Status switch
        {
            "True" => (Readiness.True, ready.Reason, null),
            "False" => (Readiness.False, ready.Reason, $"{wrong.Type} is {wrong.Status} ({wrong.Reason}): {wrong.Message}"),
            _ => (Readiness.Unknown, ready.Reason, ready.Message),
        };
    }

    private static bool IsSum(V1Condition condition) => condition.Type is "Ready" or "Reconciling" or "Stalled";

    private static string TopicsOf(ConnectionSpec spec, ConnectionStatus status)
    {
        var read = spec.Input switch
        {
            null => "",
            { TopicsPattern: { Length: > 0 } pattern } when status.Topics.Count == 0 => $"/{pattern}/",
            { } input => Some(status.Topics.Count > 0 ? [.. status.Topics.Select(topic => topic.Name)] : input.Topics ?? []),
        };
        return spec.Output is null ? read : $"{read} → {spec.Output.TopicId}".TrimStart();
    }

    private static string Some(IReadOnlyList<string> names) =>
        names.Count > 3 ? $"{string.Join(", ", names.Take(3))} and {names.Count - 3} more" : string.Join(", ", names);
}
