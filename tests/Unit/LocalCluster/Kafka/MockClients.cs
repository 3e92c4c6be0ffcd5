using Confluent.Kafka;
using KafkaLogstash.LocalCluster.Kafka;

namespace KafkaLogstash.Tests.Unit.LocalCluster.Kafka;

/// <summary>Clients with the short time limits that suit a cluster on loopback.</summary>
internal static class MockClients
{
    /// <summary>How long anything may take before a test gives up.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static IProducer<string?, string> Producer(KafkaMockCluster cluster, Action<ProducerConfig>? change = null)
    {
        var configuration = new ProducerConfig
        {
            BootstrapServers = cluster.BootstrapServers,
            LingerMs = 0,
            ReconnectBackoffMs = 10,
            ReconnectBackoffMaxMs = 50,
            RetryBackoffMs = 10,
            RetryBackoffMaxMs = 50,
            MessageTimeoutMs = (int)Patience.TotalMilliseconds,
        };
        change?.Invoke(configuration);
        return new ProducerBuilder<string?, string>(configuration).SetLogHandler((_, _) => { }).Build();
    }

    public static IConsumer<string?, string> Consumer(KafkaMockCluster cluster, string group)
        => new ConsumerBuilder<string?, string>(new ConsumerConfig
        {
            BootstrapServers = cluster.BootstrapServers,
            GroupId = group,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
            SessionTimeoutMs = 1100, // the mock cluster ends a rebalance after this time less a second
            HeartbeatIntervalMs = 300,
            ReconnectBackoffMs = 10,
            ReconnectBackoffMaxMs = 50,
            RetryBackoffMs = 10,
            FetchWaitMaxMs = 50,
        }).SetLogHandler((_, _) => { }).Build();

    public static List<string> Consume(IConsumer<string?, string> consumer, int count, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        return [.. Enumerable.Range(0, count).Select(_ => consumer.Consume(limit.Token).Message.Value)];
    }
}
