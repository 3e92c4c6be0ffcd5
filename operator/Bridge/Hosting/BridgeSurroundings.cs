using System.Net;

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

    /// <summary>Those of a pod.</summary>
    public static BridgeSurroundings OfPod() => new(
        path => path,
        new SystemHostResolver(),
        IPAddress.IPv6Any,
        Environment.GetEnvironmentVariable(PodNameVariable) is { Length: > 0 } name ? name : Environment.MachineName,
        Console.Out,
        Console.Error);
}
