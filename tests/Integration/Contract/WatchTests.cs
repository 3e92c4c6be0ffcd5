using System.Text.Json.Nodes;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Contract;

/// <summary>Lists and watches, from which the operator's caches are filled.</summary>
public sealed class WatchTests(SharedCluster shared, SampleResource resource) : SampleTest(shared, resource)
{
    private const string Bookmarks = "allowWatchBookmarks=true";

    [Fact]
    public async Task A_watch_from_a_list_tells_what_came_after_it()
    {
        await CreateSampleAsync("before");
        await using var watch = await Api.WatchAsync($"{Samples}?watch=true&resourceVersion={await ListVersionAsync()}");
        await CreateSampleAsync("a");
        await Api.PatchAsync($"{Samples}/a", ApiSession.MergePatch, Parse("""{"spec":{"size":4}}"""));
        await Api.DeleteAsync($"{Samples}/a");

        Assert.Equal("ADDED a", (await watch.NextAsync()).Summary);
        Assert.Equal("MODIFIED a", (await watch.NextAsync()).Summary);
        var deleted = await watch.NextAsync();
        Assert.Equal("DELETED a", deleted.Summary);
        Assert.Equal(4, (int?)deleted.Item["spec"]!["size"]);
    }

    [Fact]
    public async Task A_watch_resumes_where_another_ended()
    {
        string seen;
        await using (var first = await Api.WatchAsync($"{Samples}?watch=true&resourceVersion={await ListVersionAsync()}"))
        {
            await CreateSampleAsync("a");
            seen = (string)(await first.NextAsync()).Item["metadata"]!["resourceVersion"]!;
        }

        await CreateSampleAsync("b");
        await Api.DeleteAsync($"{Samples}/a");

        await using var second = await Api.WatchAsync($"{Samples}?watch=true&resourceVersion={seen}");
        Assert.Equal("ADDED b", (await second.NextAsync()).Summary);
        var deleted = await second.NextAsync();
        Assert.Equal("DELETED a", deleted.Summary);
        Assert.NotEqual(seen, (string?)deleted.Item["metadata"]!["resourceVersion"]);
    }

    [Fact]
    public async Task A_watch_without_a_version_begins_with_what_there_is()
    {
        await CreateSampleAsync("a");
        await using var watch = await Api.WatchAsync($"{Samples}?watch=true");

        Assert.Equal("ADDED a", (await watch.NextAsync()).Summary);
    }

    [Fact]
    public async Task A_streamed_list_ends_with_a_bookmark()
    {
        await CreateSampleAsync("a");
        await using var watch = await Api.WatchAsync($"{Samples}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&{Bookmarks}");

        Assert.Equal("ADDED a", (await watch.NextAsync()).Summary);
        var bookmark = await watch.NextAsync();
        Assert.Equal("BOOKMARK", bookmark.Type);
        Assert.Equal("true", (string?)bookmark.Item["metadata"]!["annotations"]!["k8s.io/initial-events-end"]);
        Assert.Equal("Sample", (string?)bookmark.Item["kind"]);
        await CreateSampleAsync("b");
        Assert.Equal("ADDED b", (await watch.NextChangeAsync()).Summary);
    }

    [Fact]
    public async Task Bookmarks_tell_how_far_a_quiet_watch_has_come()
    {
        // A server sends one before it ends a watch, so this need not wait for the minute that it leaves between two.
        await using var watch = await Api.WatchAsync(
            $"{Samples}?watch=true&resourceVersion={await ListVersionAsync()}&timeoutSeconds=6&fieldSelector=metadata.name%3Dnone&{Bookmarks}");
        var other = await CreateSampleAsync("a");
        var bookmark = await watch.NextAsync();

        Assert.Equal("BOOKMARK", bookmark.Type);
        Assert.True(Version(bookmark.Item) >= Version(other), "the bookmark is older than what had happened");
        var resumed = (string)bookmark.Item["metadata"]!["resourceVersion"]!;
        await CreateSampleAsync("b");
        await using var next = await Api.WatchAsync($"{Samples}?watch=true&resourceVersion={resumed}");
        Assert.Equal("ADDED b", (await next.NextAsync()).Summary);
    }

    [Fact]
    public async Task A_watch_ends_when_its_time_is_up()
    {
        await using var watch = await Api.WatchAsync($"{Samples}?watch=true&resourceVersion={await ListVersionAsync()}&timeoutSeconds=1");

        Assert.Null(await watch.TryNextAsync());
    }

