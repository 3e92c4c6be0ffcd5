using System.Diagnostics;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using KafkaLogstash.LocalCluster.Kafka;

namespace KafkaLogstash.Benchmarks.Bridges;

/// <summary>
/// A mock Kafka in a process of its own, so that neither its memory nor its garbage counts as a bridge's. The benchmark's own program runs it: the first argument tells.
/// </summary>
internal sealed class KafkaProcess : IAsyncDisposable
{
    /// <summary>The argument that makes the program a Kafka.</summary>
    public const string Argument = "--as-kafka";

    private readonly Process _process;

    private KafkaProcess(Process process, string bootstrapServers) => (_process, BootstrapServers) = (process, bootstrapServers);

    /// <summary>Where it listens.</summary>
    public string BootstrapServers { get; }

    /// <summary>Processor time that it has taken.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts one.</summary>
    public static async Task<KafkaProcess> StartAsync(CancellationToken cancellationToken)
    {
        var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [typeof(KafkaProcess).Assembly.Location, Argument])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        return new(process, await AnswerOfAsync(process, cancellationToken));
    }

    /// <summary>Fills a topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partitions">Its partitions.</param>
    /// <param name="perPartition">Records in each of them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task FillAsync(string topic, int partitions, int perPartition, CancellationToken cancellationToken) =>
        AskAsync($"fill {topic} {partitions} {perPartition}", cancellationToken);

    /// <summary>Writes records at an even pace, each with the time at which it was written; ends when all are.</summary>
    /// <param name="topic">The topic; with as many partitions as it is given.</param>
    /// <param name="partitions">Its partitions.</param>
    /// <param name="rate">Records a second.</param>
    /// <param name="seconds">For how long.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task PaceAsync(string topic, int partitions, int rate, int seconds, CancellationToken cancellationToken) =>
        AskAsync($"pace {topic} {partitions} {rate} {seconds}", cancellationToken);

    /// <summary>What the process does: answers each line that comes in with one line.</summary>
    public static async Task ServeAsync()
    {
        await using var kafka = KafkaMockCluster.Start();
        await Console.Out.WriteLineAsync(kafka.BootstrapServers);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            switch (line.Split(' '))
            {
                case ["fill", var topic, var partitions, var perPartition]:
                    kafka.CreateTopic(topic, int.Parse(partitions));
                    Produce(kafka, topic, int.Parse(partitions), int.Parse(partitions) * int.Parse(perPartition), rate: null);
                    break;
                case ["pace", var topic, var partitions, var rate, var seconds]:
                    Produce(kafka, topic, int.Parse(partitions), int.Parse(rate) * int.Parse(seconds), int.Parse(rate));
                    break;
                case ["topic", var topic, var partitions]:
                    kafka.CreateTopic(topic, int.Parse(partitions));
                    break;
            }

            await Console.Out.WriteLineAsync("done");
        }
    }

    /// <summary>Creates an empty topic.</summary>
    public Task CreateAsync(string topic, int partitions, CancellationToken cancellationToken) => AskAsync($"topic {topic} {partitions}", cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<string> AnswerOfAsync(Process process, CancellationToken cancellationToken) =>
        await process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("The process with the mock Kafka has ended.");

    private static void Produce(KafkaMockCluster kafka, string topic, int partitions, int count, int? rate)
    {
        using var producer = new ProducerBuilder<byte[]?, byte[]>(new ProducerConfig
        {
            BootstrapServers = kafka.BootstrapServers,
            LingerMs = rate is null ? 20 : 1,
            QueueBufferingMaxMessages = 200_000,
        }).Build();
        var template = SampleEvent.Json(1024);
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            while (rate is { } perSecond && Stopwatch.GetElapsedTime(began).TotalSeconds * perSecond < i)
            {
                producer.Poll(TimeSpan.FromMilliseconds(1));
            }

            var value = rate is null ? template : SampleEvent.Stamped(template, Stopwatch.GetTimestamp());
            while (!TryProduce(producer, new(topic, i % partitions), value))
            {
                producer.Poll(TimeSpan.FromMilliseconds(10));
            }
        }

        producer.Flush(TimeSpan.FromMinutes(1));
    }

    private static bool TryProduce(IProducer<byte[]?, byte[]> producer, TopicPartition partition, byte[] value)
    {
        try
        {
            producer.Produce(partition, new Message<byte[]?, byte[]> { Value = value });
            return true;
        }
        catch (ProduceException<byte[]?, byte[]> refused) when (refused.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
    }

    private async Task AskAsync(string line, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        await AnswerOfAsync(_process, cancellationToken);
    }
}

/// <summary>Events to measure with: JSON objects as logs have them.</summary>
internal static class SampleEvent
{
    private static readonly byte[] StampName = Encoding.ASCII.GetBytes("{\"stamp\":\"");

    /// <summary>An event of about this many bytes, with room for a stamp.</summary>
    public static byte[] Json(int bytes)
    {
        var text = new StringBuilder("{\"stamp\":\"0000000000000000000\",\"level\":\"info\",\"status\":200,\"elapsed\":12.75,\"ok\":true,\"user\":{\"id\":4711,\"name\":\"Ada\"}");
        for (var i = 0; text.Length < bytes - 80; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $",\"field{i}\":\"value number {i}, with some text as logs have it\"");
        }

        return Encoding.UTF8.GetBytes(text.Append('}').ToString());
    }

    /// <summary>A copy with a time.</summary>
    public static byte[] Stamped(byte[] json, long timestamp)
    {
        byte[] copy = [.. json];
        timestamp.TryFormat(copy.AsSpan(StampName.Length, 19), out _, "D19", CultureInfo.InvariantCulture);
        return copy;
    }

    /// <summary>The time that an event has.</summary>
    public static long StampOf(ReadOnlySpan<byte> json) => long.Parse(json.Slice(StampName.Length, 19), CultureInfo.InvariantCulture);
}
