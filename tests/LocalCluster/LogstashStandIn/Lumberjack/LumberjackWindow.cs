using System.Net;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Lumberjack;

/// <summary>One data frame: an event as the client sent it.</summary>
/// <param name="Sequence">Its sequence number.</param>
/// <param name="Json">A JSON object in UTF-8. It was not parsed; the pairs of a version 1 frame were made into an object of strings.</param>
public sealed record LumberjackEvent(uint Sequence, ReadOnlyMemory<byte> Json);

/// <summary>A complete window: the unit that is accepted and acknowledged.</summary>
/// <param name="Peer">Who sent it.</param>
/// <param name="Version">The protocol version as its byte: <c>'1'</c> or <c>'2'</c>.</param>
/// <param name="Events">Its events in order.</param>
public sealed record LumberjackWindow(EndPoint Peer, byte Version, IReadOnlyList<LumberjackEvent> Events)
{
    /// <summary>The number that acknowledges the window: the highest of its sequence numbers, 0 for an empty one.</summary>
    public uint Acknowledgement => Events.Count == 0 ? 0 : Events.Max(logEvent => logEvent.Sequence);
}
