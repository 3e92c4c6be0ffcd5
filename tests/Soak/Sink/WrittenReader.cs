using System.Text;
using Confluent.Kafka;
using KafkaLogstash.Soak.Running;

namespace KafkaLogstash.Soak.Sink;

/// <summary>Reads all that bridges write, as fast as it comes: mock brokers drop what is older than the last 5 MiB of a partition.</summary>
internal sealed class WrittenReader : IAsyncDisposable
{
    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly SinkLedger _ledger;
    private readonly Findings _findings;
    private readonly long[] _next;
    private readonly Dictionary<string, int> _partitionOfKey = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;

    /// <summary>Begins to read.</summary>
    /// <param name="bootstrapServers">The brokers.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="partitions">Its partitions.</param>
    /// <param name="ledger">Is told what was read.</param>
    /// <param name="findings">Is told what must not be.</param>
    public WrittenReader(string bootstrapServers, string topic, int partitions, SinkLedger ledger, Findings findings)
    {
        (_ledger, _findings, _next) = (ledger, findings, new long[partitions]);
        _consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = bootstrapServers,
            GroupId = "soak-reader",
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 10,
            FetchErrorBackoffMs = 50,

            // A mock broker that was down may leave a request without an answer, and all senders wait for the reader.
            SocketTimeoutMs = 1000,
            ReconnectBackoffMaxMs = 500,
        }).SetLogHandler((_, _) => { }).Build();
        _consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        _reading = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Whether it has read all before these offsets.</summary>
    public bool HasRead(IReadOnlyList<long> ends) => !ends.Where((end, partition) => Volatile.Read(ref _next[partition]) < end).Any();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _consumer.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (_consumer.Consume(TimeSpan.FromMilliseconds(50)) is { } record)
                {
                    Take(record);
                }
            }
            catch (ConsumeException)
            {
                // A broker is down.
            }
        }
    }

    private void Take(ConsumeResult<byte[], byte[]> record)
    {
        var (partition, offset) = (record.Partition.Value, record.Offset.Value);
        if (offset != _next[partition])
        {
            _findings.Add("soak itself", $"offset {offset} of partition {partition} was read where {_next[partition]} was to come");
        }

        if (SinkEvents.Read(record.Message.Value) is not var (sender, number))
        {
            _findings.Add("changed event", $"partition {partition} has at {offset}: {Encoding.UTF8.GetString(record.Message.Value)}");
        }
        else
        {
            var key = record.Message.Key is { } bytes ? Encoding.UTF8.GetString(bytes) : "none";
            if (key != SinkEvents.Key(sender, number))
            {
                _findings.Add("wrong key", $"number {number} of sender {sender} has the key {key}");
            }

            if (!_partitionOfKey.TryAdd(key, partition) && _partitionOfKey[key] != partition)
            {
                _findings.Add("wrong partition", $"the key {key} is in partition {partition} and in {_partitionOfKey[key]}");
            }

            _ledger.Read(sender, number, partition, offset);
        }

        Volatile.Write(ref _next[partition], offset + 1);
    }
}
