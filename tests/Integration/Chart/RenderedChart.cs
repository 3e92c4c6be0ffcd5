using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace KafkaLogstash.Tests.Integration.Chart;

/// <summary>The objects that the chart renders for some values.</summary>
internal sealed class RenderedChart
{
    /// <summary>The release and its namespace, as README.md names them.</summary>
    public const string Release = "kafka-logstash-operator";

    public const string Namespace = "kafka-logstash-system";

    private RenderedChart(IReadOnlyList<JsonObject> objects) => Objects = objects;

    public IReadOnlyList<JsonObject> Objects { get; }

    /// <summary>Renders it.</summary>
    /// <param name="values">Values as YAML.</param>
    /// <param name="arguments">Further arguments of <c>helm template</c>.</param>
    public static async Task<RenderedChart> WithAsync(string values = "", params string[] arguments)
    {
        using var helm = new HelmProgram();
        return new(Documents(await helm.RunAsync(
            ["template", Release, HelmProgram.Chart, "--namespace", Namespace, "--values", helm.WriteFile("values.yaml", values), .. arguments])));
    }

    /// <summary>Every document of a YAML text that is not empty.</summary>
    public static IReadOnlyList<JsonObject> Documents(string text)
    {
        var parser = new Parser(new StringReader(text));
        var reader = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();
        var writer = new SerializerBuilder().JsonCompatible().Build();
        var documents = new List<JsonObject>();
        parser.Consume<StreamStart>();
        while (parser.Accept<DocumentStart>(out _))
        {
            if (reader.Deserialize(parser) is { } document)
            {
                documents.Add(JsonNode.Parse(writer.Serialize(document))!.AsObject());
            }
        }

        return documents;
    }

    public IEnumerable<JsonObject> Of(string kind) => Objects.Where(item => Text(item, "kind") == kind);

    public JsonObject One(string kind, string name = Release) => Assert.Single(Of(kind), item => Text(item, "metadata", "name") == name);

    /// <summary>The text at a path; empty where there is none.</summary>
    public static string Text(JsonNode? node, params string[] path) => path.Aggregate(node, static (at, name) => (at as JsonObject)?[name])?.ToString() ?? "";
}
