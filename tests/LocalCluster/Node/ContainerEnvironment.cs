using KafkaLogstash.LocalCluster.LogstashStandIn.Settings;
using KafkaLogstash.LocalCluster.Naming;

namespace KafkaLogstash.LocalCluster.Node;

/// <summary>The environment of a container's process: its own variables, and of this machine's only what a program needs to run at all.</summary>
internal static class ContainerEnvironment
{
    private static readonly IReadOnlyList<string> Inherited = ["PATH", "DOTNET_ROOT", "LD_LIBRARY_PATH"];

    public static void Fill(IDictionary<string, string?> environment, ContainerStart container, ContainerProcess process)
    {
        var inherited = Inherited.ToDictionary(name => name, Environment.GetEnvironmentVariable);
        environment.Clear();
        foreach (var (name, value) in inherited.Where(pair => pair.Value is not null))
        {
            environment[name] = value;
        }

        environment["HOME"] = container.Root;
        environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        foreach (var (name, value) in process.Environment)
        {
            environment[name] = value;
        }

        foreach (var (name, value) in container.Environment)
        {
            environment[name] = value;
        }

        environment[Surroundings.RootVariable] = container.Root;
        environment[Surroundings.PodAddressVariable] = container.PodAddress.ToString();
        environment[ClusterNames.NamespaceVariable] = container.Namespace;
        environment[ClusterNames.FileVariable] = container.NamesFile;
    }
}
