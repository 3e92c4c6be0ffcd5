using System.Net;
using System.Net.Sockets;
using KafkaLogstash.Api;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>
/// Brokers' names as a connection's own pods understand them. <c>kafka</c> and <c>kafka-0.kafka</c> are looked up in the namespace of who asks, so that the operator, which
/// runs in another, would find nothing, or the Kafka of somebody else.
/// </summary>
internal static class ServiceNames
{
    /// <summary>Whether what a name means depends on the namespace of who looks it up.</summary>
    /// <param name="server">A bootstrap server, as <c>host:port</c>.</param>
    public static bool IsShort(string server) => HostOf(server) is { Length: > 0 } host && !IPAddress.TryParse(host, out _) && host.Count(letter => letter == '.') < 2 && !host.EndsWith('.');

    /// <summary>Completes the short names in a connection's namespace.</summary>
    /// <param name="kafka">The cluster.</param>
    /// <param name="ns">The connection's namespace.</param>
    /// <param name="options">The operator's own namespace, and how names are looked up.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<KafkaSpec> QualifyAsync(KafkaSpec kafka, string ns, KafkaProberOptions options, CancellationToken cancellationToken)
    {
        if (options.OwnNamespace is not { } own || own == ns || !kafka.BootstrapServers.Any(IsShort))
        {
            return kafka;
        }

        return kafka with { BootstrapServers = await Task.WhenAll(kafka.BootstrapServers.Select(QualifyAsync)) };

        // A name that neither namespace knows is a host's in the nodes' own domain, or a Service's with its namespace: it means the same to everybody.
        async Task<string> QualifyAsync(string server) =>
            IsShort(server) && (await KnowsAsync($"{HostOf(server)}.{ns}.svc") || await KnowsAsync($"{HostOf(server)}.{own}.svc"))
                ? $"{HostOf(server)}.{ns}.svc{server[HostOf(server).Length..]}"
                : server;

        async Task<bool> KnowsAsync(string host)
        {
            try
            {
                return (await options.LookUp(host, cancellationToken).WaitAsync(options.Timeout, cancellationToken)).Length > 0;
            }
            catch (Exception e) when (e is SocketException or TimeoutException or ArgumentException)
            {
                return false;
            }
        }
    }

    private static string HostOf(string server)
    {
        var colon = server.LastIndexOf(':');
        return colon < 0 ? server : server[..colon].Trim('[', ']');
    }
}
