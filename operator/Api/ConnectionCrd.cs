using System.Text.Json.Nodes;
using KafkaLogstash.Api.Schema;
using KafkaLogstash.Api.Yaml;

namespace KafkaLogstash.Api;

/// <summary>The CustomResourceDefinition of <see cref="KafkaLogstashConnection"/>, made from the C# types.</summary>
public static class ConnectionCrd
{
    private const string Header = "# Made from the types in operator/Api by `make crds`: change those, not this file.\n";

    /// <summary>The definition as a manifest; the same types always give the same text.</summary>
    /// <returns>A YAML document.</returns>
    /// <exception cref="FileNotFoundException">The XML docs of this assembly, which hold the fields' descriptions, do not lie beside the program.</exception>
    public static string ToYaml() => Header + ManifestYaml.Write(Build(FieldDocs.Load()));

    /// <summary>The definition as a page for people, in Markdown: every field with type, bounds, default and meaning.</summary>
    /// <returns>The page.</returns>
    /// <exception cref="FileNotFoundException">The XML docs of this assembly, which hold the fields' descriptions, do not lie beside the program.</exception>
    public static string ToMarkdown()
    {
        var docs = FieldDocs.Load();
        return ReferencePage.Write(Build(docs), docs);
    }

    /// <summary>The definition as an object.</summary>
    internal static JsonObject Build(FieldDocs docs) => new()
    {
        ["apiVersion"] = "apiextensions.k8s.io/v1",
        ["kind"] = "CustomResourceDefinition",
        ["metadata"] = new JsonObject { ["name"] = $"{KafkaLogstashConnection.PluralName}.{KafkaLogstashConnection.GroupName}" },
        ["spec"] = new JsonObject
        {
            ["group"] = KafkaLogstashConnection.GroupName,
            ["scope"] = "Namespaced",
            ["names"] = new JsonObject
            {
                ["kind"] = KafkaLogstashConnection.KindName,
                ["listKind"] = KafkaLogstashConnectionList.KindName,
                ["plural"] = KafkaLogstashConnection.PluralName,
                ["singular"] = "kafkalogstashconnection",
                ["shortNames"] = new JsonArray("klc"),
                ["categories"] = new JsonArray("kafka-logstash"),
            },
            ["conversion"] = new JsonObject { ["strategy"] = "None" },
            ["versions"] = new JsonArray(new JsonObject
            {
                ["name"] = KafkaLogstashConnection.VersionName,
                ["served"] = true,
                ["storage"] = true,
                ["subresources"] = new JsonObject
                {
                    ["status"] = new JsonObject(),
                    ["scale"] = new JsonObject
                    {
                        ["specReplicasPath"] = ".spec.logstash.replicas",
                        ["statusReplicasPath"] = ".status.replicas",
                        ["labelSelectorPath"] = ".status.selector",
                    },
                },
                ["additionalPrinterColumns"] = new JsonArray(
                    Column("Transport", "string", ".spec.transport", "Who talks to Kafka."),
                    Column("Replicas", "string", ".status.readyRatio", "Ready and wished Logstash pods."),
                    Column("Lag", "integer", ".status.lag", "Records that the consumer group has not yet read."),
                    Column("Ready", "string", ".status.conditions[?(@.type==\"Ready\")].status", "Whether all that is wished runs."),
                    Column("Reason", "string", ".status.conditions[?(@.type==\"Ready\")].reason", "Why."),
                    Column("Age", "date", ".metadata.creationTimestamp", "Time since creation."),
                    Column("Topics", "string", ".status.flow", "The topics that are read, and after an arrow the topic that is written.", wide: true),
                    Column("Group", "string", ".status.groupId", "The consumer group.", wide: true),
                    Column("Version", "string", ".status.version", "Logstash's version.", wide: true)),
                ["schema"] = new JsonObject { ["openAPIV3Schema"] = new SchemaBuilder(docs).Resource() },
            }),
        },
    };

    private static JsonObject Column(string name, string type, string path, string description, bool wide = false)
    {
        var column = new JsonObject { ["name"] = name, ["type"] = type, ["jsonPath"] = path, ["description"] = description };
        if (wide)
        {
            column["priority"] = 1;
        }

        return column;
    }
}
