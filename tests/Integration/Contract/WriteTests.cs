using System.Text.Json.Nodes;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Contract;

/// <summary>Writes that meet other writes, change nothing, or are only tried.</summary>
public sealed class WriteTests(SharedCluster shared, SampleResource resource) : SampleTest(shared, resource)
{
    private string ConfigMaps => PathOf("v1", "configmaps");

    [Fact]
    public async Task An_update_from_a_stale_version_is_a_conflict()
    {
        var stale = await CreateSampleAsync("a");
        await Api.PatchAsync($"{Samples}/a", ApiSession.MergePatch, Parse("""{"spec":{"size":4}}"""));
        stale["spec"]!["size"] = 5;

        var message = (await Api.UpdateAsync($"{Samples}/a", stale)).Refused(409, "Conflict");

        Assert.Equal(
            $"Operation cannot be fulfilled on {Resource.FullName} \"a\": the object has been modified; please apply your changes to the latest version and try again",
            message);
        Assert.Equal(4, (int?)(await Api.GetAsync($"{Samples}/a")).Body["spec"]!["size"]);
    }

    [Fact]
    public async Task A_patch_of_a_stale_version_is_a_conflict()
    {
        var stale = (await Api.CreateAsync(ConfigMaps, ConfigMap("a"))).Body;
        await Api.PatchAsync($"{ConfigMaps}/a", ApiSession.MergePatch, Parse("""{"data":{"key":"2"}}"""));

        (await Api.PatchAsync(
            $"{ConfigMaps}/a",
            ApiSession.MergePatch,
            Parse($$$"""{"metadata":{"resourceVersion":"{{{stale["metadata"]!["resourceVersion"]}}}"},"data":{"key":"3"}}"""))).Refused(409, "Conflict");
    }

    [Fact]
    public async Task A_name_can_be_had_once()
    {
        await Api.CreateAsync(ConfigMaps, ConfigMap("a"));

        var message = (await Api.CreateAsync(ConfigMaps, ConfigMap("a"))).Refused(409, "AlreadyExists");

        Assert.Equal("configmaps \"a\" already exists", message);
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found()
    {
        Assert.Equal("configmaps \"a\" not found", (await Api.GetAsync($"{ConfigMaps}/a")).Refused(404, "NotFound"));
        Assert.Equal($"{Resource.FullName} \"a\" not found", (await Api.GetAsync($"{Samples}/a")).Refused(404, "NotFound"));
    }

    [Fact]
    public async Task A_write_that_changes_nothing_keeps_the_resource_version()
    {
        var created = await CreateSampleAsync("a");

        var same = (await Api.UpdateAsync($"{Samples}/a", created.DeepClone())).Body;

        Assert.Equal((string?)created["metadata"]!["resourceVersion"], (string?)same["metadata"]!["resourceVersion"]);
    }

    [Fact]
    public async Task A_delete_may_ask_for_one_very_object()
    {
        var created = (await Api.CreateAsync(ConfigMaps, ConfigMap("a"))).Body;

        (await Api.DeleteAsync($"{ConfigMaps}/a", Parse("""{"preconditions":{"uid":"another"}}"""))).Refused(409, "Conflict");
        var deleted = await Api.DeleteAsync($"{ConfigMaps}/a", Parse($$$"""{"preconditions":{"uid":"{{{created["metadata"]!["uid"]}}}"}}"""));

        Assert.Equal("Success", (string?)deleted.Body["status"]);
        Assert.Equal(404, (await Api.GetAsync($"{ConfigMaps}/a")).Code);
    }

    [Fact]
    public async Task A_dry_run_stores_nothing()
    {
        var created = await Api.CreateAsync($"{Samples}?dryRun=All", Resource.Sample("a"));
        var refused = await Api.CreateAsync($"{Samples}?dryRun=All", Resource.Sample("b", 11));

        Assert.Equal("red", (string?)created.Body["spec"]!["colour"]);
        refused.Refused(422, "Invalid");
        Assert.Equal(404, (await Api.GetAsync($"{Samples}/a")).Code);
    }

    [Fact]
    public async Task A_json_patch_tests_before_it_changes()
    {
        await CreateSampleAsync("a");
        const string Patch = """[{"op":"test","path":"/spec/size","value":3},{"op":"replace","path":"/spec/size","value":4}]""";

        var first = await Api.PatchAsync($"{Samples}/a", ApiSession.JsonPatch, JsonNode.Parse(Patch)!);
        var second = await Api.PatchAsync($"{Samples}/a", ApiSession.JsonPatch, JsonNode.Parse(Patch)!);

        Assert.Equal(4, (int?)first.Body["spec"]!["size"]);
        second.Refused(422, "Invalid");
    }

    [Fact]
    public async Task A_generated_name_begins_as_asked()
    {
        var sample = Resource.Sample("x");
        sample["metadata"] = Parse("""{"generateName":"some-"}""");

        var created = (await Api.CreateAsync(Samples, sample)).Body;

        Assert.Matches("^some-[a-z0-9]{5}$", (string?)created["metadata"]!["name"]);
    }
}
