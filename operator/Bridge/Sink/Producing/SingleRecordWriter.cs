using System.Text;
using Confluent.Kafka;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Bridging;

namespace KafkaLogstash.Bridge.Sink.Producing;

/// <summary>
/// Writes records one by one, with a producer that is made with the first: records whose batch was refused, and dead letters. Neither is the rule, so what Confluent.Kafka
/// allocates for each is no matter here.
/// </summary>
/// <param name="settings">What the sink takes.</param>
/// <param name="context">What it is made from.</param>
internal sealed class SingleRecordWriter(SinkSettings settings, RoleContext context) : IDisposable
{
    /// <summary>Begins the names of the headers of dead letters.</summary>
    private const string HeaderPrefix = "kafka-logstash-";

    private readonly Lazy<IProducer<byte[]?, byte[]>> _producer = new(() =>
        new ProducerBuilder<byte[]?, byte[]>(ProducerProperties.ForSingleRecords(settings, context.KafkaProperties)).SetLogHandler((_, line) => context.KafkaLog.Pass(line)).Build());

    /// <summary>Writes a record of a batch.</summary>
    /// <returns>Why it was not written; <see cref="ErrorCode.NoError"/> when it was.</returns>
    public Task<ErrorCode> WriteAsync(RecordBatch batch, int index) =>
        WriteAsync(batch.Topic(index), new() { Key = batch.Key(index), Value = batch.Value(index).ToArray() });

    /// <summary>Writes an event to the dead-letter topic, with headers that say where it belonged and why it is not there.</summary>
    /// <returns>Why it was not written; <see cref="ErrorCode.NoError"/> when it was.</returns>
    public Task<ErrorCode> WriteDeadLetterAsync(RecordBatch batch, RefusedEvent refused)
    {
        var headers = new Headers
        {
            { HeaderPrefix + "reason", Encoding.UTF8.GetBytes(SinkMetrics.Word(refused.Reason)) },
            { HeaderPrefix + "error", Encoding.UTF8.GetBytes(refused.Message) },
            { HeaderPrefix + "bridge", Encoding.UTF8.GetBytes(context.InstanceId) },
        };
        if (refused.Topic is { } topic)
        {
            headers.Add(HeaderPrefix + "topic", Encoding.UTF8.GetBytes(topic));
        }

        return WriteAsync(settings.DeadLetterTopic, new() { Key = batch.Key(refused.Index), Value = batch.Value(refused.Index).ToArray(), Headers = headers });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_producer.IsValueCreated)
        {
            _producer.Value.Dispose();
        }
    }

    private async Task<ErrorCode> WriteAsync(string topic, Message<byte[]?, byte[]> message)
    {
        try
        {
            await _producer.Value.ProduceAsync(topic, message);
            return ErrorCode.NoError;
        }
        catch (ProduceException<byte[]?, byte[]> failure)
        {
            return failure.Error.Code;
        }
    }
}
