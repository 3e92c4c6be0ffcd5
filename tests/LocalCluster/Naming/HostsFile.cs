using System.Net;

namespace KafkaLogstash.LocalCluster.Naming;

/// <summary>The text of a file with names and addresses, as <c>/etc/hosts</c> has it: an address and its names on each line.</summary>
internal static class HostsFile
{
    /// <summary>Writes this machine's own name, and hosts with all their names and addresses, in an order that does not change.</summary>
    public static string Write(IEnumerable<(IReadOnlyList<string> Names, IReadOnlyCollection<IPAddress> Addresses)> hosts) =>
        $"{IPAddress.Loopback} localhost\n" + string.Concat(
            from host in hosts
            orderby host.Names[0]
            from address in host.Addresses
            select $"{address} {string.Join(' ', host.Names)}\n");

    /// <summary>The addresses of a name, in the file's order. Lines that are none of the kind say nothing.</summary>
    public static IReadOnlyList<IPAddress> Find(string text, string name)
    {
        var found = new List<IPAddress>();
        foreach (var line in text.Split('\n'))
        {
            string[] parts = line.Split('#', 2)[0].Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length > 1 && parts.AsSpan(1).Contains(name, StringComparer.OrdinalIgnoreCase) && IPAddress.TryParse(parts[0], out var address))
            {
                found.Add(address);
            }
        }

        return found;
    }
}
