using System.Net;
using System.Net.Sockets;

namespace KafkaLogstash.Bridge.Hosting;

/// <summary>Finds the addresses behind names.</summary>
internal interface IHostResolver
{
    /// <summary>The addresses of a name, or of an address written as text.</summary>
    /// <param name="host">The name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SocketException">It can't be resolved.</exception>
    Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken);
}

/// <summary>Asks the system, and so the cluster's DNS.</summary>
internal sealed class SystemHostResolver : IHostResolver
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) =>
        await Dns.GetHostAddressesAsync(host, cancellationToken);
}
