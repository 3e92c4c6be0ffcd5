using System.Net.Sockets;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Bridging;

namespace KafkaLogstash.Bridge.Source.Delivery;

/// <summary>
/// Finds the beats inputs behind names that stand for several, as of headless Services, again and again. A name that can't be resolved, or has no address just now, changes
/// nothing: connections that work go on.
/// </summary>
/// <param name="settings">The names.</param>
/// <param name="resolver">Resolves them.</param>
/// <param name="time">The clock.</param>
internal sealed class EndpointDiscovery(LogstashSettings settings, IHostResolver resolver, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>While nothing was found yet, somebody waits for it.</summary>
    private static readonly TimeSpan FirstInterval = TimeSpan.FromMilliseconds(500);

    private readonly LogstashEndpoint[] _hosts = [.. settings.Hosts.Select(LogstashEndpoint.Parse)];

    /// <summary>Tells what was found, whenever it is something else than before.</summary>
    /// <param name="found">Takes the endpoints; called on any thread.</param>
    /// <param name="failed">Takes what is wrong, for people; null when nothing is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(Action<IReadOnlyList<LogstashEndpoint>> found, Action<string?> failed, CancellationToken cancellationToken)
    {
        if (!settings.Discover)
        {
            found(_hosts);
            return;
        }

        var last = new Dictionary<LogstashEndpoint, IReadOnlyList<LogstashEndpoint>>();
        var told = new HashSet<LogstashEndpoint>();
        try
        {
            while (true)
            {
                string? trouble = null;
                foreach (var host in _hosts)
                {
                    trouble ??= await ResolveAsync(host, last, cancellationToken);
                }

                failed(trouble);
                var now = last.Values.SelectMany(endpoints => endpoints).ToHashSet();
                if (!now.SetEquals(told))
                {
                    told = now;
                    found([.. now]);
                }

                await Task.Delay(told.Count == 0 ? FirstInterval : Interval, time, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task<string?> ResolveAsync(
        LogstashEndpoint host, Dictionary<LogstashEndpoint, IReadOnlyList<LogstashEndpoint>> found, CancellationToken cancellationToken)
    {
        try
        {
            var addresses = await resolver.ResolveAsync(host.Host, cancellationToken);
            if (addresses.Count == 0)
            {
                return $"The name {host.Host} has no address: no Logstash pod is ready.";
            }

            found[host] = [.. addresses.Select(address => host with { Address = address })];
            return null;
        }
        catch (SocketException failure)
        {
            return $"The name {host.Host} can't be resolved: {failure.Message}. Is a Logstash pod ready?";
        }
    }
}
