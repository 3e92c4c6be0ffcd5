using Confluent.Kafka;

namespace KafkaLogstash.Tests.Integration.Bridges;

/// <summary>Writes numbered records to a topic, a few hundred a second, until it is stopped: something is always under way.</summary>
internal sealed class RecordFlow : IAsyncDisposable
{
    private const int Burst = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task<int> _running;

    public RecordFlow(string bootstrapServers, string topic) => _running = RunAsync(bootstrapServers, topic, _stop.Token);

    /// <summary>The name that a number's record has in its field <c>id</c> and as its key.</summary>
    public static string Id(int number) => $"record-{number}";

    /// <summary>A record.</summary>
    public static Message<string, string> Record(int number) => new() { Key = Id(number), Value = $$"""{"id":"{{Id(number)}}","number":{{number}}}""" };

    /// <summary>Ends it.</summary>
    /// <returns>How many records there are, all acknowledged by Kafka.</returns>
    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static async Task<int> RunAsync(string bootstrapServers, string topic, CancellationToken stop)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = bootstrapServers, EnableIdempotence = true, LingerMs = 0 })
            .SetLogHandler(static (_, _) => { })
            .Build();
        var number = 0;
        while (!stop.IsCancellationRequested)
        {
            await Task.WhenAll(Enumerable.Range(number, Burst).Select(next => producer.ProduceAsync(topic, Record(next), CancellationToken.None)));
            number += Burst;
            await Task.Delay(Pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return number;
    }
}
