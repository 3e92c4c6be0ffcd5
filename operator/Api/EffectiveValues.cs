namespace KafkaLogstash.Api;

/// <summary>What holds where a field is left out: values that follow from other fields, so that a schema's default can't name them.</summary>
public static class EffectiveValues
{
    /// <summary>The repository of the official images.</summary>
    public const string LogstashImage = "docker.elastic.co/logstash/logstash";

    /// <summary>The consumer group: <c>spec.input.groupId</c>, or namespace and name joined by a hyphen. The plugin's own default is one group for everybody.</summary>
    /// <param name="connection">The connection.</param>
    /// <returns>The group's id.</returns>
    public static string GroupId(this KafkaLogstashConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return connection.Spec.Input?.GroupId is { Length: > 0 } named ? named : $"{connection.Metadata.NamespaceProperty ?? "default"}-{connection.Metadata.Name}";
    }

    /// <summary>The image: <c>spec.logstash.image</c>, or that of the version.</summary>
    /// <param name="logstash">The Logstash pods.</param>
    /// <param name="repository">Where the images of all versions are.</param>
    /// <returns>An image reference.</returns>
    public static string EffectiveImage(this LogstashSpec logstash, string repository = LogstashImage)
    {
        ArgumentNullException.ThrowIfNull(logstash);
        return logstash.Image.Length > 0 ? logstash.Image : $"{repository}:{logstash.Version}";
    }

    /// <summary>The port on which Logstash listens: <c>targetPort</c>, or the Service's.</summary>
    /// <param name="port">The port.</param>
    /// <returns>The port's number in the pod.</returns>
    public static int EffectiveTargetPort(this PortSpec port)
    {
        ArgumentNullException.ThrowIfNull(port);
        return port.TargetPort ?? port.Port;
    }
}
