using Confluent.Kafka;
using KafkaLogstash.Benchmarks.Bridges;
using KafkaLogstash.Bridge.Sink;

namespace KafkaLogstash.Benchmarks.Groups;

/// <summary>The sink bridge against a bare producer. The whole way is measured: with senders and a Kafka that do as little as they can, on the same cores.</summary>
internal sealed class BridgeSinkGroup : IBenchmarkGroup
{
    private const int Rounds = 5;
    private const int Batch = 125;
    private const int Senders = 8;
    private const int Events = 300_000;

    /// <inheritdoc/>
    public string Name => "bridge-sink";

    /// <inheritdoc/>
    public string Description => $"the sink bridge against a bare idempotent Confluent.Kafka producer, events of 1 KB, medians of {Rounds} rounds";

    /// <inheritdoc/>
    public async Task RunAsync(TextWriter report, CancellationToken cancellationToken)
    {
        await using var kafka = await KafkaProcess.StartAsync(cancellationToken);
        await kafka.CreateAsync("written", 8, cancellationToken);
        var json = SampleEvent.Json(1024);
        await using var sink = new SinkBridge(
            new() { Port = 0, LumberjackPort = 0, Topic = "written" }, tls: null, new SinkMetrics(Prometheus.Metrics.NewCustomRegistry()), Roles.Context(kafka));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = sink.RunAsync(stop.Token);
        var addresses = await sink.Listening.WaitAsync(cancellationToken);

        List<Round> bare = [], http = [], large = [], lumberjack = [];
        for (var round = 0; round <= Rounds; round++)
        {
            var all = new[]
            {
                (bare, await BareProducerAsync(kafka, json, Events)),
                (http, await MeasuredAsync(kafka, Events, () => EventSender.ByHttpAsync(addresses.Http, "/topics/written", json, Batch, Senders, Events / Batch / Senders))),
                (large, await MeasuredAsync(kafka, Events, () => EventSender.ByHttpAsync(addresses.Http, "/topics/written", json, 1000, Senders, Events / 1000 / Senders))),
                (lumberjack, await MeasuredAsync(kafka, Events, () => EventSender.ByLumberjackAsync(addresses.Lumberjack!, json, 2000, 2, Events / 2000 / 2))),
            };
            foreach (var (list, figures) in all)
            {
                if (round > 0)
                {
                    list.Add(figures);
                }
            }
        }

        await stop.CancelAsync();
        await running;
        await report.WriteLineAsync($"  bare idempotent producer      {Round.Median(bare)}");
        await report.WriteLineAsync($"  sink, json_batch of {Batch}       {Round.Median(http)}, {Senders} connections");
        await report.WriteLineAsync($"sink ratio {Round.Median(http).PerSecond / Round.Median(bare).PerSecond:F2}");
        await report.WriteLineAsync($"  sink, json_batch of 1000      {Round.Median(large)}: ratio {Round.Median(large).PerSecond / Round.Median(bare).PerSecond:F2}");
        await report.WriteLineAsync($"  sink, Lumberjack              {Round.Median(lumberjack)}: ratio {Round.Median(lumberjack).PerSecond / Round.Median(bare).PerSecond:F2}");
    }

    private static async Task<Round> BareProducerAsync(KafkaProcess kafka, byte[] json, int events)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers, EnableIdempotence = true, Acks = Acks.All }).Build();
        long written = 0;
        return await MeasuredAsync(kafka, events, () => Task.Run(() =>
        {
            for (var i = 0; i < events;)
            {
                try
                {
                    producer.Produce("written", new Message<Null, byte[]> { Value = json }, report => Interlocked.Add(ref written, report.Error.IsError ? 0 : 1));
                    i++;
                }
                catch (ProduceException<Null, byte[]> refused) when (refused.Error.Code == ErrorCode.Local_QueueFull)
                {
                    producer.Poll(TimeSpan.FromMilliseconds(10));
                }
            }

            producer.Flush(TimeSpan.FromMinutes(1));
            if (written != events)
            {
                throw new InvalidOperationException($"The bare producer wrote {written} of {events} events.");
            }
        }));
    }

    private static async Task<Round> MeasuredAsync(KafkaProcess kafka, int events, Func<Task> work)
    {
        var meter = new Meter(kafka);
        await work();
        return meter.Stop(events);
    }
}
