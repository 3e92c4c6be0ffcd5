using System.Runtime.InteropServices;

namespace KafkaLogstash.Benchmarks;

/// <summary>Where the figures come from: without it they mean nothing.</summary>
internal static class MachineLine
{
    private const string CpuInfo = "/proc/cpuinfo";

    /// <summary>Processor, cores and runtime in one line.</summary>
    public static string Read() =>
        $"{Processor()}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription.Split('\n')[0]}, {RuntimeInformation.FrameworkDescription}";

    private static string Processor() => File.Exists(CpuInfo)
        && File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line
            ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();
}
