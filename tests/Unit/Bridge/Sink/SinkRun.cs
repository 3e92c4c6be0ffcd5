using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Bridge.Lumberjack.Server;
using KafkaLogstash.Bridge.Security;
using KafkaLogstash.Bridge.Sink;
using KafkaLogstash.Bridging;
using KafkaLogstash.LocalCluster.Kafka;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Prometheus;

namespace KafkaLogstash.Tests.Unit.Bridge.Sink;

/// <summary>A sink bridge that runs in a test, and a client of it.</summary>
internal sealed class SinkRun : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop;
    private readonly SinkBridge _bridge;
    private readonly CollectorRegistry _registry;

    private SinkRun(SinkBridge bridge, CollectorRegistry registry, SinkAddresses addresses, IDictionary<string, string> kafka, CancellationTokenSource stop, Task running)
    {
        (_bridge, _registry, Addresses, Kafka, _stop, Running) = (bridge, registry, addresses, kafka, stop, running);
        Http = new() { BaseAddress = new($"http://{addresses.Http}"), Timeout = Patience };
    }

    public static SinkSettings Settings { get; } = new()
    {
        Port = 0,
        Topic = "orders",
        DeliveryTimeout = TimeSpan.FromSeconds(20),
        DrainTimeout = TimeSpan.FromSeconds(5),
    };

    public HttpClient Http { get; }

    public SinkAddresses Addresses { get; }

    /// <summary>The properties that the next producer is made with.</summary>
    public IDictionary<string, string> Kafka { get; }

    public Task Running { get; }

    public RoleState State => _bridge.State;

    public static async Task<SinkRun> StartAsync(
        string bootstrapServers,
        SinkSettings? settings = null,
        LumberjackLimits? limits = null,
        ServerTls? tls = null,
        IReadOnlyDictionary<string, string>? properties = null,
        ILoggerFactory? loggers = null,
        MinDataRate? slowestBody = null)
    {
        var registry = Metrics.NewCustomRegistry();
        var kafka = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["bootstrap.servers"] = bootstrapServers,
            ["reconnect.backoff.ms"] = "10",
            ["reconnect.backoff.max.ms"] = "100",
            ["retry.backoff.ms"] = "10",
            ["retry.backoff.max.ms"] = "100",
        };
        foreach (var (name, value) in properties ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            kafka[name] = value;
        }

        loggers ??= NullLoggerFactory.Instance;
        var bridge = new SinkBridge(settings ?? Settings, tls, new SinkMetrics(registry), new RoleContext(
            kafka, "pod-0", new SystemHostResolver(), TimeProvider.System, loggers, new KafkaLog(kafka, TimeProvider.System, loggers.CreateLogger("librdkafka")), IPAddress.Loopback))
        {
            LumberjackLimits = limits ?? new(),
            SlowestBody = slowestBody ?? new(bytesPerSecond: 4096, gracePeriod: TimeSpan.FromSeconds(10)),
        };
        var stop = new CancellationTokenSource();
        var running = bridge.RunAsync(stop.Token);
        if (await Task.WhenAny(running, bridge.Listening) == running)
        {
            await running;
        }

        var run = new SinkRun(bridge, registry, await bridge.Listening, kafka, stop, running);
        return run;
    }

    public static HttpContent Json(string body, string mediaType = "application/json") => Bytes(Encoding.UTF8.GetBytes(body), mediaType);

    public static HttpContent Bytes(byte[] body, string? mediaType = "application/json", string? encoding = null)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = mediaType is null ? null : MediaTypeHeaderValue.Parse(mediaType);
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        return content;
    }

    public Task<HttpResponseMessage> PostAsync(string path, string body) => PostAsync(path, Json(body));

    public Task<HttpResponseMessage> PostAsync(string path, HttpContent content) => Http.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);

    /// <summary>The sum of a metric's children that have a label's value.</summary>
    public async Task<double> CountAsync(string metric, string label = "")
    {
        using var text = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(text, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(text.ToArray()).Split('\n')
            .Where(line => line.StartsWith($"kafka_logstash_bridge_sink_{metric}", StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _bridge.DisposeAsync();
        Http.Dispose();
        _stop.Dispose();
    }
}

/// <summary>What tests ask of answers and of Kafka.</summary>
internal static class SinkExpectations
{
    public static async Task<JsonElement> BodyAsync(this HttpResponseMessage response)
    {
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        return document.RootElement.Clone();
    }

    public static async Task<JsonElement> ExpectAsync(this Task<HttpResponseMessage> answer, int status)
    {
        using var response = await answer;
        var body = await response.BodyAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}: {body}");
        return body;
    }

    /// <summary>The first records of a topic.</summary>
    public static List<ConsumeResult<byte[]?, byte[]>> Read(this KafkaMockCluster kafka, string topic, int count) => kafka.Read(topic, _ => count);

    /// <summary>All records of a topic that are in it now.</summary>
    public static List<ConsumeResult<byte[]?, byte[]>> ReadAll(this KafkaMockCluster kafka, string topic) => kafka.Read(topic, ends => (int)ends);

    private static List<ConsumeResult<byte[]?, byte[]>> Read(this KafkaMockCluster kafka, string topic, Func<long, int> count)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]>(new ConsumerConfig
        {
            BootstrapServers = kafka.BootstrapServers,
            GroupId = "reader",
            FetchWaitMaxMs = 20,
            ReconnectBackoffMs = 10,
            ReconnectBackoffMaxMs = 50,
        }).SetLogHandler((_, _) => { }).Build();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(SinkRun.Patience);
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var partitions = admin.GetMetadata(topic, SinkRun.Patience).Topics.Single().Partitions;
        var ends = partitions.Sum(partition => consumer.QueryWatermarkOffsets(new(topic, partition.PartitionId), SinkRun.Patience).High.Value);
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(topic, partition.PartitionId, Offset.Beginning)));
        return [.. Enumerable.Range(0, count(ends)).Select(_ => consumer.Consume(limit.Token))];
    }

    public static List<string> Values(this KafkaMockCluster kafka, string topic, int count) => [.. kafka.Read(topic, count).Select(record => Encoding.UTF8.GetString(record.Message.Value))];
}
