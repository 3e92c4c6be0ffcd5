using System.Net;
using KafkaLogstash.Api;

namespace KafkaLogstash.Controller.Deletion;

/// <summary>
/// Says whether two connections may mean the same Kafka. Nothing but the brokers' names is known of it, and one cluster has many: listeners, brokers, a Service's short and
/// long name. Only names of different domains, or of Services in different namespaces, tell clusters apart.
/// </summary>
internal static class SameKafka
{
    /// <summary>Whether it may be the same.</summary>
    public static bool IsPossible(KafkaLogstashConnection one, KafkaLogstashConnection other) =>
        Domains(one) is not { } some || Domains(other) is not { } others || some.Overlaps(others);

    /// <summary>The domains that the brokers' names may be of; null where there is an address, which any name may have.</summary>
    private static HashSet<string>? Domains(KafkaLogstashConnection connection)
    {
        var domains = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var server in connection.Spec.Kafka.BootstrapServers)
        {
            var host = server.LastIndexOf(':') is var colon and >= 0 ? server[..colon] : server;
            if (IPAddress.TryParse(host.Trim('[', ']'), out _))
            {
                return null;
            }

            domains.UnionWith(Domains(host.TrimEnd('.'), connection.Metadata.NamespaceProperty));
        }

        return domains;
    }

    private static IEnumerable<string> Domains(string host, string ns)
    {
        const string Service = "svc";
        var inCluster = host.IndexOf($".{Service}.", StringComparison.OrdinalIgnoreCase);
        var labels = (inCluster < 0 ? host : host[..(inCluster + Service.Length + 1)]).Split('.');
        if (labels.Length <= 2)
        {
            // A Service in the connection's namespace, or a pod of one.
            yield return $"{ns}.{Service}";
        }

        if (labels.Length >= 2)
        {
            yield return $"{labels[^2]}.{labels[^1]}";
            if (!labels[^1].Equals(Service, StringComparison.OrdinalIgnoreCase))
            {
                // The last label may be a Service's namespace.
                yield return $"{labels[^1]}.{Service}";
            }
        }
    }
}
