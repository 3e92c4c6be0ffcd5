using System.Collections.Concurrent;
using Confluent.Kafka;
using KafkaLogstash.Bridge.Source.Delivery;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Source;

/// <summary>
/// Writes records to the dead-letter topic. A record counts as delivered once Kafka has acknowledged it there; what Kafka did not take is tried again. All members are for the
/// thread that consumes. The producer is made with the first letter: most bridges never need one. It is made anew after an error that it can't go on from.
/// </summary>
/// <param name="topic">The topic.</param>
/// <param name="producer">Makes the producer, which says on any thread what is wrong with it.</param>
/// <param name="metrics">What is counted.</param>
/// <param name="logger">The log.</param>
internal sealed partial class DeadLetterWriter(string topic, Func<Action<Error>, IProducer<byte[]?, byte[]?>> producer, SourceMetrics metrics, ILogger logger) : IDisposable
{
    private readonly ConcurrentQueue<(DeadLetter Letter, DeliverySegment Segment, Error Error)> _answers = new();
    private readonly List<(DeadLetter Letter, DeliverySegment Segment)> _failed = [];
    private IProducer<byte[]?, byte[]?>? _producer;
    private volatile bool _isBroken;
    private int _underWay;
    private string? _said;

    /// <summary>Whether letters wait for Kafka.</summary>
    public bool IsBusy => _underWay > 0;

    /// <summary>Bytes of the letters that are not written yet.</summary>
    public long Bytes { get; private set; }

    /// <summary>Why letters can't be written, for people; null when they can.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Writes a letter.</summary>
    /// <param name="letter">The letter.</param>
    /// <param name="segment">What is delivered once it is written.</param>
    public void Write(DeadLetter letter, DeliverySegment segment)
    {
        Bytes += letter.Bytes;
        segment.Progress.Letters++;
        Send(letter, segment);
    }

    private void Send(DeadLetter letter, DeliverySegment segment)
    {
        _producer ??= producer(error => _isBroken |= error.IsFatal);
        _underWay++;
        try
        {
            _producer.Produce(topic, letter.ToMessage(), report => _answers.Enqueue((letter, segment, report.Error)));
        }
        catch (ProduceException<byte[]?, byte[]?> refused)
        {
            _answers.Enqueue((letter, segment, refused.Error));
        }
    }

    /// <summary>Takes in what Kafka answered.</summary>
    /// <param name="delivered">Called for each segment of which one more part is delivered.</param>
    /// <param name="failed">Called for each segment of which a part was not taken.</param>
    public void Process(Action<DeliverySegment> delivered, Action<DeliverySegment> failed)
    {
        while (_answers.TryDequeue(out var answer))
        {
            _underWay--;
            var (letter, segment, error) = answer;
            if (error.IsError)
            {
                _failed.Add((letter, segment));
                Trouble = $"The record at offset {letter.Record.Offset.Value} of {letter.Record.TopicPartition} can't be delivered ({letter.Message}), nor written to the dead-letter topic {topic}: {error.Reason}. "
                    + "Does the topic exist, may the bridge write to it, and does it take records of this size? It is tried again.";
                if (_said != error.Reason)
                {
                    // Once for all letters and attempts that fail for the same reason.
                    _said = error.Reason;
                    LogFailed(logger, topic, letter.Record.TopicPartition.ToString(), letter.Record.Offset.Value, error.Reason);
                }

                failed(segment);
                continue;
            }

            Forget(letter, segment);
            (Trouble, _said) = _failed.Count == 0 ? (null, null) : (Trouble, _said);
            metrics.DeadLettered(letter.Reason);
            LogWritten(logger, topic, letter.Record.TopicPartition.ToString(), letter.Record.Offset.Value, letter.Message);
            delivered(segment);
        }
    }

    /// <summary>Tries again what Kafka did not take.</summary>
    /// <param name="isOurs">Whether a partition is read here still; the letters of others are whose it is now.</param>
    public void Retry(Func<PartitionProgress, bool> isOurs)
    {
        if (_isBroken)
        {
            if (_underWay > 0)
            {
                return;
            }

            _producer?.Dispose();
            (_producer, _isBroken) = (null, false);
        }

        var again = _failed.ToArray();
        _failed.Clear();
        foreach (var (letter, segment) in again)
        {
            if (isOurs(segment.Progress))
            {
                Send(letter, segment);
            }
            else
            {
                Forget(letter, segment);
            }
        }

        if (!IsBusy && _answers.IsEmpty)
        {
            (Trouble, _said) = (null, null);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _producer?.Dispose();

    private void Forget(DeadLetter letter, DeliverySegment segment)
    {
        Bytes -= letter.Bytes;
        segment.Progress.Letters--;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The record at offset {Offset} of {Partition} went to the dead-letter topic {Topic}: {Reason}")]
    private static partial void LogWritten(ILogger logger, string topic, string partition, long offset, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The record at offset {Offset} of {Partition} could not be written to the dead-letter topic {Topic}: {Reason}. It is tried again")]
    private static partial void LogFailed(ILogger logger, string topic, string partition, long offset, string reason);
}
