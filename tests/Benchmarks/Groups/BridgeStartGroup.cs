using System.Diagnostics;
using KafkaLogstash.Benchmarks.Bridges;
using KafkaLogstash.Benchmarks.Publishing;
using KafkaLogstash.Bridging;

namespace KafkaLogstash.Benchmarks.Groups;

/// <summary>What the bridge weighs and how soon it is ready, in each of the ways to publish it. Each round starts every one of them, so that they share what else the machine does.</summary>
internal sealed class BridgeStartGroup : IBenchmarkGroup
{
    private const int Rounds = 3;
    private const int Partitions = 96;
    private const int PerPartition = 4500;
    private const int Records = Partitions * PerPartition;

    /// <summary>How long an idle bridge is left alone before its memory counts.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public string Name => "bridge-start";

    /// <inheritdoc/>
    public string Description => $"the bridge published in several ways: size, start, memory, speed; medians of {Rounds} rounds";

    /// <inheritdoc/>
    public async Task RunAsync(TextWriter report, CancellationToken cancellationToken)
    {
        List<PublishedProgram> published = [];
        foreach (var bridge in PublishedProgram.Bridges)
        {
            if (bridge.CanBePublished)
            {
                await bridge.PublishAsync(cancellationToken);
                published.Add(bridge);
            }
            else
            {
                await report.WriteLineAsync($"  {bridge.Name} is not measured: '{bridge.Needs}' is needed to publish it. On Debian: apt-get install clang zlib1g-dev");
            }
        }

        await using var kafka = await KafkaProcess.StartAsync(cancellationToken);
        await kafka.FillAsync("filled", Partitions, PerPartition, cancellationToken);
        await kafka.CreateAsync("idle", 4, cancellationToken);
        var figures = published.ToDictionary(bridge => bridge, _ => new List<Figures>());
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var bridge in published)
            {
                var measured = await MeasureAsync(bridge, kafka, $"{bridge.Name}-{round}", cancellationToken);
                if (round > 0)
                {
                    // The round before brought the files into the machine's memory.
                    figures[bridge].Add(measured);
                }
            }
        }

        foreach (var (bridge, all) in figures)
        {
            await report.WriteLineAsync(
                $"  {bridge.Name,-32} {bridge.Size / 1e6,5:F1} MB; ready after {Median(all, f => f.Ready.TotalMilliseconds),5:F0} ms, {Median(all, f => f.Cpu.TotalMilliseconds),5:F0} ms of processor; "
                + $"idle {Median(all, f => f.Idle / 1e6):F0} MB, anonymous {Median(all, f => f.Anonymous / 1e6):F0} MB; full speed {Median(all, f => f.Peak / 1e6):F0} MB, {Median(all, f => f.PerSecond):N0} records/s");
        }
    }

    private static async Task<Figures> MeasureAsync(PublishedProgram bridge, KafkaProcess kafka, string group, CancellationToken cancellationToken)
    {
        TimeSpan ready, cpu;
        long idle, anonymous;
        using (var logstash = new EventReceiver())
        {
            await using var process = await BridgeProcess.StartAsync([bridge.Path], Settings(kafka, logstash, "idle", group), kafka, cancellationToken);
            (ready, cpu) = (process.ReadyAfter, process.CpuTime);
            await Task.Delay(Settling, cancellationToken);
            (idle, anonymous) = (process.ResidentMemory, process.AnonymousMemory);
        }

        long? began = null;
        using var receiver = new EventReceiver(_ => began ??= Stopwatch.GetTimestamp());
        await using var busy = await BridgeProcess.StartAsync([bridge.Path], Settings(kafka, receiver, "filled", group), kafka, cancellationToken);
        while (receiver.Events < Records)
        {
            await Task.Delay(5, cancellationToken);
        }

        return new(ready, cpu, idle, anonymous, busy.PeakMemory, Records / Stopwatch.GetElapsedTime(began!.Value).TotalSeconds);
    }

    private static BridgeSettings Settings(KafkaProcess kafka, EventReceiver logstash, string topic, string group) => new()
    {
        ManagementPort = BridgeProcess.FreePort(),
        Kafka = new() { ClientFile = BridgeProcess.ClientFile(kafka) },
        Source = new() { Topics = [topic], GroupId = $"{topic}-{group}", AutoOffsetReset = "earliest", Logstash = new() { Hosts = [logstash.Address] } },
    };

    private static double Median(List<Figures> all, Func<Figures, double> figure) => all.Select(figure).Order().ElementAt(all.Count / 2);

    /// <summary>What a round has measured.</summary>
    private sealed record Figures(TimeSpan Ready, TimeSpan Cpu, long Idle, long Anonymous, long Peak, double PerSecond);
}
