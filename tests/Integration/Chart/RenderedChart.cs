using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.Run;

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
        return new(Yaml.Read(await helm.RunAsync(
            ["template", Release, HelmProgram.Chart, "--namespace", Namespace, "--values", helm.WriteFile("values.yaml", values), .. arguments])));
    }

    public IEnumerable<JsonObject> Of(string kind) => Objects.Where(item => Text(item, "kind") == kind);

    public JsonObject One(string kind, string name = Release) => Assert.Single(Of(kind), item => Text(item, "metadata", "name") == name);

    /// <summary>The text at a path; empty where there is none.</summary>
    public static string Text(JsonNode? node, params string[] path) => path.Aggregate(node, static (at, name) => (at as JsonObject)?[name])?.ToString() ?? "";
}
