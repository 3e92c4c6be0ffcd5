using Confluent.Kafka;

namespace KafkaLogstash.Bridge.Sink.Producing;

/// <summary>What an error of a record means.</summary>
internal enum DeliveryVerdict
{
    /// <summary>Kafka may take it later: nothing is wrong with the record.</summary>
    Later,

    /// <summary>It was refused in its batch: by the broker, for this record or for another one; or by the client, whose batches are shorter than what a topic may take.</summary>
    Suspect,

    /// <summary>Kafka will never take it.</summary>
    Never,
}

/// <summary>Tells what is wrong with a record from what is wrong with Kafka.</summary>
internal static class DeliveryErrors
{
    /// <summary>What an error means.</summary>
    /// <param name="record">The record.</param>
    /// <param name="wasAlone">Whether no other record was in its batch.</param>
    /// <param name="isLimited">Whether somebody has chosen the client's own limit (<c>message.max.bytes</c>).</param>
    public static DeliveryVerdict Judge(FailedRecord record, bool wasAlone, bool isLimited = false) => record.Error switch
    {
        ErrorCode.MsgSizeTooLarge when record.IsLocal && isLimited => DeliveryVerdict.Never,
        ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge or ErrorCode.InvalidRecord or ErrorCode.InvalidTimestamp or ErrorCode.InvalidMsgSize
            or ErrorCode.TopicException or ErrorCode.PolicyViolation => wasAlone ? DeliveryVerdict.Never : DeliveryVerdict.Suspect,
        (ErrorCode)DifferentRecord => DeliveryVerdict.Suspect,
        _ => DeliveryVerdict.Later,
    };

    /// <summary>Why a record is refused for good.</summary>
    public static RefusalReason Reason(ErrorCode error) =>
        error is ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge or ErrorCode.InvalidMsgSize ? RefusalReason.TooLarge : RefusalReason.Invalid;

    /// <summary>What is wrong with a record that is refused for good, and what to do.</summary>
    public static string Describe(FailedRecord record, int bytes, string topic) => Reason(record.Error) == RefusalReason.TooLarge
        ? $"The event has {bytes} bytes; {(record.IsLocal ? "message.max.bytes of the bridge's Kafka properties" : $"max.message.bytes of the topic {topic}")} allows fewer. Raise it, or shorten the event."
        : $"The topic {topic} takes no such record: {record.Error.GetReason()}. A compacted topic needs a message key.";

    /// <summary>Why records can't be written now, and what to do.</summary>
    public static string Explain(ErrorCode error, string topic) => error switch
    {
        ErrorCode.TopicAuthorizationFailed => $"The topic {topic} may not be written to with the bridge's credentials: give them WRITE and DESCRIBE on it.",
        ErrorCode.ClusterAuthorizationFailed => "The bridge's credentials may not write idempotently: give them IDEMPOTENT_WRITE on the cluster (brokers before 3.0), or set acks to 1.",
        ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition =>
            $"The topic {topic} does not exist: create it, or let brokers create topics (auto.create.topics.enable).",
        ErrorCode.NotEnoughReplicas or ErrorCode.NotEnoughReplicasAfterAppend => $"The topic {topic} has fewer replicas in sync than min.insync.replicas asks for.",
        ErrorCode.Local_MsgTimedOut => $"Kafka did not acknowledge records of {topic} in time.",
        ErrorCode.Local_Fatal or ErrorCode.OutOfOrderSequenceNumber or ErrorCode.UnknownProducerId or ErrorCode.InvalidProducerIdMapping or ErrorCode.InvalidProducerEpoch
            or ErrorCode.ProducerFenced => "Kafka's client lost its place and is made anew.",
        ErrorCode.Local_InvalidArg => "A Kafka client for single records can't be made: librdkafka refuses a property, or can't read a file that one names.",
        ErrorCode.Local_PurgeQueue or ErrorCode.Local_PurgeInflight => "The bridge ends, or its Kafka client is made anew.",
        _ => $"Kafka does not take records of {topic}: {error.GetReason()}",
    };

    /// <summary><c>RD_KAFKA_RESP_ERR__INVALID_DIFFERENT_RECORD</c>: another record of the batch was invalid.</summary>
    private const int DifferentRecord = -138;
}
