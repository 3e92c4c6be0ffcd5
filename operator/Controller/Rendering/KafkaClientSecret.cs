using System.Text;
using System.Text.Json.Nodes;
using KafkaLogstash.Kafka.Clients;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>Makes the Secret with what Kafka's client needs in the form in which it needs it.</summary>
internal static class KafkaClientSecret
{
    /// <summary>The key with the JAAS line.</summary>
    public const string JaasKey = "sasl.jaas.config";

    /// <summary>The key with the salt of the start hash.</summary>
    public const string SaltKey = "start-hash.salt";

    /// <summary>Whether a connection needs the Secret: it has credentials, or its pods start with other secrets and need the salt.</summary>
    public static bool IsNeeded(RenderRequest request, LogstashKafkaOptions kafka) =>
        kafka.JaasLine is not null || kafka.Truststore is not null || kafka.Keystore is not null || request.References.HasSecrets;

    /// <summary>Makes the Secret.</summary>
    public static JsonObject Render(RenderRequest request, LogstashKafkaOptions kafka)
    {
        var data = new JsonObject();
        void Add(string key, string? value)
        {
            if (value is not null)
            {
                data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value));
            }
        }

        Add(JaasKey, kafka.JaasLine);
        Add(LogstashKafkaOptions.TruststoreFile, kafka.Truststore);
        Add(LogstashKafkaOptions.KeystoreFile, kafka.Keystore);
        Add(SaltKey, request.Salt);
        return OwnedObject.Render(
            request.Connection, "v1", "Secret", new ConnectionNames(request.Connection.Metadata.Name).KafkaClient, ("type", "Opaque"), ("data", data));
    }
}
