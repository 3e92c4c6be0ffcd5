namespace KafkaLogstash.Api.Schema;

/// <summary>Patterns of texts, in the common subset of RE2 (the API server's) and .NET.</summary>
internal static class Patterns
{
    /// <summary>A host name or address with a port; an IPv6 address in brackets (RFC 3986, section 3.2.2). Underscores occur in internal names.</summary>
    public const string HostAndPort = @"^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}$";

    /// <summary>The longest host name (RFC 1035) with colon and port.</summary>
    public const int HostAndPortLength = 259;

    /// <summary>The name of a Kubernetes object: a DNS subdomain (RFC 1123).</summary>
    public const string ObjectName = @"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

    /// <summary>The longest name of a Kubernetes object.</summary>
    public const int ObjectNameLength = 253;

    /// <summary>A key of a ConfigMap or Secret.</summary>
    public const string DataKey = "^[-._a-zA-Z0-9]+$";

    /// <summary>A Kafka topic's name (org.apache.kafka.common.internals.Topic).</summary>
    public const string Topic = "^[a-zA-Z0-9._-]+$";

    /// <summary>The longest name of a Kafka topic.</summary>
    public const int TopicLength = 249;

    /// <summary>A duration: numbers with units.</summary>
    public const string Duration = @"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$";

    /// <summary>A number of bytes as a Kubernetes quantity.</summary>
    public const string Bytes = @"^[0-9]+(\.[0-9]+)?([KMGTPE]i|[kMGTPE])?$";

    /// <summary>The longest duration or quantity.</summary>
    public const int MeasureLength = 32;

    /// <summary>A Logstash codec: its name, with settings in braces if it needs some.</summary>
    public const string Codec = @"^[a-z][a-z0-9_]*(\s*\{[\s\S]*\})?$";

    /// <summary>Printable characters without blanks around them.</summary>
    public const string Printable = "^[!-~]([ -~]*[!-~])?$";

    /// <summary>Three numbers, with or without what follows a dash or plus.</summary>
    public const string Version = @"^[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.-]+)?$";

    /// <summary>An image reference: repository with tag or digest.</summary>
    public const string Image = @"^[a-z0-9]([a-zA-Z0-9._/-]|:[0-9]+/)*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@[a-z0-9]+:[0-9a-f]{32,})?$";

    /// <summary>The name of a port (RFC 6335, as Kubernetes reads it).</summary>
    public const string PortName = "^[a-z0-9]+(-[a-z0-9]+)*$";

    /// <summary>An HTTP or HTTPS URL.</summary>
    public const string HttpUrl = @"^https?://[^\s/?#]+[^\s]*$";

    /// <summary>A Kubernetes name that also fits a Service (RFC 1035).</summary>
    public const string ServiceName = "^[a-z]([-a-z0-9]*[a-z0-9])?$";
}
