using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.OpenApi;

namespace KafkaLogstash.Tests.Unit.LocalCluster.OpenApi;

public sealed class OpenApiDocumentsTests
{
    private const string Release = "v1.36.0";

    private static readonly OpenApiResource Deployments = new("apps", "v1", "Deployment", "deployments", IsNamespaced: true, ["status", "scale"]);

    private static readonly OpenApiResource Flows = new(
        "example.com", "v1", "Flow", "flows", IsNamespaced: true, ["status"], JsonNode.Parse("""{"type":"object","properties":{"spec":{"type":"object"}}}""")!.AsObject());

    [Fact]
    public void A_kind_is_found_by_its_path_and_its_schema_by_its_kind()
    {
        var document = OpenApiDocuments.V3([Deployments], Release);

        var kind = document["paths"]!["/apis/apps/v1/namespaces/{namespace}/deployments"]!["get"]!["x-kubernetes-group-version-kind"];
        var schema = document["components"]!["schemas"]!["io.k8s.api.v1.Deployment"]!;
        Assert.Equal("""{"group":"apps","kind":"Deployment","version":"v1"}""", kind!.ToJsonString());
        Assert.Equal($"[{kind.ToJsonString()}]", schema["x-kubernetes-group-version-kind"]!.ToJsonString());
    }

    [Fact]
    public void Types_and_fields_are_described()
    {
        var spec = Schema(OpenApiDocuments.V3([Deployments], Release), "io.k8s.api.v1.DeploymentSpec");

        Assert.Contains("Number of desired pods", spec["properties"]!["replicas"]!["description"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_reference_leads_to_a_schema()
    {
        var document = OpenApiDocuments.V3([Deployments], Release);
        var schemas = document["components"]!["schemas"]!.AsObject();

        Assert.All(References(document), reference => Assert.True(schemas.ContainsKey(reference["#/components/schemas/".Length..]), reference));
    }

    [Theory]
    [InlineData("PodSpec", "containers", """["name"]""", "merge", "name")]
    [InlineData("PodSpec", "volumes", """["name"]""", "merge,retainKeys", "name")]
    [InlineData("Container", "ports", """["containerPort","protocol"]""", "merge", "containerPort")]
    public void Lists_tell_kubectl_how_to_merge_them(string type, string field, string keys, string strategy, string mergeKey)
    {
        var list = Schema(OpenApiDocuments.V3([Deployments], Release), $"io.k8s.api.v1.{type}")["properties"]![field]!;

        Assert.Equal("map", list["x-kubernetes-list-type"]!.GetValue<string>());
        Assert.Equal(keys, list["x-kubernetes-list-map-keys"]!.ToJsonString());
        Assert.Equal(strategy, list["x-kubernetes-patch-strategy"]!.GetValue<string>());
        Assert.Equal(mergeKey, list["x-kubernetes-patch-merge-key"]!.GetValue<string>());
    }

    [Fact]
    public void Patches_are_offered_with_validation_and_strategic_merge_only_for_built_in_kinds()
    {
        var builtIn = OpenApiDocuments.V3([Deployments], Release)["paths"]!["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]!["patch"]!;
        var custom = OpenApiDocuments.V3([Flows], Release)["paths"]!["/apis/example.com/v1/namespaces/{namespace}/flows/{name}"]!["patch"]!;

        Assert.Contains(builtIn["parameters"]!.AsArray(), parameter => parameter!["name"]!.GetValue<string>() == "fieldValidation");
        Assert.NotNull(builtIn["requestBody"]!["content"]!["application/strategic-merge-patch+json"]);
        Assert.Null(custom["requestBody"]!["content"]!["application/strategic-merge-patch+json"]);
    }

    [Fact]
    public void A_custom_resource_has_metadata_and_kind()
    {
        var document = OpenApiDocuments.V3([Flows], Release);
        var properties = Schema(document, "com.example.v1.Flow")["properties"]!.AsObject();

        Assert.Equal(["apiVersion", "kind", "metadata", "spec"], properties.Select(property => property.Key).Order());
        Assert.NotNull(Schema(document, "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"));
    }

    [Fact]
    public void The_index_changes_its_addresses_with_the_documents()
    {
        var one = OpenApiDocuments.Index([KeyValuePair.Create("apis/example.com/v1", OpenApiDocuments.V3([Flows], Release))]);
        var other = OpenApiDocuments.Index([KeyValuePair.Create("apis/example.com/v1", OpenApiDocuments.V3([], Release))]);

        Assert.StartsWith("/openapi/v3/apis/example.com/v1?hash=", Address(one), StringComparison.Ordinal);
        Assert.NotEqual(Address(one), Address(other));

        static string Address(JsonObject index) => index["paths"]!["apis/example.com/v1"]!["serverRelativeURL"]!.GetValue<string>();
    }

    [Fact]
    public void The_old_document_comes_in_both_formats()
    {
        var json = OpenApiDocuments.V2([Deployments, Flows], Release);

        Assert.Equal("2.0", json["swagger"]!.GetValue<string>());
        Assert.NotNull(json["definitions"]!["com.example.v1.Flow"]);
        Assert.Equal("0A03322E3012150A0A4B756265726E65746573120776312E33362E3042004A00", Convert.ToHexString(OpenApiDocuments.V2Protobuf(Release).Span));
    }

    [Fact]
    public void A_kind_that_is_neither_built_in_nor_described_is_refused() =>
        Assert.Throws<ArgumentException>(() => OpenApiDocuments.V3([Flows with { CrdSchema = null }], Release));

    private static JsonNode Schema(JsonObject document, string name) => document["components"]!["schemas"]![name]!;

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject fields => fields.SelectMany(field => field.Key == "$ref" ? [field.Value!.GetValue<string>()] : References(field.Value)),
        JsonArray items => items.SelectMany(References),
        _ => [],
    };
}
