using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using KafkaLogstash.LocalCluster.ApiServer;

namespace KafkaLogstash.Tests.Unit.LocalCluster.ApiServer;

public sealed class WatchTests : ServerFixture
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    protected override EmbeddedApiServerOptions Options => new() { HistoryLimit = 8, BookmarkInterval = TimeSpan.FromMilliseconds(20) };

    [Fact]
    public async Task A_watch_replays_what_there_is_and_follows_changes()
    {
        await Client.CoreV1.CreateNamespacedConfigMapAsync(ConfigMap("a", ("k", "1")), "default", cancellationToken: Cancellation);
        var seen = new List<string>();
        await foreach (var (type, item) in Client.CoreV1.WatchListNamespacedConfigMapAsync("default", cancellationToken: Cancellation))
        {
            seen.Add($"{type} {item.Name()} {string.Join(',', item.Data?.Values ?? [])}");
            if (seen.Count == 1)
            {
                await Client.CoreV1.ReplaceNamespacedConfigMapAsync(ConfigMap("a", ("k", "2")), "a", "default", cancellationToken: Cancellation);
                await Client.CoreV1.DeleteNamespacedConfigMapAsync("a", "default", cancellationToken: Cancellation);
            }

            if (seen.Count == 3)
            {
                break;
            }
        }

        Assert.Equal(["Added a 1", "Modified a 2", "Deleted a 2"], seen);
    }

    [Fact]
    public async Task An_object_that_leaves_the_selection_is_shown_as_deleted()
    {
        await SendAsync("POST", ConfigMaps, """{"metadata":{"name":"a","labels":{"colour":"blue"}}}""");
        await using var watch = await OpenAsync($"{ConfigMaps}?watch=true&labelSelector=colour%3Dblue");
        Assert.Equal("ADDED", (await watch.NextAsync())["type"]!.GetValue<string>());
        await SendAsync("PATCH", $"{ConfigMaps}/a", """{"metadata":{"labels":{"colour":"red"}}}""", "application/merge-patch+json");
        var left = await watch.NextAsync();
        Assert.Equal("DELETED", left["type"]!.GetValue<string>());
        Assert.Equal("blue", left["object"]!["metadata"]!["labels"]!["colour"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_watch_from_a_forgotten_revision_gets_410()
    {
        var first = await Client.CoreV1.CreateNamespacedConfigMapAsync(ConfigMap("a"), "default", cancellationToken: Cancellation);
        for (var i = 0; i < 20; i++)
        {
            await Client.CoreV1.ReplaceNamespacedConfigMapAsync(ConfigMap("a", ("k", $"{i}")), "a", "default", cancellationToken: Cancellation);
        }

        await using var watch = await OpenAsync($"{ConfigMaps}?watch=true&resourceVersion={first.ResourceVersion()}");
        var error = await watch.NextAsync();
        Assert.Equal("ERROR", error["type"]!.GetValue<string>());
        Assert.Equal("Expired", error["object"]!["reason"]!.GetValue<string>());
        Assert.Equal(410, error["object"]!["code"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_watch_from_a_known_revision_misses_nothing()
    {
        var first = await Client.CoreV1.CreateNamespacedConfigMapAsync(ConfigMap("a"), "default", cancellationToken: Cancellation);
        await Client.CoreV1.CreateNamespacedConfigMapAsync(ConfigMap("b"), "default", cancellationToken: Cancellation);
        await Client.CoreV1.DeleteNamespacedConfigMapAsync("a", "default", cancellationToken: Cancellation);
        await using var watch = await OpenAsync($"{ConfigMaps}?watch=true&resourceVersion={first.ResourceVersion()}");
        Assert.Equal(["ADDED b", "DELETED a"], [Describe(await watch.NextAsync()), Describe(await watch.NextAsync())]);
    }

    [Fact]
    public async Task A_watch_list_ends_its_initial_events_with_a_bookmark()
    {
        await Client.CoreV1.CreateNamespacedConfigMapAsync(ConfigMap("a"), "default", cancellationToken: Cancellation);
        await using var watch = await OpenAsync(
            $"{ConfigMaps}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan");
        Assert.Equal("ADDED a", Describe(await watch.NextAsync()));
        var bookmark = await watch.NextAsync();
        Assert.Equal("BOOKMARK", bookmark["type"]!.GetValue<string>());
        Assert.Equal("true", bookmark["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!.GetValue<string>());
    }

    [Fact]
    public async Task Bookmarks_carry_the_revision_of_other_resources_changes()
    {
        await using var watch = await OpenAsync($"{ConfigMaps}?watch=true&allowWatchBookmarks=true");
        var secret = await Client.CoreV1.CreateNamespacedSecretAsync(
            new V1Secret { Metadata = new V1ObjectMeta { Name = "s" } }, "default", cancellationToken: Cancellation);
        JsonNode bookmark;
        do
        {
            bookmark = await watch.NextAsync();
            Assert.Equal("BOOKMARK", bookmark["type"]!.GetValue<string>());
        }
        while (bookmark["object"]!["metadata"]!["resourceVersion"]!.GetValue<string>() != secret.ResourceVersion());
    }

    [Fact]
    public async Task A_watch_with_a_timeout_ends_by_itself()
    {
        await using var watch = await OpenAsync($"{ConfigMaps}?watch=true&timeoutSeconds=1");
        Assert.Null(await watch.TryNextAsync());
    }

    [Fact]
    public async Task Watched_tables_name_their_columns_once()
    {
        await Client.CoreV1.CreateNamespacedConfigMapAsync(ConfigMap("a"), "default", cancellationToken: Cancellation);
        await Client.CoreV1.CreateNamespacedConfigMapAsync(ConfigMap("b"), "default", cancellationToken: Cancellation);
        await using var watch = await OpenAsync($"{ConfigMaps}?watch=true", "application/json;as=Table;v=v1;g=meta.k8s.io");
        Assert.Equal("Name", (await watch.NextAsync())["object"]!["columnDefinitions"]![0]!["name"]!.GetValue<string>());
        Assert.Null((await watch.NextAsync())["object"]!["columnDefinitions"]);
    }

    private static string Describe(JsonNode change) => $"{change["type"]} {change["object"]!["metadata"]!["name"]}";

    private async Task<WatchReader> OpenAsync(string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Server.Address, path));
        request.Headers.Authorization = new("Bearer", Server.TokenFor(EmbeddedApiServer.AdminUser));
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        return new WatchReader(response, await response.Content.ReadAsStreamAsync(Cancellation));
    }

    private sealed class WatchReader(HttpResponseMessage response, Stream stream) : IAsyncDisposable
    {
        private readonly StreamReader _lines = new(stream);

        public async Task<JsonNode> NextAsync() => await TryNextAsync() ?? throw new InvalidOperationException("the watch has ended");

        public async Task<JsonNode?> TryNextAsync() =>
            await _lines.ReadLineAsync(Cancellation) is { } line ? JsonNode.Parse(line) : null;

        public ValueTask DisposeAsync()
        {
            _lines.Dispose();
            response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
