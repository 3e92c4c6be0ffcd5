using Confluent.Kafka;
using KafkaLogstash.Bridge.Hosting;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Source;

/// <summary>What is wrong with Kafka, from the first error until it is known to be over. For the thread that consumes; librdkafka's errors come to it there.</summary>
/// <param name="settings">What the bridge reads.</param>
/// <param name="status">What is to be said.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class KafkaTrouble(Bridging.SourceSettings settings, SourceStatus status, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(1);

    private string? _text = "It has not been reached yet.";
    private bool _overWhenAnswered = true;
    private RoleException? _fatal;
    private long _lookedAt = time.GetTimestamp();

    /// <summary>An error was reported.</summary>
    public void Failed(Error error)
    {
        if (error.IsFatal)
        {
            _fatal = new RoleException($"Kafka's client gave up: {error.Reason} ({error.Code}). It is made anew.");
            return;
        }

        if (Explain(error) is not var (text, overWhenAnswered))
        {
            return;
        }

        if (_text != text)
        {
            LogTrouble(logger, text);
        }

        (_text, _overWhenAnswered) = (text, overWhenAnswered);
        status.Kafka(text);
    }

    /// <summary>Kafka has given partitions or records: whatever was wrong is over.</summary>
    public void Reached()
    {
        if (_text is not null)
        {
            _text = null;
            status.Kafka(trouble: null);
        }
    }

    /// <summary>Ends the loop after an error that the client can't go on from.</summary>
    /// <exception cref="RoleException">There was one.</exception>
    public void ThrowIfFatal()
    {
        if (_fatal is { } fatal)
        {
            throw fatal;
        }
    }

    /// <summary>Asks Kafka for a sign of life where no records come that would be one: a bridge can be without partitions, or its topics without records.</summary>
    /// <param name="ask">Asks, for that long at most.</param>
    public void Look(Func<TimeSpan, ErrorCode> ask)
    {
        if (_text is null || !_overWhenAnswered || time.GetElapsedTime(_lookedAt) < LookInterval)
        {
            return;
        }

        _lookedAt = time.GetTimestamp();
        if (ask(LookTimeout) == ErrorCode.NoError)
        {
            Reached();
        }
    }

    /// <summary>An error in words, and whether an answer of any broker shows that it is over.</summary>
    private (string Text, bool OverWhenAnswered)? Explain(Error error)
    {
        var reason = ClientErrorText.Lasting(error.Reason);
        return error.Code switch
        {
            ErrorCode.Local_AllBrokersDown => ($"No broker answers. {reason}", true),
            ErrorCode.Local_Resolve => ($"A broker's name can't be resolved. {reason}", true),
            ErrorCode.Local_Ssl => ($"The TLS handshake fails. {reason}. Do spec.kafka.tls and the port fit?", true),
            ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed => ($"The login fails. {reason}. Are the credentials right?", true),
            ErrorCode.GroupAuthorizationFailed => ($"The consumer group {settings.GroupId} may not be used with these credentials: give them READ on the group.", false),
            ErrorCode.TopicAuthorizationFailed => ($"A topic may not be read with these credentials: give them READ and DESCRIBE on it. {reason}", false),
            ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic => ($"A topic does not exist. {reason}", false),
            ErrorCode.Local_AutoOffsetReset =>
                ($"There is no offset to begin at, and autoOffsetReset says that this is an error: commit one for the group {settings.GroupId}, or choose Earliest or Latest. {reason}", false),
            ErrorCode.Local_MaxPollExceeded => ("The group gave this bridge up, because it did not poll for too long. It joins again.", false),
            _ => null,
        };
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Kafka: {Trouble}")]
    private static partial void LogTrouble(ILogger logger, string trouble);
}
