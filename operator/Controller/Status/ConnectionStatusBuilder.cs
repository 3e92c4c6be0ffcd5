using System.Globalization;
using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Rendering;
using KafkaLogstash.Controller.Rendering.Bridges;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.Runtime;

namespace KafkaLogstash.Controller.Status;

/// <summary>Works out a connection's status from what is known: a pure function. A condition keeps its time until its status changes.</summary>
internal static class ConnectionStatusBuilder
{
    /// <summary>What the API lets a condition's message be, characters.</summary>
    private const int LongestMessage = 4096;

    private const int MostTopicsShown = 3;

    private const string NotProbedReason = "NotProbed";

    /// <summary>Works it out.</summary>
    /// <param name="connection">The connection with the status it has.</param>
    /// <param name="outcome">How far the reconcile came.</param>
    /// <param name="logstash">How the Logstash pods are.</param>
    /// <param name="bridge">How the bridge pods are; null with the transport Native.</param>
    /// <param name="kafka">What Kafka looks like; null where nothing is known.</param>
    /// <param name="rollout">How the pipeline that runs came to the pods; null while it is on its way.</param>
    /// <param name="now">The time, UTC.</param>
    public static ConnectionStatus Build(
        KafkaLogstashConnection connection,
        ReconcileOutcome outcome,
        LogstashHealth logstash,
        BridgeHealth? bridge,
        KafkaFacts? kafka,
        RolloutStatus? rollout,
        DateTimeOffset now)
    {
        var spec = connection.Spec;
        var previous = connection.Status ?? new ConnectionStatus();
        var isSameSpec = previous.ObservedGeneration == connection.Metadata.Generation;
        var (reachable, topics) = Kafka(spec, kafka, outcome, isSameSpec ? previous : new ConnectionStatus());
        var isKafkaKnown = kafka is not null || reachable.Reason != NotProbedReason;
        var verdicts = new List<(string Type, Verdict Verdict)>
        {
            (ConditionTypes.Accepted, outcome.Accepted),
            (ConditionTypes.ReferencesResolved, outcome.ReferencesResolved),
            (ConditionTypes.KafkaReachable, reachable),
            (ConditionTypes.TopicsAvailable, topics),
            (ConditionTypes.LogstashAvailable, logstash.Available),
        };
        if (bridge is not null)
        {
            verdicts.Add((ConditionTypes.BridgeAvailable, bridge.Available));
        }

        var failed = outcome is { Failure: { } failure, Accepted.Holds: not false, ReferencesResolved.Holds: not false }
            ? new Verdict(false, "ApplyFailed", Unless($"{Explain(failure)} It is tried again.", previous.Conditions.FirstOrDefault(condition => condition.Type == ConditionTypes.Ready)?.Message))
            : null;
        var first = verdicts.FirstOrDefault(entry => entry.Verdict.Holds == false || (entry.Verdict.Holds is null && !MayBeUnknown(entry.Type, entry.Verdict)));
        var ready = failed ?? (first.Verdict is { } reason
            ? new Verdict(false, reason.Reason, $"{first.Type}: {reason.Message}")
            : outcome.Paused
                ? new Verdict(true, "Paused", "What runs is left as it is (spec.paused is true).")
                : new Verdict(true, "Ready", bridge is null ? logstash.Available.Message : $"{logstash.Available.Message} {bridge.Available.Message}"));

        var stalled = outcome.Accepted.Holds == false
            ? new Verdict(true, outcome.Accepted.Reason, outcome.Accepted.Reason is "NameTaken" or "Refused"
                ? "The spec has to be changed, or what stands in its way: see the condition Accepted."
                : "The spec has to be changed: see the condition Accepted.")
            : logstash.Stalled
                ? new Verdict(true, logstash.Available.Reason, logstash.Available.Message)
                : bridge is { Stalled: true }
                    ? new Verdict(true, bridge.Available.Reason, bridge.Available.Message)
                    : new Verdict(false, "Progressing", "Nothing stands in the way.");
        var reconciling = ready.Holds == true || stalled.Holds == true
            ? new Verdict(false, ready.Holds == true ? "Done" : "Stalled", "Nothing is under way.")
            : outcome.Paused
                ? new Verdict(false, "Paused", "Nothing is done while spec.paused is true.")
                : new Verdict(true, ready.Reason, ready.Message);

        verdicts.InsertRange(0, [(ConditionTypes.Ready, ready), (ConditionTypes.Reconciling, reconciling), (ConditionTypes.Stalled, stalled)]);
        var generation = connection.Metadata.Generation;
        return new ConnectionStatus
        {
            ObservedGeneration = generation,
            Conditions = [.. verdicts.Select(entry => Condition(entry.Type, entry.Verdict, previous, generation, now))],
            Replicas = logstash.Replicas,
            ReadyReplicas = logstash.ReadyReplicas,
            Flow = Flow(spec),
            ReadyRatio = string.Create(CultureInfo.InvariantCulture, $"{logstash.ReadyReplicas}/{logstash.WishedReplicas}"),
            Selector = ConnectionLabels.SelectorText(connection.Metadata.Name, spec.Logstash.External is null ? Workload.Logstash : Workload.Bridge),
            Transport = spec.Transport,
            Version = spec.Logstash.External is null ? spec.Logstash.Version : null,

            // What is rolled out: while pods differ, the last that all of them ran.
            PipelineHash = logstash.RunningDigest ?? previous.PipelineHash,

            // It tells of the time when the pipeline came: pods that are replaced later say nothing about that.
            Rollout = logstash.RunningDigest is null || logstash.RunningDigest == previous.PipelineHash ? previous.Rollout ?? rollout : rollout,
            GroupId = spec.Input is null ? null : connection.GroupId(),
            Topics = kafka is null && isKafkaKnown ? previous.Topics : [.. (kafka?.Topics ?? []).Select(topic => new TopicStatus { Name = topic.Name, Partitions = topic.Partitions, Lag = topic.Lag })],
            Lag = kafka is null && isKafkaKnown ? previous.Lag : kafka?.Lag,
            Bridge = bridge is null
                ? null
                : new BridgeStatus { Replicas = bridge.Replicas, ReadyReplicas = bridge.ReadyReplicas, SinkUrl = new BridgePlan(connection).SinkUrl },
        };
    }

