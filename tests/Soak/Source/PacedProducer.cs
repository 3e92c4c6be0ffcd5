using System.Diagnostics;
using Confluent.Kafka;
using KafkaLogstash.Soak.Running;

namespace KafkaLogstash.Soak.Source;

/// <summary>
/// Writes numbered records, never more ahead of what is committed than the mock brokers keep (5 MiB a partition): a bridge that starts again must find all that it has not committed.
/// </summary>
internal sealed class PacedProducer : IDisposable
{
    private readonly IProducer<Null, byte[]> _producer;
    private readonly string _topic;
    private readonly int _records;
    private readonly int _ahead;
    private readonly TimeSpan _length;
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly int[] _produced;
    private readonly long[] _committed;
    private readonly Findings _findings;

    /// <summary>A producer that has not begun.</summary>
    /// <param name="bootstrapServers">The brokers.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="partitions">Its partitions.</param>
    /// <param name="recordsEach">How many records each gets.</param>
    /// <param name="ahead">How many of them may be uncommitted.</param>
    /// <param name="length">Over which time they are spread, so that there are records whenever something fails.</param>
    /// <param name="findings">Is told when a record can't be written: the run is worth nothing then.</param>
    public PacedProducer(string bootstrapServers, string topic, int partitions, int recordsEach, int ahead, TimeSpan length, Findings findings)
    {
        (_topic, _records, _ahead, _length, _findings) = (topic, recordsEach, ahead, length, findings);
        _produced = new int[partitions];
        _committed = new long[partitions];
        _producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig
        {
            BootstrapServers = bootstrapServers,
            EnableIdempotence = true,
            LingerMs = 5,
            MessageTimeoutMs = 0,
            SocketTimeoutMs = 5000,
            ReconnectBackoffMaxMs = 500,
            RetryBackoffMaxMs = 500,
        }).SetLogHandler((_, _) => { }).Build();
    }

    /// <summary>How many records were written to each partition.</summary>
    public IReadOnlyList<int> Produced => _produced;

    /// <summary>Says how far a partition is committed.</summary>
    public void Committed(int partition, long offset) => Volatile.Write(ref _committed[partition], offset);

    /// <summary>How far a partition is committed, as was said last.</summary>
    public long CommittedOf(int partition) => Volatile.Read(ref _committed[partition]);

    /// <summary>Writes all of them, or until it is to stop.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && Array.Exists(_produced, count => count < _records))
        {
            var any = false;
            for (var partition = 0; partition < _produced.Length; partition++)
            {
                // As many at a time as make a good batch.
                for (var i = 0; i < 200 && MayWrite(partition); i++)
                {
                    any |= TryWrite(partition);
                }
            }

            if (!any)
            {
                await Task.Delay(5, CancellationToken.None);
            }
        }

        _producer.Flush(CancellationToken.None);
    }

    /// <inheritdoc/>
    public void Dispose() => _producer.Dispose();

    private bool MayWrite(int partition) =>
        _produced[partition] < Math.Min(_records, _records * (Stopwatch.GetElapsedTime(_began) / _length)) && _produced[partition] - Volatile.Read(ref _committed[partition]) < _ahead;

    private bool TryWrite(int partition)
    {
        try
        {
            _producer.Produce(
                new TopicPartition(_topic, partition),
                new Message<Null, byte[]> { Value = EventReader.Write(partition, _produced[partition]) },
                report =>
                {
                    if (report.Error.IsError)
                    {
                        _findings.Add("soak itself", $"a record could not be written: {report.Error.Reason}");
                    }
                });
            _produced[partition]++;
            return true;
        }
        catch (ProduceException<Null, byte[]> failure) when (failure.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
    }
}
