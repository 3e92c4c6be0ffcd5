namespace KafkaLogstash.LocalCluster.Node;

/// <summary>What stands behind the image of the bridge: the project's own bridge, in a process of its own.</summary>
public static class BridgeImage
{
    private const string Program = "kafka-logstash-bridge";

    /// <summary>Starts the bridge, or another program of its image.</summary>
    public static ContainerProcess Start(ContainerStart container)
    {
        ArgumentNullException.ThrowIfNull(container);
        return container.Command is [] || Path.GetFileName(container.Command[0]) == Program
            ? OwnProgram.Start("bridge", [.. container.Command.Skip(1), .. container.Arguments])
            : HostProgram.Start(container);
    }
}
