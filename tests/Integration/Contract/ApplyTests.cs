using System.Text.Json.Nodes;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Contract;

/// <summary>Server-side apply, by which the operator writes everything.</summary>
public sealed class ApplyTests(SharedCluster shared, SampleResource resource) : SampleTest(shared, resource)
{
    private string ConfigMaps => PathOf("v1", "configmaps");

    [Fact]
    public async Task The_first_apply_creates_and_the_next_changes()
    {
        var first = await Api.ApplyAsync($"{ConfigMaps}/a", "one", ConfigMap("a"));
        var second = await Api.ApplyAsync($"{ConfigMaps}/a", "one", ConfigMap("a", "2"));

        Assert.Equal((201, 200), (first.Code, second.Code));
        Assert.Equal("2", (string?)second.Body["data"]!["key"]);
    }

    [Fact]
    public async Task An_apply_that_changes_nothing_keeps_the_resource_version()
    {
        var first = (await Api.ApplyAsync($"{Samples}/a", "one", Resource.Sample("a"))).Body;
        var second = (await Api.ApplyAsync($"{Samples}/a", "one", Resource.Sample("a"))).Body;

        Assert.Equal(first.ToJsonString(), second.ToJsonString());
    }

    [Fact]
    public async Task Fields_are_owned_by_who_applied_them()
    {
        var applied = (await Api.ApplyAsync(
            $"{Samples}/a", "one", Sample("a", """{"size":3,"tags":["x"],"parts":[{"name":"p","weight":1}]}"""))).Body;

        var entry = Assert.Single(applied["metadata"]!["managedFields"]!.AsArray())!;
        Assert.Equal(("one", "Apply", Resource.GroupVersion, "FieldsV1"), (
            (string?)entry["manager"], (string?)entry["operation"], (string?)entry["apiVersion"], (string?)entry["fieldsType"]));
        var fields = JsonNode.Parse(
            """{"f:spec":{"f:size":{},"f:tags":{"v:\"x\"":{}},"f:parts":{"k:{\"name\":\"p\"}":{".":{},"f:name":{},"f:weight":{}}}}}""");
        Assert.True(JsonNode.DeepEquals(fields, entry["fieldsV1"]), entry["fieldsV1"]!.ToJsonString());
    }

    [Fact]
    public async Task A_field_of_another_manager_is_a_conflict_until_it_is_forced()
    {
        await Api.ApplyAsync($"{ConfigMaps}/a", "one", ConfigMap("a"));

        var message = (await Api.ApplyAsync($"{ConfigMaps}/a", "two", ConfigMap("a", "2"))).Refused(409, "Conflict");
        var forced = (await Api.ApplyAsync($"{ConfigMaps}/a", "two", ConfigMap("a", "2"), force: true)).Body;

        Assert.Equal("Apply failed with 1 conflict: conflict with \"one\": .data.key", message);
        Assert.Equal(["two"], Owners(forced, "f:data", "f:key"));
    }

    [Fact]
    public async Task A_field_with_the_same_value_is_shared()
    {
        await Api.ApplyAsync($"{ConfigMaps}/a", "one", ConfigMap("a"));
        var both = (await Api.ApplyAsync($"{ConfigMaps}/a", "two", ConfigMap("a"))).Body;
        Assert.Equal(["one", "two"], Owners(both, "f:data", "f:key"));

        var without = ConfigMap("a");
        without.Remove("data");
        var left = (await Api.ApplyAsync($"{ConfigMaps}/a", "one", without)).Body;

        Assert.Equal("1", (string?)left["data"]!["key"]);
        Assert.Equal(["two"], Owners(left, "f:data", "f:key"));
    }

    [Fact]
    public async Task A_field_that_is_no_longer_applied_goes_and_a_foreign_one_stays()
    {
        await Api.ApplyAsync($"{ConfigMaps}/a", "one", ConfigMap("a"));
        await Api.PatchAsync($"{ConfigMaps}/a?fieldManager=person", ApiSession.MergePatch, Parse("""{"data":{"foreign":"1"},"metadata":{"labels":{"l":"1"}}}"""));
        var without = ConfigMap("a");
        without.Remove("data");

        var left = (await Api.ApplyAsync($"{ConfigMaps}/a", "one", without)).Body;

        Assert.Equal("""{"foreign":"1"}""", left["data"]!.ToJsonString());
        Assert.Equal("1", (string?)left["metadata"]!["labels"]!["l"]);
        Assert.Equal(["person"], Owners(left, "f:data", "f:foreign"));
    }

