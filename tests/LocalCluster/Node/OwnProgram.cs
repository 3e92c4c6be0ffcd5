namespace KafkaLogstash.LocalCluster.Node;

/// <summary>Runs a sub-command of this very program in a process of its own.</summary>
internal static class OwnProgram
{
    /// <summary>The process of a sub-command.</summary>
    /// <param name="command">The sub-command.</param>
    /// <param name="arguments">Its arguments.</param>
    public static ContainerProcess Start(string command, IEnumerable<string> arguments) =>
        new(Dotnet(), [Path.Join(AppContext.BaseDirectory, "local-cluster.dll"), command, .. arguments]);

    private static string Dotnet() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? Environment.ProcessPath!
        : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";
}
