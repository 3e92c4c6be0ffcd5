using Confluent.Kafka;
using KafkaLogstash.Bridge.Hosting;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Source;

/// <summary>
/// What is wrong with Kafka, from the first error until it is known to be over: with all of it, or with a topic or a partition while others go on. For the thread that consumes;
/// librdkafka's errors come to it there.
/// </summary>
/// <param name="settings">What the bridge reads.</param>
/// <param name="status">What is to be said.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class KafkaTrouble(Bridging.SourceSettings settings, SourceStatus status, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(1);

    /// <summary>What was not said again for so long is over, unless it is one of what librdkafka says once.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(1);

    /// <summary>What is said of a topic before a group is joined is said once, and not over when it is joined.</summary>
    private static readonly TimeSpan Joining = TimeSpan.FromSeconds(10);

    /// <summary>Begins what librdkafka says when it leaves partitions unread that it was given, until they are given anew.</summary>
    private const string LeavesUnread = "Failed to fetch committed offset";

    private readonly Dictionary<TopicPartition, PartitionTrouble> _ofPartitions = [];

    private string? _text = "It has not been reached yet.";
    private bool _overWhenAnswered = true;
    private RoleException? _fatal;
    private long _lookedAt = time.GetTimestamp();

    /// <summary>An error was reported beside the records. Among them is much that passes by itself: of that nothing is said.</summary>
    public void Failed(Error error)
    {
        if (error.IsFatal)
        {
            _fatal = new RoleException($"Kafka's client gave up: {error.Reason} ({error.Code}). It is made anew.");
        }
        else if (Explain(error) is var (text, overWhenAnswered))
        {
            Note(text, overWhenAnswered);
        }
    }

    /// <summary>An error came instead of records.</summary>
    /// <param name="error">The error.</param>
    /// <param name="of">The partition that it is of, or the topic, with <see cref="Partition.Any"/>; null: of neither.</param>
    /// <param name="reached">How far a partition is taken, or those of a topic; null where none is this bridge's.</param>
    public void Failed(Error error, TopicPartition? of, Func<TopicPartition, long?> reached)
    {
        if (error.IsFatal || error.Reason.StartsWith(LeavesUnread, StringComparison.Ordinal))
        {
            _fatal = new RoleException($"Kafka's client gave up: {error.Reason} ({error.Code}). It is made anew.");
            return;
        }

        var known = Explain(error);
        var (text, overWhenAnswered) = known ?? ($"{ClientErrorText.Lasting(error.Reason)} ({error.Code}).", false);
        if (of is null)
        {
            Note(text, overWhenAnswered);
            return;
        }

        // Of a topic that is not read, librdkafka names no partition, or the first.
        of = reached(of) is null ? new(of.Topic, Partition.Any) : of;
        text = of.Partition == Partition.Any ? text : $"{of.Topic} [{of.Partition.Value}]: {text}";
        if (_ofPartitions.GetValueOrDefault(of)?.Text != text)
        {
            LogTrouble(logger, text);
        }

        _ofPartitions[of] = new(text, reached(of), time.GetTimestamp(), Lasts: known is not null);
        Tell();
    }

    /// <summary>Kafka has given records, or an answer: whatever was wrong with all of it is over.</summary>
    public void Reached()
    {
        _text = null;
        Tell();
    }

    /// <summary>
    /// The group has given partitions: whatever was wrong with them and their topics is over. And with topics of which it gave none, unless that was said just before: others may read them.
    /// </summary>
    public void Given(IReadOnlyCollection<TopicPartition> partitions)
    {
        foreach (var (of, trouble) in _ofPartitions.ToArray())
        {
            var isOver = of.Partition == Partition.Any
                ? partitions.Any(partition => partition.Topic == of.Topic) || time.GetElapsedTime(trouble.SaidAt) > Joining
                : partitions.Contains(of);
            if (isOver)
            {
                _ofPartitions.Remove(of);
            }
        }

        Reached();
    }

    /// <summary>Looks whether troubles of partitions are over: where something was taken since, the partition is another's now, or nothing was said for a while.</summary>
    /// <param name="reached">How far a partition is taken, or those of a topic; null where none is this bridge's.</param>
    public void Review(Func<TopicPartition, long?> reached)
    {
        foreach (var (of, trouble) in _ofPartitions.ToArray())
        {
            var now = reached(of);
            if (now != trouble.Reached || (now is null && of.Partition != Partition.Any) || (!trouble.Lasts && time.GetElapsedTime(trouble.SaidAt) > Forgotten))
            {
                _ofPartitions.Remove(of);
                Tell();
            }
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

    private void Note(string text, bool overWhenAnswered)
    {
        if (_text != text)
        {
            LogTrouble(logger, text);
        }

        (_text, _overWhenAnswered) = (text, overWhenAnswered);
        Tell();
    }

    private void Tell() => status.Kafka(_text ?? _ofPartitions.Values.FirstOrDefault()?.Text);

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
            ErrorCode.InconsistentGroupProtocol =>
                ($"Members of the consumer group {settings.GroupId} that are no bridges assign partitions in another way, so it can't be joined: stop them, or give the connection a group of its own.", false),
            ErrorCode.InvalidSessionTimeout => ("The brokers refuse session.timeout.ms: it must be within their group.min.session.timeout.ms and group.max.session.timeout.ms.", false),
            ErrorCode.Local_MaxPollExceeded => ("The group gave this bridge up, because it did not poll for too long. It joins again.", false),
            _ => null,
        };
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Kafka: {Trouble}")]
    private static partial void LogTrouble(ILogger logger, string trouble);

    /// <summary>What is wrong with a topic or a partition.</summary>
    /// <param name="Text">The same for people.</param>
    /// <param name="Reached">How far it was taken then.</param>
    /// <param name="SaidAt">When it was said last.</param>
    /// <param name="Lasts">Whether it lasts without being said again.</param>
    private sealed record PartitionTrouble(string Text, long? Reached, long SaidAt, bool Lasts);
}
