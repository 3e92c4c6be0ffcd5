using Confluent.Kafka;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Bridge.Security;
using KafkaLogstash.Bridge.Source.Consuming;
using KafkaLogstash.Bridge.Source.Delivery;
using KafkaLogstash.Bridging;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Source;

/// <summary>The half of a bridge that brings records from Kafka to Logstash, at least once.</summary>
/// <param name="settings">What it reads and where it takes it.</param>
/// <param name="tls">TLS towards Logstash; null for plain text.</param>
/// <param name="metrics">What is counted.</param>
/// <param name="context">What it is made from.</param>
internal sealed class SourceBridge(SourceSettings settings, ClientTls? tls, SourceMetrics metrics, RoleContext context) : IBridgeRole
{
    /// <summary>A turn can take as long as a commit to a Kafka that does not answer, and no longer.</summary>
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMinutes(3);

    private readonly SourceStatus _status = new();
    private readonly ILogger _logger = context.Loggers.CreateLogger<SourceBridge>();
    private volatile SourceLoop? _loop;

    /// <inheritdoc/>
    public string Name => "source";

    /// <inheritdoc/>
    public RoleState State => _status.State;

    /// <inheritdoc/>
    public bool IsAlive => _loop is not { } loop || loop.SinceTurn < LongestTurn;

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken stopping)
    {
        var trouble = new KafkaTrouble(settings, _status, context.Time, _logger);
        SourceLoop loop;
        try
        {
            loop = new SourceLoop(settings, new(
                owner => Consumer(owner, trouble),
                owner => new WindowDelivery(settings, owner, new(tls, settings.ConnectTimeout, context.Time), context.Resolver, metrics, context.Time, _logger),
                new(settings.DeadLetterTopic, DeadLetterProducer, metrics, _logger),
                trouble,
                _status,
                metrics,
                context.Time,
                _logger));
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or KafkaException)
        {
            throw new RoleException($"Kafka's client refuses its properties: {failure.Message}", failure);
        }

        using (loop)
        await using (loop.Delivery)
        {
            _loop = loop;
            await Task.Factory.StartNew(() => loop.Run(stopping), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            _loop = null;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private IConsumer<Ignore, Ignore> Consumer(SourceLoop loop, KafkaTrouble trouble) =>
        new ConsumerBuilder<Ignore, Ignore>(ConsumerProperties.For(settings, context.KafkaProperties, context.InstanceId))
            .SetPartitionsAssignedHandler((_, partitions) => loop.Assigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => loop.Revoked([.. partitions.Select(partition => partition.TopicPartition)]))
            .SetPartitionsLostHandler((_, partitions) => loop.Lost([.. partitions.Select(partition => partition.TopicPartition)]))
            .SetErrorHandler((_, error) => trouble.Failed(error))
            .SetLogHandler((_, line) => context.KafkaLog.Pass(line))
            .Build();

    private IProducer<byte[]?, byte[]?> DeadLetterProducer(Action<Error> failed) =>
        new ProducerBuilder<byte[]?, byte[]?>(new Dictionary<string, string>(context.KafkaProperties, StringComparer.Ordinal)
        {
            ["acks"] = "all",
            ["enable.idempotence"] = "true",
            ["linger.ms"] = "5",

            // Dead letters can be as large as Kafka takes them; the topic's own limit counts, not librdkafka's.
            ["message.max.bytes"] = "268435456",
            ["message.timeout.ms"] = "30000",
        }).SetErrorHandler((_, error) => failed(error)).SetLogHandler((_, line) => context.KafkaLog.Pass(line)).Build();
}
