namespace KafkaLogstash.LocalCluster.Node;

/// <summary>Runs a container's command as a program of this machine.</summary>
public static class HostProgram
{
    /// <summary>The command and its arguments, just as the container has them.</summary>
    /// <exception cref="ContainerStartException">The container has no command.</exception>
    public static ContainerProcess Start(ContainerStart container)
    {
        ArgumentNullException.ThrowIfNull(container);
        return container.Command.Count > 0
            ? new(container.Command[0], [.. container.Command.Skip(1), .. container.Arguments])
            : throw new ContainerStartException($"The image '{container.Image}' has no entry point on this node: give the container a command.");
    }
}
