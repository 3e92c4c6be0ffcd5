using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;
using KafkaLogstash.Soak.Running;

namespace KafkaLogstash.Soak.Source;

/// <summary>
/// A bridge as it must not be: it commits what it has read, and sends nothing again. A soak that does not find it out is worth nothing.
/// </summary>
/// <param name="kafka">Properties of its consumer.</param>
/// <param name="servers">The Logstashes.</param>
internal sealed class LosingBridge(IReadOnlyDictionary<string, string> kafka, IReadOnlyList<IPEndPoint> servers) : IBridgeUnderTest
{
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <inheritdoc/>
    public void Start()
    {
        _stop = new();
        _running = Task.Run(() => RunAsync(_stop.Token));
    }

    /// <inheritdoc/>
    public Task KillAsync() => StopAsync();

    /// <inheritdoc/>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig(new Dictionary<string, string>(kafka, StringComparer.Ordinal))
        {
            GroupId = SourceSoak.Group,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = true,
            AutoCommitIntervalMs = 200,
        }).SetLogHandler((_, _) => { }).Build();
        consumer.Subscribe(SourceSoak.Topic);
        for (var window = 0; !stopping.IsCancellationRequested; window++)
        {
            var events = new List<byte[]>();
            while (events.Count < 200 && Consume(consumer) is { } record)
            {
                var value = System.Text.Encoding.UTF8.GetString(record.Message.Value);
                events.Add(System.Text.Encoding.UTF8.GetBytes($"{value[..^1]},\"@metadata\":{{\"kafka\":{{\"offset\":{record.Offset.Value}}}}}}}"));
            }

            if (events.Count > 0)
            {
                await TrySendAsync(servers[window % servers.Count], events);
            }
        }

        consumer.Close();
    }

    private static ConsumeResult<Ignore, byte[]>? Consume(IConsumer<Ignore, byte[]> consumer)
    {
        try
        {
            return consumer.Consume(TimeSpan.FromMilliseconds(20));
        }
        catch (ConsumeException)
        {
            return null;
        }
    }

    private static async Task TrySendAsync(IPEndPoint server, List<byte[]> events)
    {
        using var giveUp = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(server, giveUp.Token);
            var stream = client.GetStream();
            await stream.WriteAsync((byte[])[.. "2W"u8, .. Number(events.Count)], giveUp.Token);
            for (var i = 0; i < events.Count; i++)
            {
                await stream.WriteAsync((byte[])[.. "2J"u8, .. Number(i + 1), .. Number(events[i].Length), .. events[i]], giveUp.Token);
            }

            await stream.ReadExactlyAsync(new byte[6], giveUp.Token);
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException)
        {
            // The fault that is to be found: the window is forgotten.
        }
    }

    private static byte[] Number(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }
}
