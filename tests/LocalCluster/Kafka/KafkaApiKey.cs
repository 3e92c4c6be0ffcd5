namespace KafkaLogstash.LocalCluster.Kafka;

/// <summary>The request types of the Kafka protocol that the mock cluster can be told to fail or to count (the protocol's own numbers).</summary>
public enum KafkaApiKey : short
{
    /// <summary>Produce: records from a producer to a partition's leader.</summary>
    Produce = 0,

    /// <summary>Fetch: records from a partition's leader to a consumer.</summary>
    Fetch = 1,

    /// <summary>ListOffsets: a partition's earliest or latest offset.</summary>
    ListOffsets = 2,

    /// <summary>Metadata: brokers, topics, partitions and their leaders.</summary>
    Metadata = 3,

    /// <summary>OffsetCommit: a consumer group's positions, written.</summary>
    OffsetCommit = 8,

    /// <summary>OffsetFetch: a consumer group's committed positions, read.</summary>
    OffsetFetch = 9,

    /// <summary>FindCoordinator: which broker coordinates a group or transaction.</summary>
    FindCoordinator = 10,

    /// <summary>JoinGroup: a consumer enters the group (classic protocol).</summary>
    JoinGroup = 11,

    /// <summary>Heartbeat: a consumer says it is alive (classic protocol).</summary>
    Heartbeat = 12,

    /// <summary>LeaveGroup: a consumer leaves the group (classic protocol).</summary>
    LeaveGroup = 13,

    /// <summary>SyncGroup: the leader hands out the assignment (classic protocol).</summary>
    SyncGroup = 14,

    /// <summary>DescribeGroups: the state and the members of consumer groups (classic protocol). The mock cluster does not serve it.</summary>
    DescribeGroups = 15,

    /// <summary>SaslHandshake: the mechanism a client wishes. The mock cluster does not serve it.</summary>
    SaslHandshake = 17,

    /// <summary>ApiVersions: what the broker can do; the first request of every connection.</summary>
    ApiVersions = 18,

    /// <summary>InitProducerId: the identity of an idempotent or transactional producer.</summary>
    InitProducerId = 22,

    /// <summary>OffsetForLeaderEpoch: detects a truncated log after a change of leader.</summary>
    OffsetForLeaderEpoch = 23,

    /// <summary>DescribeConfigs: settings of topics and brokers. The mock cluster does not serve it.</summary>
    DescribeConfigs = 32,

    /// <summary>SaslAuthenticate: a step of a login. The mock cluster does not serve it.</summary>
    SaslAuthenticate = 36,

    /// <summary>DeleteGroups: takes consumer groups away, with what they have committed. The mock cluster does not serve it.</summary>
    DeleteGroups = 42,
}
