using Confluent.Kafka;
using KafkaLogstash.LocalCluster.Kafka;

namespace KafkaLogstash.Soak.Faults;

/// <summary>Does to a mock cluster what a plan says.</summary>
/// <param name="kafka">The cluster.</param>
/// <param name="topic">Its topic.</param>
/// <param name="partitions">The topic's partitions.</param>
/// <param name="group">The consumer group, if there is one.</param>
internal sealed class BrokerFaults(KafkaMockCluster kafka, string topic, int partitions, string group)
{
    private static readonly (KafkaApiKey Request, ErrorCode Error)[] Passing =
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
                var (request, error) = Passing[fault.Variant % Passing.Length];
                kafka.PushRequestErrors(request, [.. Enumerable.Repeat(error, 1 + (fault.Target % 4))]);
                break;
            case FaultKind.MoveLeader:
                kafka.SetPartitionLeader(topic, fault.Target % partitions, broker);
                break;
            case FaultKind.MoveCoordinator:
                kafka.SetCoordinator(group, broker);
                break;
            case FaultKind.KillBridge or FaultKind.StopBridge or FaultKind.MisbehaveLogstash:
                throw new ArgumentException($"{fault.Kind} is no fault of a broker.", nameof(fault));
            default:
                throw new ArgumentOutOfRangeException(nameof(fault));
        }
    }

    /// <summary>Takes back what was not used up.</summary>
    public void Heal()
    {
        foreach (var request in Passing.Select(item => item.Request).Distinct())
        {
            kafka.ClearRequestErrors(request);
        }
    }
}