    /// <summary>What happened, in words. Texts of other exceptions were not written for people, and nobody knows what is in them.</summary>
    private static string Explain(Exception failure) => failure is ApiException or TimeoutException or HttpRequestException
        ? $"The API server did not take what the spec leads to: {failure.Message.TrimEnd('.')}."
        : $"The operator failed at this spec ({failure.GetType().Name}): its log says more.";

    /// <summary>
    /// A text, unless there was one before that differs in digits alone: ports of connections and numbers of requests. A status that changes wakes the operator, which would fail again at
    /// once instead of after a pause.
    /// </summary>
    private static string Unless(string text, string? before)
    {
        return before is not null && WithoutDigits(text) == WithoutDigits(before) ? before : text;

        static string WithoutDigits(string text) => string.Concat(text.Where(character => !char.IsAsciiDigit(character)));
    }

    /// <summary>What the operator can't find out keeps nothing from being ready.</summary>
    private static bool MayBeUnknown(string type, Verdict verdict) =>
        type is ConditionTypes.KafkaReachable or ConditionTypes.TopicsAvailable || verdict.Reason == LogstashHealth.ExternalReason;

    /// <summary>What is known of Kafka; until it is asked, which is so after each start of the operator, what was known of it before.</summary>
    private static (Verdict Reachable, Verdict Topics) Kafka(ConnectionSpec spec, KafkaFacts? facts, ReconcileOutcome outcome, ConnectionStatus before)
    {
        if (spec.Kafka.Probe == ProbeMode.Disabled)
        {
            var disabled = new Verdict(null, "ProbeDisabled", "The operator does not dial Kafka for this connection (spec.kafka.probe is Disabled).");
            return (disabled, disabled);
        }

        if (facts is null)
        {
            if (outcome.Accepted.Holds != true || outcome.ReferencesResolved.Holds != true)
            {
                var unasked = new Verdict(null, NotProbedReason, "Kafka is asked once the spec is valid and its references are there.");
                return (unasked, unasked);
            }

            var unknown = new Verdict(null, NotProbedReason, "Kafka has not answered yet.");
            return (Verdict.Of(before, ConditionTypes.KafkaReachable) ?? unknown, Verdict.Of(before, ConditionTypes.TopicsAvailable) ?? unknown);
        }

        return (Found(facts.Reachable), Found(facts.TopicsAvailable));

        static Verdict Found(KafkaFinding finding) => new(finding.Holds, finding.Reason, finding.Message);
    }

    private static string Flow(ConnectionSpec spec)
    {
        var topics = spec.Input?.Topics ?? [];
        var read = spec.Input?.TopicsPattern is { } pattern
            ? $"/{pattern}/"
            : string.Join(", ", topics.Take(MostTopicsShown)) + (topics.Count > MostTopicsShown ? $" and {topics.Count - MostTopicsShown} more" : "");
        return (read.Length > 0, spec.Output) switch
        {
            (true, { } output) => $"{read} → {output.TopicId}",
            (false, { } output) => $"→ {output.TopicId}",
            _ => read,
        };
    }

    private static V1Condition Condition(string type, Verdict verdict, ConnectionStatus previous, long? generation, DateTimeOffset now)
    {
        var before = previous.Conditions.FirstOrDefault(condition => condition.Type == type);
        return new V1Condition
        {
            Type = type,
            Status = verdict.Status,
            Reason = verdict.Reason,
            Message = verdict.Message.Length <= LongestMessage ? verdict.Message : verdict.Message[..LongestMessage],
            ObservedGeneration = generation,

            // Whole seconds: that is what the API keeps.
            LastTransitionTime = before is { LastTransitionTime: { } since } && before.Status == verdict.Status
                ? since
                : new DateTime(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerSecond), DateTimeKind.Utc),
        };
    }
}
