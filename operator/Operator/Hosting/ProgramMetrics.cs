using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using Prometheus;

namespace KafkaLogstash.Operator.Hosting;

/// <summary>What the program shows of itself, for Prometheus; what its parts do, they count themselves.</summary>
internal static class ProgramMetrics
{
    /// <summary>Registers what the program is built from, and the metrics of the process and the runtime.</summary>
    public static void Register(CollectorRegistry registry)
    {
        Metrics.WithCustomRegistry(registry)
            .CreateGauge("kafka_logstash_operator_build_info", "1, with what this operator is built from.", ["version", "runtime", "librdkafka"])
            .WithLabels(
                typeof(ProgramMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "",
                RuntimeInformation.FrameworkDescription,
                Library.VersionString)
            .Set(1);
        DotNetStats.Register(registry);
    }
}
