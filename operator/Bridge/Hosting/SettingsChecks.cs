using System.Text.RegularExpressions;
using KafkaLogstash.Bridge.Source.Delivery;
using KafkaLogstash.Bridging;
using KafkaLogstash.Logstash.Patterns;

namespace KafkaLogstash.Bridge.Hosting;

/// <summary>What can be said about settings before anything is opened. The operator writes none that would fail here; people who run a bridge by hand do.</summary>
internal static partial class SettingsChecks
{
    /// <summary>All that is wrong, each with the member's name.</summary>
    public static IReadOnlyList<string> Check(BridgeSettings settings)
    {
        var wrong = new List<string>();
        Within("managementPort", settings.ManagementPort, 0, 65535, wrong);
        Absolute("kafka.clientFile", settings.Kafka.ClientFile, wrong);
        foreach (var name in settings.Kafka.Properties.Keys.Where(KafkaCredentials.IsSecret))
        {
            wrong.Add($"kafka.properties has {name}: secrets belong in the file that kafka.clientFile names.");
        }

        if (settings is { Source: null, Sink: null })
        {
            wrong.Add("source and sink are both absent: a bridge needs one of them to have anything to do.");
        }

        if (settings.Source is { } source)
        {
            Check(source, wrong);
        }

        if (settings.Sink is { } sink)
        {
            Check(sink, settings.ManagementPort, wrong);
        }

        return wrong;
    }

    private static void Check(SourceSettings source, List<string> wrong)
    {
        if (source.Topics.Count == 0 || source.Topics.Any(string.IsNullOrWhiteSpace))
        {
            wrong.Add("source.topics is empty, or one of them is: name a topic, or a regular expression that begins with ^.");
        }

        if (source.GroupId.Length == 0)
        {
            wrong.Add("source.groupId is empty: name the consumer group.");
        }

        OneOf("source.autoOffsetReset", source.AutoOffsetReset, ["latest", "earliest", "error"], wrong);
        if (source.Logstash.Hosts.Count == 0)
        {
            wrong.Add("source.logstash.hosts is empty: name a beats input as host:port.");
        }

        foreach (var host in source.Logstash.Hosts)
        {
            try
            {
                LogstashEndpoint.Parse(host);
            }
            catch (FormatException failure)
            {
                wrong.Add($"source.logstash.hosts: {failure.Message}");
            }
        }

        Within("source.logstash.connectionsPerHost", source.Logstash.ConnectionsPerHost, 1, 16, wrong);
        Within("source.windowSize", source.WindowSize, 1, 65536, wrong);
        Within("source.maxWindowsInFlight", source.MaxWindowsInFlight, 1, 256, wrong);
        Within("source.maxBytesInFlight", source.MaxBytesInFlight, 1, long.MaxValue, wrong);
        Within("source.maxEventBytes", source.MaxEventBytes, 1, int.MaxValue, wrong);
        Within("source.compressionLevel", source.CompressionLevel, 0, 9, wrong);
        Topic("source.deadLetterTopic", source.DeadLetterTopic, wrong);
        Positive("source.acknowledgementTimeout", source.AcknowledgementTimeout, wrong);
        Positive("source.busyTimeout", source.BusyTimeout, wrong);
        Positive("source.connectTimeout", source.ConnectTimeout, wrong);
        Positive("source.revocationTimeout", source.RevocationTimeout, wrong);
        Positive("source.drainTimeout", source.DrainTimeout, wrong);
        if (source.Logstash.Tls is { } tls)
        {
            Absolute("source.logstash.tls.trustedCertificatesFile", tls.TrustedCertificatesFile, wrong);
            Absolute("source.logstash.tls.certificateFile", tls.CertificateFile, wrong);
            Absolute("source.logstash.tls.privateKeyFile", tls.PrivateKeyFile, wrong);
            if (tls.CertificateFile is null != tls.PrivateKeyFile is null)
            {
                wrong.Add("source.logstash.tls has one of certificateFile and privateKeyFile: it takes both, or neither.");
            }
        }
    }

