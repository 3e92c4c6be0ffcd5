using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Contract;

/// <summary>Status, scale, and what counts as a new generation.</summary>
public sealed class SubresourceTests(SharedCluster shared, SampleResource resource) : SampleTest(shared, resource)
{
    [Fact]
    public async Task Only_the_status_subresource_writes_the_status()
    {
        var sample = Resource.Sample("a");
        sample["status"] = Parse("""{"replicas":9}""");
        var created = (await Api.CreateAsync(Samples, sample)).Body;
        var patched = (await Api.PatchAsync($"{Samples}/a", ApiSession.MergePatch, Parse("""{"status":{"replicas":9}}"""))).Body;
        var status = (await Api.PatchAsync(
            $"{Samples}/a/status", ApiSession.MergePatch, Parse("""{"spec":{"size":9},"metadata":{"labels":{"l":"1"}},"status":{"replicas":2}}"""))).Body;

        Assert.Null(created["status"]);
        Assert.Null(patched["status"]);
        Assert.Equal(2, (int?)status["status"]!["replicas"]);
        Assert.Equal(3, (int?)status["spec"]!["size"]);
        Assert.Null(status["metadata"]!["labels"]);
    }

    [Fact]
    public async Task A_status_against_the_schema_is_refused()
    {
        await CreateSampleAsync("a");

        var message = (await Api.PatchAsync(
            $"{Samples}/a/status", ApiSession.MergePatch, Parse("""{"status":{"conditions":[{"type":"Ready","status":"Maybe"}]}}"""))).Refused(422, "Invalid");

        Assert.Contains("status.conditions[0].status: Unsupported value: \"Maybe\"", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_status_from_a_stale_version_is_a_conflict()
    {
        var stale = await CreateSampleAsync("a");
        await Api.PatchAsync($"{Samples}/a", ApiSession.MergePatch, Parse("""{"spec":{"size":4}}"""));
        stale["status"] = Parse("""{"replicas":2}""");

        (await Api.UpdateAsync($"{Samples}/a/status", stale)).Refused(409, "Conflict");
    }

    [Fact]
    public async Task The_generation_counts_changes_of_the_spec()
    {
        await CreateSampleAsync("a");
        Assert.Equal(1, await GenerationAsync(Samples));

        await Api.PatchAsync($"{Samples}/a", ApiSession.MergePatch, Parse("""{"metadata":{"labels":{"l":"1"},"annotations":{"a":"1"}}}"""));
        await Api.PatchAsync($"{Samples}/a/status", ApiSession.MergePatch, Parse("""{"status":{"replicas":2}}"""));
        Assert.Equal(1, await GenerationAsync(Samples));

        await Api.PatchAsync($"{Samples}/a", ApiSession.MergePatch, Parse("""{"spec":{"size":4}}"""));
        Assert.Equal(2, await GenerationAsync(Samples));
    }

    [Fact]
    public async Task The_generation_of_a_deployment_counts_changes_of_its_spec()
    {
        var deployments = PathOf("apps/v1", "deployments");
        await Api.CreateAsync(deployments, Deployment("a", 0));
        await Api.PatchAsync($"{deployments}/a", ApiSession.MergePatch, Parse("""{"metadata":{"labels":{"l":"1"}}}"""));
        Assert.Equal(1, await GenerationAsync(deployments));

        await Api.PatchAsync($"{deployments}/a", ApiSession.MergePatch, Parse("""{"spec":{"minReadySeconds":1}}"""));
        Assert.Equal(2, await GenerationAsync(deployments));
    }

    [Fact]
    public async Task The_scale_of_a_custom_resource_reads_and_writes_its_fields()
    {
        await CreateSampleAsync("a");
        await Api.PatchAsync($"{Samples}/a/status", ApiSession.MergePatch, Parse("""{"status":{"replicas":2,"selector":"app=a"}}"""));

        var scale = (await Api.GetAsync($"{Samples}/a/scale")).Body;
        Assert.Equal(("autoscaling/v1", "Scale"), ((string?)scale["apiVersion"], (string?)scale["kind"]));
        Assert.Equal((1, 2, "app=a"), ((int?)scale["spec"]!["replicas"], (int?)scale["status"]!["replicas"], (string?)scale["status"]!["selector"]));

        scale["spec"]!["replicas"] = 5;
        var scaled = (await Api.UpdateAsync($"{Samples}/a/scale", scale)).Body;
        Assert.Equal(5, (int?)scaled["spec"]!["replicas"]);
        Assert.Equal(5, (int?)(await Api.GetAsync($"{Samples}/a")).Body["spec"]!["replicas"]);
        Assert.Equal(2, await GenerationAsync(Samples));
    }

    [Fact]
    public async Task The_scale_of_a_deployment_is_its_number_of_replicas()
    {
        var deployments = PathOf("apps/v1", "deployments");
        await Api.CreateAsync(deployments, Deployment("a", 0));

        var scaled = (await Api.PatchAsync($"{deployments}/a/scale", ApiSession.MergePatch, Parse("""{"spec":{"replicas":3}}"""))).Body;

        Assert.Equal(3, (int?)scaled["spec"]!["replicas"]);
        Assert.Equal(3, (int?)(await Api.GetAsync($"{deployments}/a")).Body["spec"]!["replicas"]);
    }

    private async Task<int?> GenerationAsync(string collection) => (int?)(await Api.GetAsync($"{collection}/a")).Body["metadata"]!["generation"];
}
