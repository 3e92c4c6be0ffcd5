namespace KafkaLogstash.Benchmarks.Measuring;

/// <summary>What one run of an action costs.</summary>
/// <param name="Cpu">Processor time, user and system, of all threads of the process: the median of several batches.</param>
/// <param name="AllocatedBytes">Bytes that the action allocates on its thread.</param>
internal sealed record Cost(TimeSpan Cpu, long AllocatedBytes)
{
    /// <summary>Throughput in MB (1,000,000 bytes) each second of processor time.</summary>
    /// <param name="bytes">Bytes that one run works through.</param>
    public double MegabytesPerSecond(long bytes) => bytes / 1e6 / Cpu.TotalSeconds;
}