    [Fact]
    public async Task A_watch_from_a_forgotten_version_is_gone()
    {
        // A real server has begun to remember samples when they were defined, and so after its first version.
        await CreateSampleAsync("a");
        await CreateSampleAsync("b");
        Cluster.Embedded?.Faults.CompactHistory();

        await using var watch = await Api.WatchAsync($"{Samples}?watch=true&resourceVersion=1");
        var error = await watch.NextAsync();

        Assert.Equal("ERROR", error.Type);
        Assert.Equal(("Status", 410, "Expired"), ((string?)error.Item["kind"], (int?)error.Item["code"], (string?)error.Item["reason"]));
        Assert.StartsWith("too old resource version: 1 (", (string?)error.Item["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_that_no_longer_fits_the_selector_is_shown_as_deleted()
    {
        var sample = Resource.Sample("a");
        sample["metadata"]!["labels"] = Parse("""{"use":"yes"}""");
        await Api.CreateAsync(Samples, sample);
        await CreateSampleAsync("other");
        await using var watch = await Api.WatchAsync($"{Samples}?watch=true&labelSelector=use%3Dyes");
        Assert.Equal("ADDED a", (await watch.NextAsync()).Summary);

        await Api.PatchAsync($"{Samples}/a", ApiSession.MergePatch, Parse("""{"metadata":{"labels":{"use":"no"}}}"""));
        Assert.Equal("DELETED a", (await watch.NextAsync()).Summary);
        await Api.PatchAsync($"{Samples}/a", ApiSession.MergePatch, Parse("""{"metadata":{"labels":{"use":"yes"}}}"""));
        Assert.Equal("ADDED a", (await watch.NextAsync()).Summary);
    }

    [Fact]
    public async Task A_watch_of_one_object_is_silent_about_others()
    {
        await using var watch = await Api.WatchAsync(
            $"{Samples}?watch=true&fieldSelector=metadata.name%3Db&resourceVersion={await ListVersionAsync()}");
        await CreateSampleAsync("a");
        await CreateSampleAsync("b");

        Assert.Equal("ADDED b", (await watch.NextAsync()).Summary);
    }

    [Fact]
    public async Task A_list_comes_in_pages_of_one_moment()
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            await CreateSampleAsync(name);
        }

        var first = (await Api.GetAsync($"{Samples}?limit=2")).Body;
        await CreateSampleAsync("bb");
        var second = (await Api.GetAsync($"{Samples}?limit=2&continue={Uri.EscapeDataString((string)first["metadata"]!["continue"]!)}")).Body;

        Assert.Equal(1, (int?)first["metadata"]!["remainingItemCount"]);
        Assert.Equal(["a", "b"], Names(first));
        Assert.Equal(["c"], Names(second));
        Assert.Equal((string?)first["metadata"]!["resourceVersion"], (string?)second["metadata"]!["resourceVersion"]);
    }

    [Theory]
    [InlineData("use=yes", "a")]
    [InlineData("use!=yes", "b,c")]
    [InlineData("use", "a,b")]
    [InlineData("!use", "c")]
    [InlineData("use in (yes,no)", "a,b")]
    [InlineData("use notin (yes)", "b,c")]
    [InlineData("use,size=2", "b")]
    public async Task Labels_select(string selector, string expected)
    {
        foreach (var (name, labels) in new[] { ("a", """{"use":"yes","size":"1"}"""), ("b", """{"use":"no","size":"2"}"""), ("c", "{}") })
        {
            var sample = Resource.Sample(name);
            sample["metadata"]!["labels"] = Parse(labels);
            await Api.CreateAsync(Samples, sample);
        }

        Assert.Equal(expected, string.Join(',', Names((await Api.GetAsync($"{Samples}?labelSelector={Uri.EscapeDataString(selector)}")).Body)));
    }

    [Fact]
    public async Task A_selector_that_is_none_is_refused() =>
        (await Api.GetAsync($"{Samples}?labelSelector={Uri.EscapeDataString("a in b")}")).Refused(400, "BadRequest");

    private static IEnumerable<string?> Names(JsonNode list) =>
        list["items"]!.AsArray().Select(static item => (string?)item!["metadata"]!["name"]);

    private static ulong Version(JsonNode item) => ulong.Parse((string)item["metadata"]!["resourceVersion"]!);

    private async Task<string> ListVersionAsync() => (string)(await Api.GetAsync(Samples)).Body["metadata"]!["resourceVersion"]!;
}
