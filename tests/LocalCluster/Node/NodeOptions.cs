namespace KafkaLogstash.LocalCluster.Node;

/// <summary>How a node is run.</summary>
public sealed record NodeOptions
{
    /// <summary>Name of the Node object.</summary>
    public string Name { get; init; } = "local-node";

    /// <summary>What stands behind the images of containers.</summary>
    public ImageCatalogue Images { get; init; } = ImageCatalogue.Default();

    /// <summary>The wait before the second restart of a container that keeps ending; each further wait is twice as long.</summary>
    public TimeSpan RestartBackOff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest wait before a restart.</summary>
    public TimeSpan LongestRestartBackOff { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Source of time.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
