using System.Collections.Immutable;
using KafkaLogstash.Logstash;
using KafkaLogstash.LocalCluster.LogstashStandIn.Settings;

namespace KafkaLogstash.LocalCluster.Node;

/// <summary>What stands behind the image of Logstash.</summary>
public static class LogstashImage
{
    /// <summary>Name of the official image, without tag.</summary>
    public const string Prefix = "docker.elastic.co/logstash/logstash";

    /// <summary>Starts this project's stand-in for Logstash.</summary>
    public static ContainerProcess StandIn(ContainerStart container)
    {
        ArgumentNullException.ThrowIfNull(container);
        if (!IsLogstash(container))
        {
            return HostProgram.Start(container);
        }

        var version = container.Image.Split('@')[0].Split(':') is [_, var tag] && LogstashVersion.TryParse(tag, out _) ? tag : null;
        return OwnProgram.Start("logstash", [.. container.Command.Skip(1), .. container.Arguments]) with
        {
            Environment = version is null
                ? ImmutableDictionary<string, string>.Empty
                : ImmutableDictionary<string, string>.Empty.Add(Surroundings.VersionVariable, version),
        };
    }

    /// <summary>Whether the container runs Logstash itself, and not a tool out of its image.</summary>
    internal static bool IsLogstash(ContainerStart container) =>
        container.Command is [] || Path.GetFileName(container.Command[0]) == "logstash";
}
