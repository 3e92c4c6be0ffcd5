using System.Net;
using System.Net.Sockets;

namespace KafkaLogstash.Bridge.Hosting;

/// <summary>What a bridge finds where it runs; in a pod, or beside other bridges on one machine.</summary>
/// <param name="Path">Says where a path of the settings is here.</param>
/// <param name="Resolver">Resolves names.</param>
/// <param name="ListenAddress">Where servers listen.</param>
/// <param name="PodName">The pod's name: the static member's id in the consumer group.</param>
/// <param name="Output">Where <c>--help</c> and the like are written.</param>
/// <param name="Error">Where it is written that the command line or the settings are wrong.</param>
internal sealed record BridgeSurroundings(
    Func<string, string> Path, IHostResolver Resolver, IPAddress ListenAddress, string PodName, TextWriter Output, TextWriter Error)
{
    /// <summary>The variable with the pod's name, by the downward API.</summary>
    public const string PodNameVariable = "POD_NAME";

    /// <summary>Where the log goes, one JSON object a line.</summary>
    public TextWriter Log { get; init; } = Output;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How often files are looked at for a change. The kubelet takes a minute or so to bring a new Secret.</summary>
    public TimeSpan FileInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Is told where health and metrics are served, once they are.</summary>
    public Action<IPEndPoint> Listening { get; init; } = _ => { };

    /// <summary>Makes a role in place of the bridge's own; null makes those.</summary>
    public Func<string, RoleContext, IBridgeRole>? MakeRole { get; init; }

    /// <summary>Those of a pod.</summary>
    public static BridgeSurroundings OfPod() => new(
        path => path,
        new SystemHostResolver(),

        // Takes IPv4 as well.
        Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any,
        Environment.GetEnvironmentVariable(PodNameVariable) is { Length: > 0 } name ? name : Environment.MachineName,
        Console.Out,
        Console.Error);
}
