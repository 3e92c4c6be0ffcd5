using Confluent.Kafka;
using KafkaLogstash.LocalCluster.Kafka;

namespace KafkaLogstash.Soak.Faults;

/// <summary>Does to a mock cluster what a plan says.</summary>
/// <param name="kafka">The cluster.</param>
/// <param name="topic">Its topic.</param>
/// <param name="partitions">The topic's partitions.</param>
/// <param name="group">The consumer group, if there is one.</param>
/// <param name="passing">The errors of <see cref="FaultKind.BrokerErrors"/>.</param>
internal sealed class BrokerFaults(KafkaMockCluster kafka, string topic, int partitions, string group, IReadOnlyList<(KafkaApiKey Request, ErrorCode Error)> passing)
{
    /// <summary>Errors that pass where records are read.</summary>
    public static IReadOnlyList<(KafkaApiKey Request, ErrorCode Error)> ForConsumers { get; } =
    [
        (KafkaApiKey.Fetch, ErrorCode.NotLeaderForPartition),
        (KafkaApiKey.Fetch, ErrorCode.Local_Transport),
        (KafkaApiKey.Produce, ErrorCode.NotLeaderForPartition),
        (KafkaApiKey.Produce, ErrorCode.RequestTimedOut),
        (KafkaApiKey.Produce, ErrorCode.NotEnoughReplicas),
        (KafkaApiKey.OffsetCommit, ErrorCode.GroupLoadInProgress),
        (KafkaApiKey.OffsetCommit, ErrorCode.NotCoordinatorForGroup),
        (KafkaApiKey.OffsetFetch, ErrorCode.GroupLoadInProgress),
        (KafkaApiKey.Heartbeat, ErrorCode.RebalanceInProgress),
        (KafkaApiKey.Heartbeat, ErrorCode.NotCoordinatorForGroup),
        (KafkaApiKey.JoinGroup, ErrorCode.GroupCoordinatorNotAvailable),
        (KafkaApiKey.SyncGroup, ErrorCode.RebalanceInProgress),
        (KafkaApiKey.FindCoordinator, ErrorCode.GroupCoordinatorNotAvailable),
        (KafkaApiKey.Metadata, ErrorCode.Local_Transport),
    ];

    /// <summary>Errors that pass where records are written. Permission may be given again, too: until then senders are to come again.</summary>
    public static IReadOnlyList<(KafkaApiKey Request, ErrorCode Error)> ForProducers { get; } =
    [
        (KafkaApiKey.Produce, ErrorCode.NotLeaderForPartition),
        (KafkaApiKey.Produce, ErrorCode.LeaderNotAvailable),
        (KafkaApiKey.Produce, ErrorCode.RequestTimedOut),
        (KafkaApiKey.Produce, ErrorCode.NotEnoughReplicas),
        (KafkaApiKey.Produce, ErrorCode.NotEnoughReplicasAfterAppend),
        (KafkaApiKey.Produce, ErrorCode.TopicAuthorizationFailed),
        (KafkaApiKey.Produce, ErrorCode.UnknownTopicOrPart),
        (KafkaApiKey.Produce, ErrorCode.Local_Transport),
        (KafkaApiKey.InitProducerId, ErrorCode.GroupLoadInProgress),
        (KafkaApiKey.InitProducerId, ErrorCode.Local_Transport),
        (KafkaApiKey.ApiVersions, ErrorCode.Local_Transport),
        (KafkaApiKey.Metadata, ErrorCode.Local_Transport),
    ];

    /// <summary>Does it, and undoes what passes.</summary>
    public async Task ApplyAsync(Fault fault, CancellationToken cancellationToken)
    {
        var broker = kafka.Brokers[fault.Variant % kafka.Brokers.Count];
        switch (fault.Kind)
        {
            case FaultKind.BrokerDown:
                kafka.SetBrokerDown(broker);
                try
                {
                    await Task.Delay(fault.Duration, cancellationToken);
                }
                finally
                {
                    kafka.SetBrokerUp(broker);
                }

                break;
            case FaultKind.BrokerErrors:
                var (request, error) = passing[fault.Variant % passing.Count];
                kafka.PushRequestErrors(request, [.. Enumerable.Repeat(error, 1 + (fault.Target % 4))]);
                break;
            case FaultKind.MoveLeader:
                kafka.SetPartitionLeader(topic, fault.Target % partitions, broker);
                break;
            case FaultKind.MoveCoordinator:
                kafka.SetCoordinator(group, broker);
                break;
            case FaultKind.LoseProducer:
                kafka.PushRequestErrors(KafkaApiKey.Produce, ErrorCode.OutOfOrderSequenceNumber);
                break;
            case FaultKind.KillBridge or FaultKind.StopBridge or FaultKind.MisbehaveLogstash or FaultKind.RudeSender:
                throw new ArgumentException($"{fault.Kind} is no fault of a broker.", nameof(fault));
            default:
                throw new ArgumentOutOfRangeException(nameof(fault));
        }
    }

    /// <summary>Takes back what was not used up.</summary>
    public void Heal()
    {
        foreach (var request in passing.Select(item => item.Request).Append(KafkaApiKey.Produce).Distinct())
        {
            kafka.ClearRequestErrors(request);
        }
    }
}
