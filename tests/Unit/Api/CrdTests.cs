using System.Text.Json.Nodes;
using k8s;
using KafkaLogstash.Api;
using KafkaLogstash.Api.Schema;
using KafkaLogstash.LocalCluster.Schemas;

namespace KafkaLogstash.Tests.Unit.Api;

public sealed class CrdTests
{
    private static readonly JsonObject Root = ConnectionCrd.Build(FieldDocs.Load())["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject();

    [Theory]
    [InlineData("crds/kafkalogstashconnections.yaml")]
    [InlineData("charts/kafka-logstash-operator/files/crds/kafkalogstashconnections.yaml")]
    [InlineData("config/crd/kafkalogstashconnections.yaml")]
    public void The_committed_file_is_what_the_types_say(string file)
    {
        var path = Path.Combine(Manifest.RepositoryRoot(), file);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, ConnectionCrd.ToYaml());
        }

        Assert.True(File.ReadAllText(path) == ConnectionCrd.ToYaml(), $"{file} differs from the types: run `make crds`.");
    }

    [Fact]
    public void The_schema_is_structural_and_its_rules_compile_within_the_cost_limits() => Assert.NotNull(Schema());

    [Fact]
    public void Every_field_has_a_description()
    {
        var bare = Nodes(Root, "").Where(node => node.Path is not ("" or "metadata") && !node.Path.EndsWith("[]", StringComparison.Ordinal) && !node.Path.EndsWith("{}", StringComparison.Ordinal))
            .Where(node => node.Schema["description"] is null)
            .Select(node => node.Path);

        Assert.Empty(bare);
    }

    [Fact]
    public void Every_text_list_and_map_of_the_spec_is_bounded()
    {
        var unbounded = Nodes(Root["properties"]!["spec"]!.AsObject(), "spec").Where(node => IsUnbounded(node.Schema)).Select(node => node.Path);

        // The values of properties are texts or numbers, which a structural schema can't bound where it can't give a type.
        Assert.Equal(["spec.kafka.properties{}"], unbounded);
    }

    [Fact]
    public void Nothing_is_filled_in_within_a_list()
    {
        // Who compares with Git compares lists as wholes: a default in an item would be a difference for ever.
        var filled = Nodes(Root, "").Where(node => node.Path.Contains("[]", StringComparison.Ordinal) && node.Schema["default"] is not null).Select(node => node.Path);

        Assert.Empty(filled);
    }

    [Fact]
    public void A_resource_read_offline_equals_one_that_an_API_server_filled_in()
    {
        const string Secret = """{ "secretName": "s", "key": "k" }""";
        var bare = Manifest.With(
            ("spec.kafka.tls", """{ "clientCertificate": { "secretName": "s" } }"""),
            ("spec.kafka.authentication", $$"""{ "type": "OAuthBearer", "oauth": { "tokenEndpointUrl": "https://login", "clientId": "c", "clientSecretFrom": {{Secret}} } }"""),
            ("spec.output", """{ "topicId": "t" }"""),
            ("spec.pipeline.configMaps", """[{ "name": "m", "key": "k" }]"""),
            ("spec.logstash.ports", """[{ "name": "http", "port": 8080 }]"""),
            ("spec.bridge.sink.tls", """{ "secretName": "s" }"""),
            ("spec.autoscaling", "{}"));
        var filled = bare.DeepClone().AsObject();

        Schema().Default(filled);

        Assert.False(JsonNode.DeepEquals(bare, filled));
        Assert.Equal(Serialized(bare), Serialized(filled));
    }

    [Fact]
    public void Every_default_is_the_initial_value_of_its_property()
    {
        var filled = Manifest.With(("spec.output", """{ "topicId": "t" }"""), ("spec.autoscaling", "{}"));
        Schema().Default(filled);
        var offline = JsonNode.Parse(Serialized(Manifest.With(("spec.output", """{ "topicId": "t" }"""), ("spec.autoscaling", "{}"))))!;

        Assert.All(Leaves(filled, ""), leaf => Assert.Equal(leaf.Value, Leaves(offline, "").FirstOrDefault(other => other.Path == leaf.Path).Value));
    }

    internal static StructuralSchema Schema() => StructuralSchema.Parse(Root.DeepClone().AsObject());

    private static string Serialized(JsonObject manifest) => KubernetesJson.Serialize(KubernetesJson.Deserialize<KafkaLogstashConnection>(manifest.ToJsonString()));

    private static bool IsUnbounded(JsonObject schema) => (string?)schema["type"] switch
    {
        "string" => schema["maxLength"] is null && schema["enum"] is null,
        "array" => schema["maxItems"] is null,
        "object" => schema["additionalProperties"] is not null && schema["maxProperties"] is null,
        null => schema["maxLength"] is null,
        _ => false,
    };

    private static IEnumerable<(string Path, JsonObject Schema)> Nodes(JsonObject schema, string path)
    {
        yield return (path, schema);
        IEnumerable<(string Path, JsonNode? Schema)> children =
        [
            .. (schema["properties"] as JsonObject ?? []).Select(property => (path.Length == 0 ? property.Key : $"{path}.{property.Key}", property.Value)),
            ($"{path}[]", schema["items"]),
            ($"{path}{{}}", schema["additionalProperties"]),
        ];
        foreach (var node in children.Where(child => child.Schema is JsonObject).SelectMany(child => Nodes(child.Schema!.AsObject(), child.Path)))
        {
            yield return node;
        }
    }

    private static IEnumerable<(string Path, string Value)> Leaves(JsonNode? node, string path) => node switch
    {
        JsonObject map => map.SelectMany(field => Leaves(field.Value, $"{path}.{field.Key}")),
        JsonArray list => list.SelectMany((item, index) => Leaves(item, $"{path}[{index}]")),
        null => [],
        _ => [(path, node.ToJsonString())],
    };
}
