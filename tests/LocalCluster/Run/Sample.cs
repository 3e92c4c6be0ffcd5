using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Run;

/// <summary>A sample of <c>config/samples</c>, with whatever it needs beside the connection.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Objects">Its objects, in their order.</param>
internal sealed record Sample(string File, IReadOnlyList<JsonObject> Objects)
{
    private const string ConnectionKind = "KafkaLogstashConnection";

    /// <summary>The connection.</summary>
    public JsonObject Connection => Objects.First(item => item["kind"]?.ToString() == ConnectionKind);

    /// <summary>The connection's name.</summary>
    public string Name => Connection["metadata"]!["name"]!.ToString();

    /// <summary>Its namespace.</summary>
    public string Namespace => Connection["metadata"]!["namespace"]?.ToString() ?? "default";

    /// <summary>The topics it reads.</summary>
    public IReadOnlyList<string> InputTopics => [.. (Spec["input"]?["topics"] as JsonArray ?? []).Select(topic => topic!.ToString())];

    /// <summary>The topics for what can't be delivered.</summary>
    public IReadOnlyList<string> DeadLetterTopics =>
        [.. new[] { Spec["bridge"]?["source"], Spec["bridge"]?["sink"] }.Select(half => half?["deadLetterTopic"]?.ToString()).Where(topic => !string.IsNullOrEmpty(topic)).OfType<string>()];

    /// <summary>What the names of the topics it writes begin with: the whole name, or what comes before the first field of the event; null where it writes none.</summary>
    public string? OutputTopicPrefix => Spec["output"]?["topicId"]?.ToString().Split("%{", 2)[0];

    /// <summary>The port of its HTTP input, if it has one.</summary>
    public int? HttpPort => (Spec["logstash"]?["ports"] as JsonArray)?.FirstOrDefault(port => port?["appProtocol"]?.ToString() == "http")?["port"]?.GetValue<int>();

    /// <summary>What the sample needs and a trial has not; null where it can run.</summary>
    public string? Missing => (Spec["logstash"]?["external"], Spec["kafka"]?["tls"] ?? Spec["kafka"]?["authentication"]) switch
    {
        (not null, _) => "a Logstash outside the cluster",
        (_, not null) when !IsBridged => "a Kafka with TLS or SASL, which librdkafka's mock is not",
        _ => null,
    };

    /// <summary>Whether it shows Kafka who it is.</summary>
    public bool HasLogin => Spec["kafka"]?["authentication"] is not null;

    /// <summary>Whether its records go through bridge pods.</summary>
    public bool IsBridged => Spec["transport"]?.ToString() == "Bridge";

    private JsonNode Spec => Connection["spec"]!;

    /// <summary>Reads every sample of a folder.</summary>
    public static IReadOnlyList<Sample> ReadAll(string folder) =>
    [
        .. Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal)
            .Select(file => new Sample(Path.GetFileName(file), Yaml.Read(System.IO.File.ReadAllText(file))))
            .Where(sample => sample.Objects.Any(item => item["kind"]?.ToString() == ConnectionKind)),
    ];

    /// <summary>
    /// The same sample, reading from and writing to another Kafka, which has neither TLS nor logins, and from the beginning of its topics. A bridge is worth a trial without them:
    /// what it is about lies between it and Logstash.
    /// </summary>
    public Sample At(string bootstrapServers)
    {
        var objects = Objects.Select(item => (JsonObject)item.DeepClone()).ToList();
        var moved = new Sample(File, objects);
        moved.Spec["kafka"]!["bootstrapServers"] = new JsonArray([.. bootstrapServers.Split(',').Select(server => JsonValue.Create(server))]);
        foreach (var member in (string[])["tls", "authentication"])
        {
            moved.Spec["kafka"]!.AsObject().Remove(member);
        }

        if (moved.Spec["input"] is JsonObject input)
        {
            input["autoOffsetReset"] = "Earliest";
        }

        return moved;
    }
}
