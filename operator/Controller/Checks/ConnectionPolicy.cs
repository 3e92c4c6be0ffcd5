using System.Collections.Frozen;
using KafkaLogstash.Api;

namespace KafkaLogstash.Controller.Checks;

/// <summary>What a platform decides for all connections.</summary>
public sealed record ConnectionPolicy
{
    /// <summary>Nothing is denied.</summary>
    public static ConnectionPolicy None { get; } = new();

    /// <summary>Plugins, as <c>name</c> or <c>section/name</c>, for example <c>ruby</c> or <c>output/file</c>.</summary>
    public IReadOnlySet<string> DeniedPlugins { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Settings of <c>logstash.yml</c>.</summary>
    public IReadOnlySet<string> DeniedSettings { get; init; } = FrozenSet<string>.Empty;

    /// <summary>The repository of the image of Logstash pods that name none; its tag is the connection's version.</summary>
    public string LogstashImage { get; init; } = EffectiveValues.LogstashImage;
}
