using System.Text.Json.Nodes;
using KafkaLogstash.Kafka.Clients;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>Makes the Secret with what Kafka's client in Logstash needs, in the form in which it needs it.</summary>
internal static class KafkaClientSecret
{
    /// <summary>The key with the JAAS line.</summary>
    public const string JaasKey = "sasl.jaas.config";

    /// <summary>The key with the salt of the start hash.</summary>
    public const string SaltKey = "start-hash.salt";

    /// <summary>What Logstash pods read out of it.</summary>
    public static LogstashSecret Of(RenderRequest request, LogstashKafkaOptions kafka) => new()
    {
        Name = Name(request),
        Volume = "kafka",
        Folder = PodPaths.Kafka,

        // Only the stores: the JAAS line travels as a variable, and no other process in the pod needs to find it in a file.
        Files =
        [
            .. new[] { (kafka.Truststore, LogstashKafkaOptions.TruststoreFile), (kafka.Keystore, LogstashKafkaOptions.KeystoreFile) }
                .Where(store => store.Item1 is not null)
                .Select(store => store.Item2),
        ],
        Variables = kafka.JaasLine is null ? [] : [(LogstashKafkaOptions.JaasVariable, JaasKey)],
        Contents = [kafka.JaasLine, kafka.Truststore, kafka.Keystore],
    };

    /// <summary>Makes the Secret; null where a connection needs none: it has no credentials, and its pods start without other secrets that would need the salt.</summary>
    public static JsonObject? Render(RenderRequest request, LogstashKafkaOptions kafka) =>
        kafka.JaasLine is null && kafka.Truststore is null && kafka.Keystore is null && !request.References.HasSecrets
            ? null
            : OwnedObject.Secret(
                request.Connection,
                Workload.Logstash,
                Name(request),
                [
                    new(JaasKey, kafka.JaasLine),
                    new(LogstashKafkaOptions.TruststoreFile, kafka.Truststore),
                    new(LogstashKafkaOptions.KeystoreFile, kafka.Keystore),
                    new(SaltKey, request.Salt),
                ]);

    private static string Name(RenderRequest request) => new ConnectionNames(request.Connection.Metadata.Name).KafkaClient;
}
