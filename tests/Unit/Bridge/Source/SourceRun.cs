using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Bridge.Security;
using KafkaLogstash.Bridge.Source;
using KafkaLogstash.Bridging;
using KafkaLogstash.LocalCluster.Kafka;
using KafkaLogstash.LocalCluster.LogstashStandIn.Lumberjack;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Prometheus;

namespace KafkaLogstash.Tests.Unit.Bridge.Source;

/// <summary>A Lumberjack server that keeps what it acknowledged.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<LumberjackWindow> _windows = new();
    private readonly LumberjackServer _server;
    private bool _stopped;

    private Receiver(Func<Receiver, LumberjackWindow, CancellationToken, Task> accept, IPEndPoint endpoint) =>
        _server = LumberjackServer.Start(
            new() { Endpoint = endpoint, KeepAlive = TimeSpan.FromMilliseconds(200) },
            async (window, token) =>
            {
                await accept(this, window, token);
                _windows.Enqueue(window);
            },
            (_, _) => { });

    public string Address => _server.Endpoint.ToString();

    public IPEndPoint Endpoint => _server.Endpoint;

    public IReadOnlyList<LumberjackWindow> Windows => [.. _windows];

    public int Count => _windows.Sum(window => window.Events.Count);

    public IEnumerable<JsonElement> Events => _windows.SelectMany(window => window.Events).Select(item => JsonDocument.Parse(item.Json).RootElement);

    public static Receiver Start(Func<Receiver, LumberjackWindow, CancellationToken, Task>? accept = null, IPEndPoint? endpoint = null) =>
        new(accept ?? ((_, _, _) => Task.CompletedTask), endpoint ?? new(IPAddress.Loopback, 0));

    public async ValueTask DisposeAsync()
    {
        if (!_stopped)
        {
            _stopped = true;
            await _server.DisposeAsync();
        }
    }
}

/// <summary>A source bridge that runs in a test.</summary>
internal sealed class SourceRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CollectorRegistry _registry;
    private readonly SourceBridge _bridge;

    private SourceRun(CollectorRegistry registry, SourceBridge bridge)
    {
        (_registry, _bridge) = (registry, bridge);
        Running = bridge.RunAsync(_stop.Token);
    }

    public Task Running { get; }

    public RoleState State => _bridge.State;

    public static SourceRun Start(KafkaMockCluster kafka, SourceSettings settings, string instance = "pod-0", IHostResolver? resolver = null,
        IReadOnlyDictionary<string, string>? properties = null, ClientTls? tls = null, ILoggerFactory? log = null, TimeProvider? time = null)
    {
        var all = new Dictionary<string, string>(properties ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            ["bootstrap.servers"] = kafka.BootstrapServers,
            ["session.timeout.ms"] = "2000",
            ["heartbeat.interval.ms"] = "200",
        };
        var registry = Metrics.NewCustomRegistry();
        return new(registry, new SourceBridge(settings, tls, new SourceMetrics(registry), new RoleContext(
            all,
            instance,
            resolver ?? new SystemHostResolver(),
            time ?? TimeProvider.System,
            log ?? NullLoggerFactory.Instance,
            new KafkaLog(all, TimeProvider.System, NullLogger.Instance),
            IPAddress.Loopback)));
    }

    public static SourceSettings Settings(params IEnumerable<string> hosts) => new()
    {
        Topics = ["orders"],
        GroupId = "shop-orders",
        AutoOffsetReset = "earliest",
        Logstash = new() { Hosts = [.. hosts] },
    };

    /// <summary>What a metric of the source says.</summary>
    /// <param name="name">What follows <c>kafka_logstash_bridge_source_</c>.</param>
    public double Metric(string name)
    {
        using var stream = new MemoryStream();
        _registry.CollectAndExportAsTextAsync(stream).GetAwaiter().GetResult();
        var line = $"kafka_logstash_bridge_source_{name} ";
        return Encoding.UTF8.GetString(stream.ToArray()).Split('\n')
            .Where(text => text.StartsWith(line, StringComparison.Ordinal))
            .Select(text => double.Parse(text[line.Length..], CultureInfo.InvariantCulture))
            .FirstOrDefault();
    }

    /// <summary>Ends it as SIGTERM would.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Running;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Running.ContinueWith(_ => { }, TaskScheduler.Default);
        await _bridge.DisposeAsync();
        _stop.Dispose();
    }
}

/// <summary>Writes records and reads commits.</summary>
internal static class Records
{
    public static async Task ProduceAsync(KafkaMockCluster kafka, IEnumerable<(int Partition, Message<byte[]?, byte[]?> Message)> records, string topic = "orders")
    {
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers, LingerMs = 1 }).Build();
        await Task.WhenAll(records.Select(record => producer.ProduceAsync(new TopicPartition(topic, record.Partition), record.Message)).ToList());
    }

    public static Task ProduceAsync(KafkaMockCluster kafka, int count, int partitions, int from = 0) => ProduceAsync(
        kafka,
        Enumerable.Range(from, count).Select(i => (i % partitions, Json($$"""{"n":{{i}},"p":{{i % partitions}}}"""))));

    public static Message<byte[]?, byte[]?> Json(string text) => new() { Value = Encoding.UTF8.GetBytes(text) };

    public static long Committed(KafkaMockCluster kafka, int partitions, string group = "shop-orders", string topic = "orders")
    {
        using var client = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = kafka.BootstrapServers, GroupId = group }).Build();
        return client.Committed(Enumerable.Range(0, partitions).Select(partition => new TopicPartition(topic, partition)), TimeSpan.FromSeconds(5))
            .Sum(offset => Math.Max(0, offset.Offset.Value));
    }
}
