using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.References;
using KafkaLogstash.Controller.Rollout;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Groups;
using KafkaLogstash.Runtime;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Controller.Deletion;

/// <summary>
/// Deletes the consumer group of a connection before the connection goes, where <c>spec.deletionPolicy.consumerGroup</c> is <c>Delete</c>: ends the pods first, as a
/// group with members can't be deleted. It gives up with an event rather than stand in the way of a deletion for ever.
/// </summary>
internal sealed class ConsumerGroupFinalizer(
    IInformers informers,
    IObjectApplier applier,
    IEventRecorder events,
    IReferenceReader reader,
    IConsumerGroups groups,
    ControllerOptions options,
    TimeProvider time,
    ILogger<ConsumerGroupFinalizer> logger) : IEntityFinalizer<KafkaLogstashConnection>
{
    /// <summary>Before the second attempt; it doubles with each one up to <see cref="LongestPause"/>.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>How often it is looked whether the pods have ended: each that ends wakes the connection, too.</summary>
    private static readonly TimeSpan PodInterval = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How to log in to Kafka, by the connection's uid: what deletes a connection often deletes its Secrets in the same moment. It is no more than the prober's
    /// client of the same connection has to keep.
    /// </summary>
    private readonly ConcurrentDictionary<string, KafkaSecrets> _logins = new(StringComparer.Ordinal);

    /// <summary>Deletions under way, by the connection's uid.</summary>
    private readonly ConcurrentDictionary<string, Removal> _removals = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public string Identifier => $"{KafkaLogstashConnection.GroupName}/consumer-group";

    /// <inheritdoc />
    public bool AppliesTo(KafkaLogstashConnection entity) =>
        entity.Spec is { Input: not null, DeletionPolicy.ConsumerGroup: DeletionAction.Delete, Kafka.Probe: ProbeMode.Enabled };

    /// <inheritdoc />
    public async Task<ReconcileResult> FinalizeAsync(KafkaLogstashConnection entity, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();

        // Counted from the first look: an operator that was away has all the time to do what was left undone.
        var removal = _removals.GetOrAdd(entity.Metadata.Uid, _ => new Removal(now));
        if (removal.IsOver || !AppliesTo(entity))
        {
            return ReconcileResult.Done;
        }

        if (removal.NextAttempt > now)
        {
            return ReconcileResult.RequeueAfter(removal.NextAttempt - now);
        }

        GroupDeletion deletion;
        try
        {
            if (Blocker(entity) is { } blocker)
            {
                return GiveUp(entity, blocker);
            }

            if (removal.Secrets is null)
            {
                var (secrets, problem) = await SecretsAsync(entity, cancellationToken);
                if (secrets is null)
                {
                    return GiveUp(entity, problem);
                }

                _removals[entity.Metadata.Uid] = removal = removal with { Secrets = secrets };
            }

            await EndPodsAsync(entity, cancellationToken);
            var pods = Pods(entity);
            if (pods.Count > 0)
            {
                return IsOverdue(removal, now) ? GiveUp(entity, $"{Listed(pods)} did not end within {Span(options.GroupDeletionTimeout)}.") : ReconcileResult.RequeueAfter(PodInterval);
            }

            deletion = await groups.DeleteAsync(entity.Metadata.NamespaceProperty, entity.Spec.Kafka, removal.Secrets, entity.GroupId(), cancellationToken);
        }
        catch (ApiException e)
        {
            deletion = new GroupDeletion(GroupDeletionResult.NotYet, e.Message);
        }

        return deletion.Result switch
        {
            GroupDeletionResult.Gone => Succeed(entity, deletion.Message),
            GroupDeletionResult.Refused => GiveUp(entity, deletion.Message),
            _ when IsOverdue(removal, time.GetUtcNow()) => GiveUp(entity, $"{deletion.Message} That was so for {Span(options.GroupDeletionTimeout)}."),
            _ => Again(entity, removal),
        };
    }

    /// <summary>Remembers how a connection logs in to Kafka, where its group is to be deleted with it.</summary>
    public void Remember(KafkaLogstashConnection entity, KafkaSecrets secrets)
    {
        if (AppliesTo(entity))
        {
            _logins[entity.Metadata.Uid] = secrets;
        }
        else
        {
            _logins.TryRemove(entity.Metadata.Uid, out _);
        }
    }

    /// <summary>Forgets a connection that is gone.</summary>
    public void Forget(KafkaLogstashConnection entity)
    {
        _removals.TryRemove(entity.Metadata.Uid, out _);
        _logins.TryRemove(entity.Metadata.Uid, out _);
    }

    /// <summary>Says who else reads as the same group of what may be the same cluster; null where nobody is known to.</summary>
    private string? Blocker(KafkaLogstashConnection entity)
    {
        var other = informers.For<KafkaLogstashConnection>().Cache.List()
            .Where(other => other.Metadata.Uid != entity.Metadata.Uid
                && other.Metadata.DeletionTimestamp is null
                && other.Spec.Input is not null
                && string.Equals(other.GroupId(), entity.GroupId(), StringComparison.Ordinal)
                && SameKafka.IsPossible(entity, other))
            .MinBy(other => other.Key().ToString(), StringComparer.Ordinal);
        return other is null ? null : $"The connection {other.Key()} reads as the same group, of what may be the same Kafka.";
    }

    /// <summary>The credentials as they are, or, where they are gone, as they were last; null with the reason where neither is known.</summary>
    private async Task<(KafkaSecrets? Secrets, string Problem)> SecretsAsync(KafkaLogstashConnection entity, CancellationToken cancellationToken)
    {
        var kafka = entity.Spec.Kafka;
        var last = _logins.GetValueOrDefault(entity.Metadata.Uid);
        ReferenceResolution resolution;
        try
        {
            resolution = await reader.ReadAsync(entity.Metadata.NamespaceProperty, ConnectionReferences.OfKafka(kafka), cancellationToken);
        }
        catch (ApiException e) when (e.StatusCode == HttpStatusCode.Forbidden && last is not null)
        {
            // A namespace that is deleted may lose the operator's Role in it before its connections.
            return (last, "");
        }

        var secrets = KafkaSecretsReader.Read(kafka, resolution.Values, out var unusable);
        var problems = resolution.Missing.AddRange(unusable);
        return problems.IsEmpty ? (secrets, "") : (last, $"The operator can't log in to Kafka any more. {string.Join(' ', problems)}");
    }

    private async Task EndPodsAsync(KafkaLogstashConnection entity, CancellationToken cancellationToken)
    {
        foreach (var deployment in informers.For<V1Deployment>().Cache.ByIndex(OwnedKinds.OwnerIndex, entity.Metadata.Uid))
        {
            if (deployment.Metadata.DeletionTimestamp is null && await applier.DeleteAsync(deployment, cancellationToken))
            {
                events.Record(
                    entity, EventType.Normal, "Deleted", "Delete", $"Deleted Deployment {deployment.Metadata.Name}: its pods must leave the consumer group '{entity.GroupId()}' before that is deleted.");
            }
        }
    }

    /// <summary>The pods of the connection that may still be members of the group.</summary>
    private List<string> Pods(KafkaLogstashConnection entity) =>
    [
        .. informers.For<V1Pod>().Cache.ByIndex(ConnectionController.PodIndex, entity.Key().ToString())
            .Where(pod => !pod.HasEnded())
            .Select(pod => pod.Metadata.Name)
            .Order(StringComparer.Ordinal),
    ];

    private bool IsOverdue(Removal removal, DateTimeOffset now) => now - removal.Begun >= options.GroupDeletionTimeout;

    private ReconcileResult Again(KafkaLogstashConnection entity, Removal removal)
    {
        var now = time.GetUtcNow();
        var rest = removal.Begun + options.GroupDeletionTimeout - now;
        var pause = rest < removal.Pause ? rest : removal.Pause;
        var doubled = removal.Pause * 2;
        _removals[entity.Metadata.Uid] = removal with { NextAttempt = now + pause, Pause = doubled < LongestPause ? doubled : LongestPause };
        return ReconcileResult.RequeueAfter(pause);
    }

    private ReconcileResult Succeed(KafkaLogstashConnection entity, string message)
    {
        events.Record(entity, EventType.Normal, "GroupDeleted", "DeleteGroup", message);
        return End(entity);
    }

    private ReconcileResult GiveUp(KafkaLogstashConnection entity, string reason)
    {
        var group = entity.GroupId();
        logger.LogWarning("The consumer group {Group} of {Connection} stays in Kafka: {Reason}", group, entity.Key(), reason);
        events.Record(
            entity,
            EventType.Warning,
            "GroupKept",
            "DeleteGroup",
            $"The consumer group '{group}' stays in Kafka. {reason} Where nobody needs it, delete it with: kafka-consumer-groups.sh --bootstrap-server {string.Join(',', entity.Spec.Kafka.BootstrapServers)} --delete --group {group}");
        return End(entity);
    }

    /// <summary>A cache that lags behind may bring the connection once more: what is over is not begun again.</summary>
    private ReconcileResult End(KafkaLogstashConnection entity)
    {
        _removals[entity.Metadata.Uid] = new Removal(time.GetUtcNow()) { IsOver = true };
        return ReconcileResult.Done;
    }

    private static string Listed(List<string> pods) => pods.Count == 1 ? $"The pod {pods[0]}" : $"{pods.Count} pods, {pods[0]} among them,";

    private static string Span(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s");

    /// <summary>The deletion of a group under way.</summary>
    /// <param name="Begun">When it was first looked at, UTC.</param>
    private sealed record Removal(DateTimeOffset Begun)
    {
        /// <summary>How to log in to Kafka; null until it was read. It is kept no longer than the deletion takes.</summary>
        public KafkaSecrets? Secrets { get; init; }

        /// <summary>No attempt is made before, UTC.</summary>
        public DateTimeOffset NextAttempt { get; init; }

        /// <summary>How long to wait after the next attempt that fails.</summary>
        public TimeSpan Pause { get; init; } = FirstPause;

        /// <summary>Whether the group is deleted, or was given up.</summary>
        public bool IsOver { get; init; }

        /// <summary>A fixed text: secrets never reach a log by accident.</summary>
        public override string ToString() => nameof(Removal);
    }
}
