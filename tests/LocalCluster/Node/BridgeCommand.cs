using System.CommandLine;
using System.Net;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.LocalCluster.LogstashStandIn.Settings;
using KafkaLogstash.LocalCluster.Naming;

namespace KafkaLogstash.LocalCluster.Node;

/// <summary>The sub-command <c>bridge</c>: the project's own bridge in a process of this machine, told what a pod would give it.</summary>
internal static class BridgeCommand
{
    /// <summary>Makes the sub-command; everything after it is an argument of the bridge.</summary>
    public static Command Create()
    {
        var command = new Command("bridge", "Run the bridge as its pod would; takes its arguments.") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction(RunAsync);
        return command;
    }

    private static Task<int> RunAsync(ParseResult invocation, CancellationToken stop)
    {
        var surroundings = Surroundings.OfProcess();
        return BridgeProgram.RunAsync(
            [.. invocation.UnmatchedTokens],
            new BridgeSurroundings(
                surroundings.Locate,
                new PodResolver(surroundings.Names),
                surroundings.Bind(IPAddress.Any.ToString()),
                surroundings.Value(BridgeSurroundings.PodNameVariable) ?? Environment.MachineName,
                Console.Out,
                Console.Error),
            stop);
    }

    private sealed class PodResolver(ClusterNames names) : IHostResolver
    {
        public Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) => names.ResolveAsync(host, cancellationToken);
    }
}
