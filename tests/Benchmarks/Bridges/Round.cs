using System.Diagnostics;

namespace KafkaLogstash.Benchmarks.Bridges;

/// <summary>A round's figures.</summary>
/// <param name="PerSecond">Records a second.</param>
/// <param name="Cpu">Processor time for a record: of the client and of Logstash's side.</param>
/// <param name="KafkaCpu">And of the mock Kafka.</param>
/// <param name="AllocatedBytes">Bytes of managed memory for a record.</param>
internal sealed record Round(double PerSecond, TimeSpan Cpu, TimeSpan KafkaCpu, double AllocatedBytes)
{
    /// <summary>Windows that the records came in; 0 where there are none.</summary>
    public double Windows { get; init; }

    /// <summary>The one in the middle.</summary>
    public static Round Median(IReadOnlyCollection<Round> rounds) => rounds.OrderBy(round => round.PerSecond).ElementAt(rounds.Count / 2);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{PerSecond,9:N0} records/s, {Cpu.TotalMicroseconds:F2} µs of processor a record (and {KafkaCpu.TotalMicroseconds:F2} µs of Kafka's), {AllocatedBytes:F0} bytes allocated";
}

/// <summary>Measures a round; it begins when it is made.</summary>
internal sealed class Meter(KafkaProcess kafka)
{
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly TimeSpan _cpu = Environment.CpuUsage.TotalTime;
    private readonly TimeSpan _kafkaCpu = kafka.CpuTime;
    private readonly long _allocated = GC.GetTotalAllocatedBytes();

    /// <summary>What that many records have cost since it was made.</summary>
    public Round Stop(int records)
    {
        var elapsed = Stopwatch.GetElapsedTime(_began);
        return new(
            records / elapsed.TotalSeconds,
            (Environment.CpuUsage.TotalTime - _cpu) / records,
            (kafka.CpuTime - _kafkaCpu) / records,
            (GC.GetTotalAllocatedBytes() - _allocated) / (double)records);
    }
}
