using System.Net;
using System.Net.Sockets;

namespace KafkaLogstash.LocalCluster.Naming;

/// <summary>
/// What a pod's resolver is in a cluster: knows the Services of the cluster by all their names, from the file that the node keeps, and leaves other names to this
/// machine.
/// </summary>
/// <param name="file">The node's file of names; null where there is no node.</param>
/// <param name="ns">The pod's namespace, whose Services it may call by their bare names.</param>
internal sealed class ClusterNames(string? file, string? ns)
{
    /// <summary>The variable that tells a container's process where the file of names is.</summary>
    public const string FileVariable = "LOCAL_CLUSTER_NAMES";

    /// <summary>The variable that tells a container's process the namespace of its pod.</summary>
    public const string NamespaceVariable = "LOCAL_CLUSTER_NAMESPACE";

    private const string Domain = "svc.cluster.local";

    /// <summary>The names by which a Service is known in every namespace.</summary>
    public static IReadOnlyList<string> NamesOf(string service, string ns) => [$"{service}.{ns}.{Domain}", $"{service}.{ns}.svc", $"{service}.{ns}"];

    /// <summary>The resolver of a container, told by its environment.</summary>
    public static ClusterNames Of(Func<string, string?> environment) => new(environment(FileVariable), environment(NamespaceVariable));

    /// <summary>The addresses of a name: those of all ready pods where it is a Service's.</summary>
    /// <exception cref="SocketException">There is no such name, or no ready pod behind it.</exception>
    public async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            return [address];
        }

        if (!string.IsNullOrEmpty(file) && File.Exists(file))
        {
            var text = await File.ReadAllTextAsync(file, cancellationToken);
            if (FullNames(host).Select(name => HostsFile.Find(text, name)).FirstOrDefault(found => found.Count > 0) is { } found)
            {
                return found;
            }

            if (IsOfCluster(host))
            {
                throw new SocketException((int)SocketError.HostNotFound, $"The Service {host} does not exist, or has no ready pod");
            }
        }

        return await Dns.GetHostAddressesAsync(host, cancellationToken);
    }

    /// <summary>Connects to a name's port at one of its addresses, chosen at random; the others are tried when it refuses.</summary>
    /// <exception cref="SocketException">There is no such name, or none of its addresses takes the connection.</exception>
    public async Task<Socket> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = [.. await ResolveAsync(host, cancellationToken)];
        Random.Shared.Shuffle(addresses);
        for (var i = 0; ; i++)
        {
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(addresses[i], port, cancellationToken);
                return socket;
            }
            catch (SocketException) when (i < addresses.Length - 1)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    private static bool IsOfCluster(string host) => host.EndsWith(".svc", StringComparison.OrdinalIgnoreCase) || host.EndsWith($".{Domain}", StringComparison.OrdinalIgnoreCase);

    /// <summary>As a pod's list of search domains completes a name.</summary>
    private IEnumerable<string> FullNames(string host)
    {
        var name = host.TrimEnd('.');
        return (string[])[$"{name}.{ns}.{Domain}", $"{name}.{Domain}", $"{name}.cluster.local", name];
    }
}