    private static void Check(SinkSettings sink, int managementPort, List<string> wrong)
    {
        Within("sink.port", sink.Port, 0, 65535, wrong);
        if (sink.LumberjackPort is { } port)
        {
            Within("sink.lumberjackPort", port, 0, 65535, wrong);
        }

        int[] ports = sink.LumberjackPort is { } lumberjack ? [managementPort, sink.Port, lumberjack] : [managementPort, sink.Port];
        if (ports.Where(used => used != 0).GroupBy(used => used).Any(same => same.Count() > 1))
        {
            wrong.Add($"managementPort, sink.port and sink.lumberjackPort must differ; they are {string.Join(", ", ports)}.");
        }

        if (!EventPattern.TryParseTopic(sink.Topic, out _, out var topicError))
        {
            wrong.Add($"sink.topic is '{sink.Topic}': {topicError.Message}");
        }

        if (sink.MessageKey is { } key && !EventPattern.TryParse(key, out _, out var keyError))
        {
            wrong.Add($"sink.messageKey is '{key}': {keyError.Message}");
        }

        foreach (var topic in sink.AllowedTopics)
        {
            Topic("sink.allowedTopics", topic, wrong);
        }

        OneOf("sink.acks", sink.Acks, ["all", "1", "0"], wrong);
        OneOf("sink.compressionType", sink.CompressionType, ["none", "gzip", "snappy", "lz4", "zstd"], wrong);
        Topic("sink.deadLetterTopic", sink.DeadLetterTopic, wrong);
        Within("sink.maxRequestBytes", sink.MaxRequestBytes, 1, int.MaxValue, wrong);
        Within("sink.maxPendingBytes", sink.MaxPendingBytes, 1, long.MaxValue, wrong);
        Positive("sink.deliveryTimeout", sink.DeliveryTimeout, wrong);
        Positive("sink.drainTimeout", sink.DrainTimeout, wrong);
        if (sink.Tls is { } tls)
        {
            Absolute("sink.tls.certificateFile", tls.CertificateFile, wrong);
            Absolute("sink.tls.privateKeyFile", tls.PrivateKeyFile, wrong);
            Absolute("sink.tls.trustedClientCertificatesFile", tls.TrustedClientCertificatesFile, wrong);
        }

        if (sink.Authentication is { } authentication)
        {
            Absolute("sink.authentication.basicFolder", authentication.BasicFolder, wrong);
            Absolute("sink.authentication.bearerTokenFile", authentication.BearerTokenFile, wrong);
            if (authentication.BasicFolder is null == authentication.BearerTokenFile is null)
            {
                wrong.Add("sink.authentication needs exactly one of basicFolder and bearerTokenFile.");
            }

            if (sink is { LumberjackPort: not null, Tls: not { TrustedClientCertificatesFile: not null } })
            {
                wrong.Add("sink.lumberjackPort: Lumberjack knows no login, so beside sink.authentication it needs sink.tls.trustedClientCertificatesFile, or must be left out.");
            }
        }
    }

    private static void Within(string name, long value, long least, long most, List<string> wrong)
    {
        if (value < least || value > most)
        {
            wrong.Add($"{name} is {value}: it must be from {least} to {most}.");
        }
    }

    private static void Positive(string name, TimeSpan value, List<string> wrong)
    {
        if (value <= TimeSpan.Zero)
        {
            wrong.Add($"{name} is {value}: it must be more than nothing.");
        }
    }

    private static void OneOf(string name, string value, string[] allowed, List<string> wrong)
    {
        if (!allowed.Contains(value, StringComparer.Ordinal))
        {
            wrong.Add($"{name} is '{value}': it must be one of {string.Join(", ", allowed)}.");
        }
    }

    private static void Absolute(string name, string? path, List<string> wrong)
    {
        if (path is not null && !path.StartsWith('/'))
        {
            wrong.Add($"{name} is '{path}': it must be an absolute path.");
        }
    }

    private static void Topic(string name, string topic, List<string> wrong)
    {
        if (!TopicName().IsMatch(topic))
        {
            wrong.Add($"{name} is '{topic}': a topic's name has up to 249 letters, digits, dots, hyphens and underscores.");
        }
    }

    [GeneratedRegex(@"^[a-zA-Z0-9._-]{0,249}\z", RegexOptions.NonBacktracking)]
    private static partial Regex TopicName();
}
