using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace KafkaLogstash.LocalCluster.Run;

/// <summary>Reads YAML as JSON.</summary>
internal static class Yaml
{
    /// <summary>Every document that is not empty.</summary>
    /// <exception cref="YamlException">It is no YAML, or a key stands twice in a map.</exception>
    public static IReadOnlyList<JsonObject> Read(string text)
    {
        var serializer = new SerializerBuilder().JsonCompatible().Build();
        var deserializer = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().WithDuplicateKeyChecking().Build();
        var parser = new Parser(new StringReader(text));
        parser.Consume<StreamStart>();
        var documents = new List<JsonObject>();
        while (parser.Accept<DocumentStart>(out _))
        {
            if (deserializer.Deserialize(parser) is { } document && JsonNode.Parse(serializer.Serialize(document)) is JsonObject content)
            {
                documents.Add(content);
            }
        }

        return documents;
    }
}
