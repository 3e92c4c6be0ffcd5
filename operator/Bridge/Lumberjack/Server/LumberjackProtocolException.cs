namespace KafkaLogstash.Bridge.Lumberjack.Server;

/// <summary>A peer does not speak Lumberjack, or goes beyond a bound: its connection is to be closed. The protocol knows no answer that says so.</summary>
/// <param name="reason">Why, in one word, for metrics.</param>
/// <param name="message">The same for people. It holds nothing that was received.</param>
internal sealed class LumberjackProtocolException(string reason, string message) : Exception(message)
{
    /// <summary>Why, in one word.</summary>
    public string Reason { get; } = reason;
}
