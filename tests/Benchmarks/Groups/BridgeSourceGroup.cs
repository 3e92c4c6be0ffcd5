using System.Diagnostics;
using Confluent.Kafka;
using KafkaLogstash.Benchmarks.Bridges;
using KafkaLogstash.Bridge.Source;
using KafkaLogstash.Bridging;

namespace KafkaLogstash.Benchmarks.Groups;

/// <summary>
/// The source bridge against a bare consumer. The whole way is measured: with a Kafka and a Logstash's side that do as little as they can, on the same cores.
/// </summary>
/// <remarks>
/// The mock Kafka keeps about 5 MiB a partition, so a topic of many partitions is filled beforehand and read as often as it takes: each round is a new group that begins at the
/// beginning. The clock runs from the first record to the last. Rounds of bridge and bare consumer take turns, and the medians count.
/// </remarks>
internal sealed class BridgeSourceGroup : IBenchmarkGroup
{
    private const int Rounds = 5;
    private const int Partitions = 192;
    private const int PerPartition = 4500;
    private const int Records = Partitions * PerPartition;
    private const int PacedRate = 10_000;
    private const int PacedSeconds = 6;

    /// <summary>The mock answers a fetch that finds nothing only when this is over, whatever comes meanwhile; a real Kafka answers at once. The same for both sides.</summary>
    private const int PacedFetchWait = 5;

    /// <inheritdoc/>
    public string Name => "bridge-source";

    /// <inheritdoc/>
    public string Description => $"the source bridge against a bare Confluent.Kafka consumer, records of 1 KB, medians of {Rounds} rounds";

    /// <inheritdoc/>
    public async Task RunAsync(TextWriter report, CancellationToken cancellationToken)
    {
        await using var kafka = await KafkaProcess.StartAsync(cancellationToken);
        await kafka.FillAsync("filled", Partitions, PerPartition, cancellationToken);
        await SourceAsync(kafka, report, cancellationToken);
        await MemoryAsync(kafka, report, cancellationToken);
        await LatencyAsync(kafka, report, cancellationToken);
    }

    private static async Task SourceAsync(KafkaProcess kafka, TextWriter report, CancellationToken cancellationToken)
    {
        List<Round> bare = [], bridge = [];
        for (var round = 0; round <= Rounds; round++)
        {
            var (first, second) = (Bare(kafka, $"bare-{round}", cancellationToken), await BridgeAsync(kafka, $"bridge-{round}", 0, cancellationToken));
            if (round > 0)
            {
                // The round before warmed both up.
                bare.Add(first);
                bridge.Add(second);
            }
        }

        await report.WriteLineAsync($"  bare consumer                 {Round.Median(bare)}");
        await report.WriteLineAsync($"  source                        {Round.Median(bridge)}, {Records / Round.Median(bridge).Windows:F0} records a window");
        await report.WriteLineAsync($"source ratio {Round.Median(bridge).PerSecond / Round.Median(bare).PerSecond:F2}");
        foreach (var level in new[] { 1, 3 })
        {
            await report.WriteLineAsync($"  source, compression level {level}   {await BridgeAsync(kafka, $"level-{level}", level, cancellationToken)}");
        }
    }

