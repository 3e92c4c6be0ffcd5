using Confluent.Kafka;

namespace KafkaLogstash.Bridge.Source.Events;

/// <summary>What an event says about the record it was made of.</summary>
/// <param name="Topic">Its topic.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="Offset">Its offset.</param>
/// <param name="UnixMilliseconds">Its timestamp, in milliseconds since 1970 (UTC); negative where it has none.</param>
/// <param name="Headers">Its headers; null where they are not asked for.</param>
internal readonly record struct RecordMetadata(string Topic, int Partition, long Offset, long UnixMilliseconds, Headers? Headers);
