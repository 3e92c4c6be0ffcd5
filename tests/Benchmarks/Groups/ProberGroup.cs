using System.Diagnostics;
using Confluent.Kafka;
using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.LocalCluster.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using AutoOffsetReset = KafkaLogstash.Api.AutoOffsetReset;

namespace KafkaLogstash.Benchmarks.Groups;

/// <summary>What it costs to know Kafka: many connections, each with a consumer group of its own, on one cluster.</summary>
internal sealed class ProberGroup : IBenchmarkGroup
{
    private const int Connections = 1000;
    private const int Topics = 100;
    private const int Partitions = 12;
    private const int Records = 10;

    /// <summary>Long enough for a whole look and the pause behind it.</summary>
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public string Name => "prober";

    /// <inheritdoc/>
    public string Description => $"{Connections} connections, each with its own consumer group, on {Topics} topics of {Partitions} partitions in one Kafka of 3 mock brokers, as the operator looks by default";

    /// <inheritdoc/>
    public async Task RunAsync(TextWriter report, CancellationToken cancellationToken)
    {
        await using var kafka = KafkaMockCluster.Start(3);
        await FillAsync(kafka, cancellationToken);
        kafka.StartRequestTracking();
        var before = (Heap: GC.GetTotalMemory(forceFullCollection: true), Process: Environment.WorkingSet);

        var told = 0;
        await using var prober = new KafkaProber(new KafkaProberOptions(), TimeProvider.System, NullLogger<KafkaProber>.Instance, _ => Interlocked.Increment(ref told));
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Connections; i++)
        {
            prober.Follow(NameOf(i), QuestionOf(i, kafka.BootstrapServers));
        }

        await UntilRightAsync(prober, Records, cancellationToken);
        var right = watch.Elapsed;
        await report.WriteLineAsync($"  until all facts are right     {right.TotalSeconds,8:F1} s, {kafka.CountRequests().Values.Sum(),6} requests, {prober.Clients} client, {told} changes told");
        var after = (Heap: GC.GetTotalMemory(forceFullCollection: true), Process: Environment.WorkingSet);
        await report.WriteLineAsync($"  memory                        {(after.Heap - before.Heap) / 1e6,8:F1} MB on the heap, {(after.Process - before.Process) / 1e6:F1} MB of the process");

        kafka.StartRequestTracking();
        var cpu = Environment.CpuUsage.TotalTime;
        await Task.Delay(Watched, cancellationToken);
        cpu = Environment.CpuUsage.TotalTime - cpu;
        var requests = kafka.CountRequests();
        await report.WriteLineAsync($"  requests a minute             {requests.Values.Sum() * 60 / Watched.TotalSeconds,8:F0} ({string.Join(", ", requests.OrderByDescending(entry => entry.Value).Select(entry => $"{entry.Key} {entry.Value * 60 / Watched.TotalSeconds:F0}"))})");
        await report.WriteLineAsync($"  processor                     {cpu / Watched,8:P1} of a core, the mock brokers included");

        watch.Restart();
        await ProduceAsync(kafka, cancellationToken);
        await UntilRightAsync(prober, 2 * Records, cancellationToken);
        await report.WriteLineAsync($"  until all lags are right anew {watch.Elapsed.TotalSeconds,8:F1} s after each topic got {Records} records");
    }

    private static string NameOf(int connection) => $"shop/c{connection}";

    private static string GroupOf(int connection) => $"shop-c{connection}";

    private static string TopicOf(int connection) => $"orders-{connection % Topics}";

    private static long CommittedOf(int connection) => connection % Records;

    private static KafkaQuestion QuestionOf(int connection, string bootstrapServers) => new()
    {
        Kafka = new KafkaSpec { BootstrapServers = bootstrapServers.Split(',') },
        Secrets = new KafkaSecrets(),
        Topics = [TopicOf(connection)],
        GroupId = GroupOf(connection),
        AutoOffsetReset = AutoOffsetReset.Earliest,
        Consumers = 2,
    };

    private static async Task UntilRightAsync(KafkaProber prober, int records, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Connections; i++)
        {
            while (!(prober.Latest(NameOf(i)) is { Reachable.Holds: true, TopicsAvailable.Holds: true } facts && facts.Lag == records - CommittedOf(i)))
            {
                await Task.Delay(50, cancellationToken);
            }
        }
    }

    private static async Task FillAsync(KafkaMockCluster kafka, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Topics; i++)
        {
            kafka.CreateTopic($"orders-{i}", Partitions);
        }

        await ProduceAsync(kafka, cancellationToken);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers }).Build();
        await Parallel.ForAsync(0, Connections, cancellationToken, async (i, _) => await admin.AlterConsumerGroupOffsetsAsync(
            [new ConsumerGroupTopicPartitionOffsets(GroupOf(i), [new TopicPartitionOffset(TopicOf(i), 0, CommittedOf(i))])]));
    }

    /// <summary>Gives the first partition of each topic some records.</summary>
    private static async Task ProduceAsync(KafkaMockCluster kafka, CancellationToken cancellationToken)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers, LingerMs = 5 }).Build();
        await Task.WhenAll(
            from topic in Enumerable.Range(0, Topics)
            from record in Enumerable.Range(0, Records)
            select producer.ProduceAsync(new TopicPartition($"orders-{topic}", 0), new Message<Null, string> { Value = "x" }, cancellationToken));
    }
}