    [Fact]
    public async Task An_edited_field_conflicts_with_its_editor()
    {
        await Api.ApplyAsync($"{Samples}/a", "one", Resource.Sample("a"));
        await Api.PatchAsync($"{Samples}/a?fieldManager=person", ApiSession.MergePatch, Parse("""{"spec":{"size":5}}"""));

        var message = (await Api.ApplyAsync($"{Samples}/a", "one", Resource.Sample("a"))).Refused(409, "Conflict");
        var forced = (await Api.ApplyAsync($"{Samples}/a", "one", Resource.Sample("a"), force: true)).Body;

        Assert.StartsWith($"Apply failed with 1 conflict: conflict with \"person\" using {Resource.GroupVersion}", message, StringComparison.Ordinal);
        Assert.EndsWith(": .spec.size", message, StringComparison.Ordinal);
        Assert.Equal(3, (int?)forced["spec"]!["size"]);
    }

    [Fact]
    public async Task Lists_with_keys_are_merged_by_their_keys()
    {
        await Api.ApplyAsync($"{PathOf("apps/v1", "deployments")}/a", "one", Deployment("a"));
        var sidecar = Parse("""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},
             "spec":{"template":{"spec":{"containers":[{"name":"sidecar","image":"registry.example/sidecar:1"}]}}}}
            """);
        await Api.ApplyAsync($"{PathOf("apps/v1", "deployments")}/a", "two", sidecar);

        var changed = (await Api.ApplyAsync($"{PathOf("apps/v1", "deployments")}/a", "one", Deployment("a", 2))).Body;

        Assert.Equal(["main", "sidecar"], changed["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Select(static c => (string?)c!["name"]));
    }

    [Fact]
    public async Task The_status_is_owned_apart_from_the_spec()
    {
        await Api.ApplyAsync($"{Samples}/a", "one", Resource.Sample("a"));
        var status = Resource.Sample("a");
        status["spec"]!["size"] = 9;
        status["status"] = Parse("""{"observedGeneration":1,"conditions":[{"type":"Ready","status":"True"}]}""");

        var applied = (await Api.ApplyAsync($"{Samples}/a/status", "one", status)).Body;

        Assert.Equal(3, (int?)applied["spec"]!["size"]);
        Assert.True(SampleResource.IsTrue(applied, "Ready"));
        Assert.Equal([null, "status"], applied["metadata"]!["managedFields"]!.AsArray().Select(static e => (string?)e!["subresource"]).Order());
        var again = (await Api.ApplyAsync($"{Samples}/a", "one", Resource.Sample("a"))).Body;
        Assert.True(SampleResource.IsTrue(again, "Ready"));
    }

    [Fact]
    public async Task An_apply_must_say_who_applies()
    {
        var message = (await Api.PatchAsync($"{ConfigMaps}/a", ApiSession.Apply, ConfigMap("a"))).Refused(422, "Invalid");

        Assert.Contains("fieldManager: Required value: is required for apply patch", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_apply_to_a_stale_version_is_a_conflict()
    {
        var first = (await Api.ApplyAsync($"{ConfigMaps}/a", "one", ConfigMap("a"))).Body;
        await Api.ApplyAsync($"{ConfigMaps}/a", "one", ConfigMap("a", "2"));
        var stale = ConfigMap("a", "3");
        stale["metadata"]!["resourceVersion"] = (string?)first["metadata"]!["resourceVersion"];

        var message = (await Api.ApplyAsync($"{ConfigMaps}/a", "one", stale)).Refused(409, "Conflict");

        Assert.Contains("the object has been modified; please apply your changes to the latest version and try again", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_of_an_apply_tells_what_would_be()
    {
        await Api.ApplyAsync($"{ConfigMaps}/a", "one", ConfigMap("a"));

        var dry = (await Api.PatchAsync($"{ConfigMaps}/a?fieldManager=one&dryRun=All", ApiSession.Apply, ConfigMap("a", "2"))).Body;

        Assert.Equal("2", (string?)dry["data"]!["key"]);
        Assert.Equal("1", (string?)(await Api.GetAsync($"{ConfigMaps}/a")).Body["data"]!["key"]);
    }

    private static IEnumerable<string?> Owners(JsonNode item, string map, string field) =>
        item["metadata"]!["managedFields"]!.AsArray()
            .Where(entry => entry!["fieldsV1"]?[map]?[field] is not null)
            .Select(static entry => (string?)entry!["manager"])
            .Order(StringComparer.Ordinal);
}
