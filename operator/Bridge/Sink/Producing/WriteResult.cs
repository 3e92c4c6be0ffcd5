namespace KafkaLogstash.Bridge.Sink.Producing;

/// <summary>What became of a batch.</summary>
/// <param name="Written">How many of its events Kafka acknowledged, this time.</param>
/// <param name="DeadLettered">How many are in the dead-letter topic, since this time.</param>
/// <param name="Refused">Those that can never be written, and are in no dead-letter topic.</param>
/// <param name="Trouble">Why not all of the others were written, and what to do, for people; null when they were. They can be written later.</param>
internal sealed record WriteResult(int Written, int DeadLettered, IReadOnlyList<RefusedEvent> Refused, string? Trouble);
