using System.Collections.Frozen;

namespace KafkaLogstash.Logstash.Checks;

/// <summary>What is known about the place where a pipeline will run. What is not known is null, and is not checked.</summary>
public sealed record PipelineContext
{
    /// <summary>The version of Logstash, for the plugins that its image bundles; null leaves plugin names unchecked.</summary>
    public LogstashVersion? Version { get; init; }

    /// <summary>The kafka input's <c>decorate_events</c>: <c>none</c>, <c>basic</c> or <c>extended</c>; null where there is no such input.</summary>
    public string? DecorateEvents { get; init; }

    /// <summary>Names of all environment variables that the pod will have; null if they can't be told, because some come from elsewhere.</summary>
    public IReadOnlySet<string>? DefinedEnvironment { get; init; }

    /// <summary>Plugins that the platform does not allow, as <c>name</c> or <c>section/name</c> (<c>filter/ruby</c>, <c>codec/avro</c>), with what does the same under another name.</summary>
    public IReadOnlySet<string> DeniedPlugins { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Consumer threads of each pod.</summary>
    public int? ConsumerThreads { get; init; }

    /// <summary>Number of pods.</summary>
    public int? Replicas { get; init; }

    /// <summary>Partitions of all topics that are read.</summary>
    public int? Partitions { get; init; }

    /// <summary>The ports on which something outside reaches the pod; null leaves listening inputs unchecked.</summary>
    public IReadOnlySet<ListeningPort>? Ports { get; init; }

    /// <summary>Where volumes are mounted in the container; null leaves plugins that use its files unchecked.</summary>
    public IReadOnlyCollection<string>? MountedPaths { get; init; }
}