    /// <summary>What any application does: poll, look at the value, let librdkafka commit.</summary>
    private static Round Bare(KafkaProcess kafka, string group, CancellationToken cancellationToken)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = kafka.BootstrapServers,
            GroupId = group,
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).Build();
        consumer.Subscribe("filled");
        Meter? meter = null;
        long bytes = 0;
        for (var i = 0; i < Records; i++)
        {
            var record = consumer.Consume(cancellationToken);
            meter ??= new(kafka);
            bytes += record.Message.Value.Length;
        }

        GC.KeepAlive(bytes);
        var round = meter!.Stop(Records);
        consumer.Close();
        return round;
    }

    private static async Task<Round> BridgeAsync(KafkaProcess kafka, string group, int level, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Meter? meter = null;
        using var logstash = new EventReceiver(_ => meter ??= new(kafka));
        var settings = Source("filled", group, logstash) with { CompressionLevel = level };
        var running = SourceOf(settings, kafka).RunAsync(stop.Token);
        if (level > 0)
        {
            // Compressed events are not looked at: the connection counts as the beginning.
            meter = new(kafka);
        }

        while (logstash.Events < Records)
        {
            if (running.IsCompleted)
            {
                await running;
            }

            await Task.Delay(1, cancellationToken);
        }

        var round = meter!.Stop(Records) with { Windows = logstash.Windows };
        await stop.CancelAsync();
        await running;
        return round;
    }

    /// <summary>The memory of a real process: at full speed, and before a Logstash that takes nothing.</summary>
    private static async Task MemoryAsync(KafkaProcess kafka, TextWriter report, CancellationToken cancellationToken)
    {
        using var logstash = new EventReceiver();
        await using (var process = await BridgeProcess.StartAsync(Settings(kafka, logstash, "memory"), kafka, cancellationToken))
        {
            await Until(() => logstash.Events >= Records, cancellationToken);
            await report.WriteLineAsync($"source memory {process.PeakMemory / 1e6:F0} MB at full speed; ready after {process.ReadyAfter.TotalMilliseconds:F0} ms");
        }

        using var stuck = new EventReceiver(acknowledges: false);
        await using (var process = await BridgeProcess.StartAsync(Settings(kafka, stuck, "stuck"), kafka, cancellationToken))
        {
            await Task.Delay(TimeSpan.FromSeconds(5), cancellationToken);
            await report.WriteLineAsync($"source memory {process.PeakMemory / 1e6:F0} MB before a Logstash that acknowledges nothing");
        }
    }

    private static BridgeSettings Settings(KafkaProcess kafka, EventReceiver logstash, string group) => new()
    {
        ManagementPort = BridgeProcess.FreePort(),
        Kafka = new() { ClientFile = BridgeProcess.ClientFile(kafka) },
        Source = Source("filled", group, logstash),
    };

    private static async Task LatencyAsync(KafkaProcess kafka, TextWriter report, CancellationToken cancellationToken)
    {
        var (bare, bridge) = (new List<double>(), new List<double>());
        for (var round = 0; round < 2; round++)
        {
            bare.AddRange(await BareLatencyAsync(kafka, $"paced-bare-{round}", cancellationToken));
            bridge.AddRange(await BridgeLatencyAsync(kafka, $"paced-bridge-{round}", cancellationToken));
        }

        foreach (var (name, share) in new[] { ("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999) })
        {
            await report.WriteLineAsync(
                $"source added latency {name} {At(bridge, share) - At(bare, share):F2} ms (bridge {At(bridge, share):F2} ms, bare {At(bare, share):F2} ms, {PacedRate} records/s)");
        }
    }

    private static async Task<List<double>> BareLatencyAsync(KafkaProcess kafka, string topic, CancellationToken cancellationToken)
    {
        await kafka.CreateAsync(topic, 8, cancellationToken);
        var times = new List<double>(PacedRate * PacedSeconds);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = kafka.BootstrapServers,
            GroupId = topic,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = PacedFetchWait,
        }).Build();
        consumer.Subscribe(topic);
        var assigned = new TaskCompletionSource();
        var consuming = Task.Factory.StartNew(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } record)
                    {
                        times.Add(Stopwatch.GetElapsedTime(SampleEvent.StampOf(record.Message.Value)).TotalMilliseconds);
                    }
                    else if (consumer.Assignment.Count > 0)
                    {
                        assigned.TrySetResult();
                    }
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await assigned.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        await kafka.PaceAsync(topic, 8, PacedRate, PacedSeconds, cancellationToken);
        await Until(() => times.Count >= PacedRate * PacedSeconds, cancellationToken);
        await stop.CancelAsync();
        await consuming;
        consumer.Close();
        return Settled(times);
    }

    private static async Task<List<double>> BridgeLatencyAsync(KafkaProcess kafka, string topic, CancellationToken cancellationToken)
    {
        await kafka.CreateAsync(topic, 8, cancellationToken);
        var times = new List<double>(PacedRate * PacedSeconds);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var logstash = new EventReceiver(json => times.Add(Stopwatch.GetElapsedTime(SampleEvent.StampOf(json)).TotalMilliseconds));
        await using var source = SourceOf(Source(topic, topic, logstash), kafka, ("fetch.wait.max.ms", PacedFetchWait.ToString()));
        var running = source.RunAsync(stop.Token);
        await Until(() => source.State is { Ready: true, Message: "Reads 8 partitions." }, cancellationToken);
        await kafka.PaceAsync(topic, 8, PacedRate, PacedSeconds, cancellationToken);
        await Until(() => times.Count >= PacedRate * PacedSeconds, cancellationToken);
        await stop.CancelAsync();
        await running;
        return Settled(times);
    }

    /// <summary>Without the first second, in which the compiler is busy.</summary>
    private static List<double> Settled(List<double> times) => times[PacedRate..];

    private static SourceSettings Source(string topic, string group, EventReceiver logstash) => new()
    {
        Topics = [topic],
        GroupId = group,
        AutoOffsetReset = "earliest",
        Logstash = new() { Hosts = [logstash.Address] },
    };

    private static SourceBridge SourceOf(SourceSettings settings, KafkaProcess kafka, params IEnumerable<(string Name, string Value)> properties) =>
        new(settings, tls: null, new SourceMetrics(Prometheus.Metrics.NewCustomRegistry()), Roles.Context(kafka, properties));

    private static async Task Until(Func<bool> holds, CancellationToken cancellationToken)
    {
        while (!holds())
        {
            await Task.Delay(5, cancellationToken);
        }
    }

    private static double At(List<double> times, double share) => times.Order().ElementAt((int)(times.Count * share));
}
