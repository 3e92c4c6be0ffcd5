using System.Text.Json.Nodes;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Contract;

/// <summary>The other shapes in which objects can be had: metadata alone, and tables.</summary>
public sealed class RepresentationTests(SharedCluster shared, SampleResource resource) : SampleTest(shared, resource)
{
    private const string Metadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    private const string MetadataList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
    private const string Table = "application/json;as=Table;g=meta.k8s.io;v=v1";

    private string Secrets => PathOf("v1", "secrets");

    [Fact]
    public async Task A_list_of_metadata_holds_no_data()
    {
        await Api.CreateAsync(Secrets, Parse("""{"metadata":{"name":"a","labels":{"l":"1"}},"stringData":{"key":"value"}}"""));

        var list = (await Api.GetAsync(Secrets, MetadataList)).Body;

        Assert.Equal(("meta.k8s.io/v1", "PartialObjectMetadataList"), ((string?)list["apiVersion"], (string?)list["kind"]));
        var secret = list["items"]!.AsArray().Single(static item => (string?)item!["metadata"]!["name"] == "a")!;
        Assert.Null(secret["data"]);
        Assert.Equal("1", (string?)secret["metadata"]!["labels"]!["l"]);
        Assert.NotNull(list["metadata"]!["resourceVersion"]);
    }

    [Fact]
    public async Task A_watch_of_metadata_holds_no_data()
    {
        var version = (string?)(await Api.GetAsync(Secrets, MetadataList)).Body["metadata"]!["resourceVersion"];
        await using var watch = await Api.WatchAsync($"{Secrets}?watch=true&resourceVersion={version}&fieldSelector=metadata.name%3Da", Metadata);
        await Api.CreateAsync(Secrets, Parse("""{"metadata":{"name":"a"},"stringData":{"key":"value"}}"""));

        var added = await watch.NextAsync();

        Assert.Equal("ADDED a", added.Summary);
        Assert.Equal("PartialObjectMetadata", (string?)added.Item["kind"]);
        Assert.Null(added.Item["data"]);
    }

    [Fact]
    public async Task Metadata_of_one_object_can_be_had()
    {
        await CreateSampleAsync("a");

        var sample = (await Api.GetAsync($"{Samples}/a", Metadata)).Body;

        Assert.Equal("PartialObjectMetadata", (string?)sample["kind"]);
        Assert.Equal("a", (string?)sample["metadata"]!["name"]);
        Assert.Null(sample["spec"]);
    }

    [Fact]
    public async Task A_table_has_the_columns_that_the_definition_names()
    {
        await CreateSampleAsync("a");
        await Api.PatchAsync($"{Samples}/a/status", ApiSession.MergePatch, Parse("""{"status":{"conditions":[{"type":"Ready","status":"False"}]}}"""));

        var table = (await Api.GetAsync(Samples, Table)).Body;

        Assert.Equal(
            ["Name 0", "Size 0", "Ready 0", "Colour 1", "Age 0"],
            table["columnDefinitions"]!.AsArray().Select(static column => $"{column!["name"]} {column["priority"]}"));
        var row = Assert.Single(table["rows"]!.AsArray())!;
        Assert.Equal("""["a",3,"False","red"]""", new JsonArray([.. row["cells"]!.AsArray().Take(4).Select(static cell => cell?.DeepClone())]).ToJsonString());
        Assert.Equal("PartialObjectMetadata", (string?)row["object"]!["kind"]);
    }

    [Theory]
    [InlineData("apps/v1", "deployments", "Name,Ready,Up-to-date,Available,Age,Containers,Images,Selector")]
    [InlineData("v1", "services", "Name,Type,Cluster-IP,External-IP,Port(s),Age,Selector")]
    [InlineData("v1", "configmaps", "Name,Data,Age")]
    [InlineData("v1", "secrets", "Name,Type,Data,Age")]
    [InlineData("v1", "pods", "Name,Ready,Status,Restarts,Age,IP,Node,Nominated Node,Readiness Gates")]
    [InlineData("policy/v1", "poddisruptionbudgets", "Name,Min Available,Max Unavailable,Allowed Disruptions,Age")]
    [InlineData("networking.k8s.io/v1", "networkpolicies", "Name,Pod-Selector,Age")]
    [InlineData("coordination.k8s.io/v1", "leases", "Name,Holder,Age")]
    public async Task A_table_of_a_built_in_resource_has_its_columns(string groupVersion, string resource, string expected)
    {
        var table = (await Api.GetAsync(PathOf(groupVersion, resource), Table)).Body;

        Assert.Equal(expected, string.Join(',', table["columnDefinitions"]!.AsArray().Select(static column => (string?)column!["name"])));
    }
}
