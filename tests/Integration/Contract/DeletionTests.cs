using System.Text.Json.Nodes;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Contract;

/// <summary>What keeps an object from being deleted.</summary>
public sealed class DeletionTests(SharedCluster shared, SampleResource resource) : SampleTest(shared, resource)
{
    [Fact]
    public async Task A_finalizer_keeps_an_object_until_it_is_removed()
    {
        await CreateHeldAsync();
        await using var watch = await Api.WatchAsync($"{Samples}?watch=true&fieldSelector=metadata.name%3Da");
        Assert.Equal("ADDED a", (await watch.NextAsync()).Summary);

        var deleting = (await Api.DeleteAsync($"{Samples}/a")).Body;
        Assert.NotNull(deleting["metadata"]!["deletionTimestamp"]);
        Assert.Equal(0, (int?)deleting["metadata"]!["deletionGracePeriodSeconds"]);
        Assert.Equal(2, (int?)deleting["metadata"]!["generation"]);
        Assert.Equal("MODIFIED a", (await watch.NextAsync()).Summary);

        await Api.PatchAsync($"{Samples}/a", ApiSession.MergePatch, Parse("""{"metadata":{"finalizers":null}}"""));
        Assert.Equal("DELETED a", (await watch.NextAsync()).Summary);
        Assert.Equal(404, (await Api.GetAsync($"{Samples}/a")).Code);
    }

    [Fact]
    public async Task An_object_that_is_being_deleted_gets_no_more_finalizers()
    {
        await CreateHeldAsync();
        await Api.DeleteAsync($"{Samples}/a");

        var message = (await Api.PatchAsync(
            $"{Samples}/a", ApiSession.MergePatch, Parse("""{"metadata":{"finalizers":["example.com/held","example.com/more"]}}"""))).Refused(422, "Invalid");

        Assert.Contains("metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted", message, StringComparison.Ordinal);
        await Api.PatchAsync($"{Samples}/a", ApiSession.MergePatch, Parse("""{"metadata":{"finalizers":null}}"""));
    }

    [Fact]
    public async Task An_object_that_is_being_deleted_still_takes_a_status()
    {
        await CreateHeldAsync();
        await Api.DeleteAsync($"{Samples}/a");

        var status = (await Api.PatchAsync($"{Samples}/a/status", ApiSession.MergePatch, Parse("""{"status":{"replicas":0}}"""))).Body;

        Assert.Equal(0, (int?)status["status"]!["replicas"]);
        await Api.PatchAsync($"{Samples}/a", ApiSession.MergePatch, Parse("""{"metadata":{"finalizers":null}}"""));
    }

    [Theory]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","name":"o"}""", "metadata.ownerReferences.uid: Invalid value")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","uid":"u"}""", "metadata.ownerReferences.name: Invalid value")]
    [InlineData("""{"kind":"ConfigMap","name":"o","uid":"u"}""", "metadata.ownerReferences.apiVersion: Invalid value")]
    public async Task An_owner_reference_must_be_whole(string reference, string expected)
    {
        var owned = ConfigMap("a");
        owned["metadata"]!["ownerReferences"] = JsonNode.Parse($"[{reference}]");

        Assert.Contains(expected, (await Api.CreateAsync(PathOf("v1", "configmaps"), owned)).Refused(422, "Invalid"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_has_one_controller_at_most()
    {
        var owned = ConfigMap("a");
        owned["metadata"]!["ownerReferences"] = JsonNode.Parse("""
            [{"apiVersion":"v1","kind":"ConfigMap","name":"o","uid":"u","controller":true},{"apiVersion":"v1","kind":"ConfigMap","name":"p","uid":"v","controller":true}]
            """);

        var message = (await Api.CreateAsync(PathOf("v1", "configmaps"), owned)).Refused(422, "Invalid");

        Assert.Contains("Only one reference can have Controller set to true", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deleting_in_the_foreground_waits_for_what_is_owned()
    {
        await CreateHeldAsync();

        var deleting = (await Api.DeleteAsync($"{Samples}/a", Parse("""{"propagationPolicy":"Foreground"}"""))).Body;

        Assert.Contains("foregroundDeletion", deleting["metadata"]!["finalizers"]!.ToJsonString(), StringComparison.Ordinal);
        await Api.PatchAsync($"{Samples}/a", ApiSession.MergePatch, Parse("""{"metadata":{"finalizers":null}}"""));
    }

    [Fact]
    public async Task A_collection_can_be_deleted_by_labels()
    {
        var labelled = ConfigMap("a");
        labelled["metadata"]!["labels"] = Parse("""{"use":"yes"}""");
        await Api.CreateAsync(PathOf("v1", "configmaps"), labelled);
        await Api.CreateAsync(PathOf("v1", "configmaps"), ConfigMap("b"));

        await Api.DeleteAsync($"{PathOf("v1", "configmaps")}?labelSelector=use%3Dyes");

        Assert.Equal(404, (await Api.GetAsync($"{PathOf("v1", "configmaps")}/a")).Code);
        Assert.Equal(200, (await Api.GetAsync($"{PathOf("v1", "configmaps")}/b")).Code);
    }

    private async Task CreateHeldAsync()
    {
        var sample = Resource.Sample("a");
        sample["metadata"]!["finalizers"] = JsonNode.Parse("""["example.com/held"]""");
        Assert.Equal(201, (await Api.CreateAsync(Samples, sample)).Code);
    }
}
