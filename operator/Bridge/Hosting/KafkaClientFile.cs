using System.Text.Json;
using System.Text.Json.Serialization;

namespace KafkaLogstash.Bridge.Hosting;

/// <summary>Kafka's client file: one JSON object whose members are properties of librdkafka. It holds credentials, so no error repeats anything of it but names.</summary>
internal static class KafkaClientFile
{
    /// <summary>Its properties.</summary>
    /// <param name="utf8">What it holds.</param>
    /// <param name="path">Where it is.</param>
    /// <exception cref="FormatException">It can't be used.</exception>
    public static IReadOnlyDictionary<string, string> Read(byte[] utf8, string path)
    {
        Dictionary<string, string>? properties = null;
        try
        {
            properties = JsonSerializer.Deserialize(utf8, KafkaClientJson.Default.DictionaryStringString);
        }
        catch (JsonException failure)
        {
            // The cause's text could quote a value; only messages are logged.
            throw new FormatException(
                $"{path} is no JSON object of strings, as of line {failure.LineNumber + 1 ?? 1}{(failure.Path is { Length: > 1 } member ? $" ({member})" : "")}: "
                + "it must hold properties of librdkafka.",
                failure);
        }

        return properties?.GetValueOrDefault("bootstrap.servers") is { Length: > 0 }
            ? properties
            : throw new FormatException($"{path} does not say where Kafka is: bootstrap.servers is missing.");
    }
}

[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class KafkaClientJson : JsonSerializerContext;
