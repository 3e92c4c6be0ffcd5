using System.Collections.Concurrent;
using Confluent.Kafka;

namespace KafkaLogstash.Tests.Integration.Bridges;

/// <summary>Reads all of a topic, without a consumer group, and goes on reading.</summary>
internal sealed class TopicReader : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<ConsumeResult<string, string>> _records = new();
    private readonly Task _reading;

    public TopicReader(string bootstrapServers, string topic, int partitions)
    {
        var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig { BootstrapServers = bootstrapServers, GroupId = "unused", EnableAutoCommit = false })
            .SetLogHandler(static (_, _) => { })
            .Build();
        consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        _reading = Task.Factory.StartNew(() => Read(consumer), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>What was read so far.</summary>
    public IReadOnlyList<ConsumeResult<string, string>> Records => [.. _records];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    private void Read(IConsumer<string, string> consumer)
    {
        using (consumer)
        {
            while (!_stop.IsCancellationRequested)
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(50)) is { Message: not null } record)
                {
                    _records.Enqueue(record);
                }
            }
        }
    }
}
