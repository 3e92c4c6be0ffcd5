using System.Collections.Concurrent;
using Confluent.Kafka;
using KafkaLogstash.Bridge.Source.Delivery;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Source;

/// <summary>
/// Writes records to the dead-letter topic. A record counts as delivered once Kafka has acknowledged it there; what Kafka did not take is tried again. All members are for the
/// thread that consumes. The producer is made with the first letter: most bridges never need one.
/// </summary>
/// <param name="topic">The topic.</param>
/// <param name="producer">Makes the producer.</param>
/// <param name="metrics">What is counted.</param>
/// <param name="logger">The log.</param>
internal sealed partial class DeadLetterWriter(string topic, Func<IProducer<byte[]?, byte[]?>> producer, SourceMetrics metrics, ILogger logger) : IDisposable
{
    private readonly ConcurrentQueue<(DeadLetter Letter, DeliverySegment Segment, Error Error)> _answers = new();
    private readonly List<(DeadLetter Letter, DeliverySegment Segment)> _failed = [];
    private IProducer<byte[]?, byte[]?>? _producer;
    private int _underWay;

    /// <summary>Whether letters wait for Kafka.</summary>
    public bool IsBusy => _underWay > 0;

    /// <summary>Why letters can't be written, for people; null when they can.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Writes a letter.</summary>
    /// <param name="letter">The letter.</param>
    /// <param name="segment">What is delivered once it is written.</param>
    public void Write(DeadLetter letter, DeliverySegment segment)
    {
        _producer ??= producer();
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
    public void Process(Action<DeliverySegment> delivered)
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
                LogFailed(logger, topic, letter.Record.TopicPartition.ToString(), letter.Record.Offset.Value, error.Reason);
                continue;
            }

            Trouble = _failed.Count == 0 ? null : Trouble;
            metrics.DeadLettered(letter.Reason);
            LogWritten(logger, topic, letter.Record.TopicPartition.ToString(), letter.Record.Offset.Value, letter.Message);
            delivered(segment);
        }
    }

    /// <summary>Tries again what Kafka did not take.</summary>
    public void Retry()
    {
        var again = _failed.ToArray();
        _failed.Clear();
        foreach (var (letter, segment) in again)
        {
            Write(letter, segment);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _producer?.Dispose();

    [LoggerMessage(Level = LogLevel.Warning, Message = "The record at offset {Offset} of {Partition} went to the dead-letter topic {Topic}: {Reason}")]
    private static partial void LogWritten(ILogger logger, string topic, string partition, long offset, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The record at offset {Offset} of {Partition} could not be written to the dead-letter topic {Topic}: {Reason}. It is tried again")]
    private static partial void LogFailed(ILogger logger, string topic, string partition, long offset, string reason);
}
