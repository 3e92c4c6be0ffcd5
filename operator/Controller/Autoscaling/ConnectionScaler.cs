using System.Collections.Concurrent;
using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Rollout;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.Runtime;

namespace KafkaLogstash.Controller.Autoscaling;

/// <summary>Scales connections by lag: remembers for each what the <see cref="Autoscaler"/> needs to know, and asks it.</summary>
internal sealed class ConnectionScaler(TimeProvider time)
{
    /// <summary>How often a connection that is scaled is looked at though nothing changed: steps and windows end by the clock.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<NamespacedName, Scaled> _scaled = new();

    /// <summary>The number of pods that was last decided on; null before the first decision.</summary>
    public int? Replicas(NamespacedName key) => _scaled.TryGetValue(key, out var scaled) ? scaled.Replicas : null;

    /// <summary>Decides how many pods a connection should have.</summary>
    /// <param name="connection">The connection, which is to be scaled.</param>
    /// <param name="deployment">Its Deployment.</param>
    /// <param name="facts">What Kafka looks like; null where nothing is known.</param>
    public ScalingStep Decide(KafkaLogstashConnection connection, V1Deployment deployment, KafkaFacts? facts)
    {
        if (connection.Spec is not { Autoscaling: { } spec, Input: { } input })
        {
            throw new ArgumentException("The connection is not to be scaled.", nameof(connection));
        }

        var now = time.GetUtcNow();
        var rules = ScalingRules.Of(spec);
        var before = _scaled.GetOrAdd(connection.Key(), _ => new Scaled(ScalingState.Begin(now), deployment.Spec.Replicas ?? 1, false));
        var (useful, reason) = UsefulConsumers.Pods(connection.Spec, input, [.. (facts?.Topics ?? []).Where(topic => topic.IsRead)]);
        var decision = Autoscaler.Decide(rules, before.State, new ScalingInput(now, before.Replicas, facts?.Lag)
        {
            UsefulReplicas = useful,
            UsefulReason = reason,
            EndOffsets = facts?.EndOffsets,
            MeasuredAt = facts?.At ?? now,
            AllReady = IsReady(deployment, before.Replicas) && facts?.Group is null or { State: "Stable" },
        });
        _scaled[connection.Key()] = new Scaled(decision.Next, decision.Replicas, decision.IsShort);
        return new ScalingStep(before.Replicas, decision, decision.IsShort == before.IsShort ? null : decision.IsShort);
    }

    /// <summary>Forgets a connection that is gone or no longer scaled.</summary>
    public void Forget(NamespacedName key) => _scaled.TryRemove(key, out _);

    private static bool IsReady(V1Deployment deployment, int replicas) =>
        deployment.Spec.Replicas == replicas
        && deployment.Status is { } status
        && deployment.IsObserved()
        && status.Replicas == replicas
        && status.ReadyReplicas == replicas;

    private sealed record Scaled(ScalingState State, int Replicas, bool IsShort);
}

/// <summary>A decision, and what it changes.</summary>
/// <param name="From">The pods wished before.</param>
/// <param name="Decision">The decision.</param>
/// <param name="BecameShort">True where pods have begun to be too few for good, false where that has ended; null where nothing changed about it.</param>
internal sealed record ScalingStep(int From, ScalingDecision Decision, bool? BecameShort);
