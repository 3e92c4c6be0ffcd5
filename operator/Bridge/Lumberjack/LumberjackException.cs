namespace KafkaLogstash.Bridge.Lumberjack;

/// <summary>A connection to Logstash has ended, or could not be made. The message is for people and says why.</summary>
internal sealed class LumberjackException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>
    /// Whether the peer ended it after all of the oldest window had arrived, without an acknowledgement: what the beats input does when it can't make an event of what it was sent.
    /// </summary>
    public bool WindowRefused { get; init; }
}
