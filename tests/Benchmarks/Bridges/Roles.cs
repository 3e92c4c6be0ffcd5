using System.Net;
using KafkaLogstash.Bridge.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaLogstash.Benchmarks.Bridges;

/// <summary>What the halves of a bridge are made from here.</summary>
internal static class Roles
{
    /// <summary>The surroundings of a half.</summary>
    /// <param name="kafka">Its Kafka.</param>
    /// <param name="properties">Further properties of librdkafka.</param>
    public static RoleContext Context(KafkaProcess kafka, params IEnumerable<(string Name, string Value)> properties)
    {
        var all = properties.Append(("bootstrap.servers", kafka.BootstrapServers)).ToDictionary(StringComparer.Ordinal);
        return new(all, "bench-0", new SystemHostResolver(), TimeProvider.System, NullLoggerFactory.Instance, new KafkaLog(all, TimeProvider.System, NullLogger.Instance), IPAddress.Loopback);
    }
}
