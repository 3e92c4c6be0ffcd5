using System.Collections.Frozen;
using KafkaLogstash.Api.Schema;

namespace KafkaLogstash.Api.Validation;

/// <summary>What the patterns of texts ask for, in words.</summary>
internal static class PatternMeanings
{
    private static readonly FrozenDictionary<string, string> Meanings = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [Patterns.HostAndPort] = "must be host:port without a protocol before it, for example kafka-0.kafka:9092 or [fd00::1]:9092",
        [Patterns.ObjectName] = "must be the name of a Kubernetes object: lower-case letters, digits, hyphens and dots, for example orders-kafka",
        [Patterns.DataKey] = "must be a key of a Secret or ConfigMap: letters, digits, '-', '_' and '.', for example tls.crt",
        [Patterns.Topic] = "must be a topic's name: letters, digits, '.', '_' and '-'",
        [Patterns.Duration] = "must be a duration, a number with ms, s, m or h, for example 50ms or 5m",
        [Patterns.Bytes] = "must be a number of bytes as a quantity, for example 512Mi or 1Gi",
        [Patterns.Codec] = "must be a codec's name, for example json, or a name with settings in braces",
        [Patterns.Printable] = "must be printable ASCII characters, without blanks around them",
        [Patterns.Version] = "must be a full version, for example 9.5.2",
        [Patterns.Image] = "must be an image reference without a protocol before it, for example registry.example.com/logstash:9.5.2",
        [Patterns.PortName] = "must be lower-case letters and digits with single hyphens between them, for example beats",
        [Patterns.HttpUrl] = "must be a URL, for example https://login.example.com/oauth2/token",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What a pattern asks for; an empty text may be allowed beside it.</summary>
    public static string Of(string pattern) => Meanings.GetValueOrDefault(pattern.Replace("^$|", "", StringComparison.Ordinal)) ?? $"must match {pattern}";
}
