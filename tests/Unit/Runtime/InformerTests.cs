using System.Net;
using System.Threading.Channels;
using k8s.Models;
using KafkaLogstash.Runtime;
using Microsoft.Extensions.Time.Testing;
using static KafkaLogstash.Tests.Unit.Runtime.RuntimeFixture;

namespace KafkaLogstash.Tests.Unit.Runtime;

public sealed class InformerTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly StubApi _api = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<ResourceChange<V1ConfigMap>> _changes = Channel.CreateUnbounded<ResourceChange<V1ConfigMap>>();
    private Task _running = Task.CompletedTask;

    [Fact]
    public async Task The_list_fills_the_cache_and_the_watch_goes_on_from_there()
    {
        var informer = Start(new InformerOptions<V1ConfigMap> { LabelSelector = "app=x", PageSize = 2 });

        var first = await _api.NextAsync();
        Assert.Equal("/api/v1/configmaps", first.Path);
        Assert.Equal("?labelSelector=app=x&limit=2", first.Query);
        first.Answer(ListPage("10", "more", ConfigMap("a", "1"), ConfigMap("b", "2")));
        var second = await _api.NextAsync();
        Assert.Contains("continue=more", second.Query, StringComparison.Ordinal);
        Assert.False(informer.HasSynced);
        second.Answer(List("10", ConfigMap("c", "3")));

        var watch = await _api.NextAsync();
        Assert.True(informer.HasSynced);
        Assert.Equal(3, informer.Cache.Count);
        Assert.Equal("ConfigMap", informer.Cache.Get(new NamespacedName("shop", "a"))!.Kind);
        Assert.Contains("resourceVersion=10&", watch.Query, StringComparison.Ordinal);
        Assert.Contains("allowWatchBookmarks=true", watch.Query, StringComparison.Ordinal);
        Assert.DoesNotContain("limit", watch.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handlers_see_the_state_before_and_after()
    {
        Start();
        await AnswerListAsync("10", ConfigMap("a", "1"));
        var stream = (await _api.NextAsync()).AnswerWatch();
        await stream.SendAsync("MODIFIED", ConfigMap("a", "11"));
        await stream.SendAsync("ADDED", ConfigMap("b", "12"));
        await stream.SendAsync("DELETED", ConfigMap("a", "13"));

        Assert.Equal([(ChangeType.Added, null, "1"), (ChangeType.Updated, "1", "11"), (ChangeType.Added, null, "12"), (ChangeType.Deleted, "11", "13")], await ChangesAsync(4));
    }

    [Fact]
    public async Task A_watch_that_the_server_ends_goes_on_from_the_last_bookmark_without_a_new_list()
    {
        Start();
        await AnswerListAsync("10", ConfigMap("a", "1"));
        var stream = (await _api.NextAsync()).AnswerWatch();
        await stream.BookmarkAsync("99");
        stream.Close();

        var next = await _api.NextAsync();

        Assert.True(next.IsWatch);
        Assert.Contains("resourceVersion=99&", next.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_watch_goes_on_from_the_last_event_after_a_pause()
    {
        Start();
        await AnswerListAsync("10", ConfigMap("a", "1"));
        var stream = (await _api.NextAsync()).AnswerWatch();
        await stream.SendAsync("MODIFIED", ConfigMap("a", "42"));
        await ChangesAsync(2);
        stream.Break();

        var next = await _api.NextAsync(_time);

        Assert.True(next.IsWatch);
        Assert.Contains("resourceVersion=42&", next.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_that_stays_silent_is_taken_for_dead_and_opened_anew()
    {
        Start();
        await AnswerListAsync("10", ConfigMap("a", "1"));
        (await _api.NextAsync()).AnswerWatch();

        var next = await _api.NextAsync(_time);

        Assert.True(next.IsWatch);
        Assert.Contains("resourceVersion=10&", next.Query, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_410_the_list_is_read_again_and_missed_deletions_are_told(bool asEvent)
    {
        Start();
        await AnswerListAsync("10", ConfigMap("a", "1"), ConfigMap("b", "2"));
        var watch = await _api.NextAsync();
        if (asEvent)
        {
            await watch.AnswerWatch().SendAsync("ERROR", """{"kind":"Status","status":"Failure","reason":"Expired","code":410,"message":"too old resource version"}""");
        }
        else
        {
            watch.Refuse(HttpStatusCode.Gone, "Expired");
        }

        await AnswerListAsync("50", ConfigMap("b", "2"), ConfigMap("c", "40"));

        Assert.Equal([(ChangeType.Added, null, "1"), (ChangeType.Added, null, "2"), (ChangeType.Added, null, "40"), (ChangeType.Deleted, "1", "1")], await ChangesAsync(4));
        Assert.Contains("resourceVersion=50&", (await _api.NextAsync()).Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_answers_410_to_every_watch_is_not_flooded_with_lists()
    {
        Start();
        await AnswerListAsync("10");
        (await _api.NextAsync()).Refuse(HttpStatusCode.Gone, "Expired");
        await AnswerListAsync("11");
        (await _api.NextAsync()).Refuse(HttpStatusCode.Gone, "Expired");
        var from = _time.GetUtcNow();

        var list = await _api.NextAsync(_time);

        Assert.False(list.IsWatch);
        Assert.True(_time.GetUtcNow() > from);
    }

    [Fact]
    public async Task When_the_pages_expire_the_list_is_read_in_one_piece()
    {
        var informer = Start();
        (await _api.NextAsync()).Answer(ListPage("10", "more", ConfigMap("a", "1")));
        (await _api.NextAsync()).Refuse(HttpStatusCode.Gone, "Expired");
        var whole = await _api.NextAsync();
        Assert.Equal("", whole.Query);
        whole.Answer(List("20", ConfigMap("a", "1"), ConfigMap("b", "2")));

        await informer.WaitForSyncAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, informer.Cache.Count);
    }

    [Fact]
    public async Task Failures_are_retried_with_growing_pauses_and_end_in_a_new_list()
    {
        Start();
        await AnswerListAsync("10", ConfigMap("a", "1"));
        var started = _time.GetUtcNow();
        for (var i = 0; i < 5; i++)
        {
            var watch = await _api.NextAsync(_time);
            Assert.True(watch.IsWatch);
            watch.Break();
        }

        var list = await _api.NextAsync(_time);

        Assert.False(list.IsWatch);
        Assert.InRange(_time.GetUtcNow() - started, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task An_object_that_cannot_be_read_keeps_its_last_state_and_hides_no_other()
    {
        var informer = Start();
        await AnswerListAsync("10", ConfigMap("a", "1"), """{"metadata":{"name":"b","namespace":"shop","resourceVersion":"2"},"data":"no map"}""");
        var stream = (await _api.NextAsync()).AnswerWatch();
        await stream.SendAsync("MODIFIED", """{"metadata":{"name":"a","namespace":"shop","resourceVersion":"11"},"data":[]}""");
        await stream.SendAsync("ADDED", ConfigMap("c", "12"));

        await ChangesAsync(2);

        Assert.Equal(["a", "c"], informer.Cache.List().Select(c => c.Metadata.Name).Order());
        Assert.Equal("1", informer.Cache.Get(new NamespacedName("shop", "a"))!.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Several_namespaces_are_listed_one_by_one()
    {
        var informer = Start(new InformerOptions<V1ConfigMap> { Namespaces = ["shop", "bank"] });
        var paths = new List<string>();
        foreach (var ns in new[] { "shop", "bank" })
        {
            Assert.False(informer.HasSynced);
            var list = await _api.NextAsync();
            paths.Add(list.Path);
            list.Answer(List("10", ConfigMap("a", "1", list.Path.Split('/')[4])));
        }

        await informer.WaitForSyncAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["/api/v1/namespaces/bank/configmaps", "/api/v1/namespaces/shop/configmaps"], paths.Order());
        Assert.Equal(2, informer.Cache.Count);
    }

    [Fact]
    public async Task Only_this_managers_managed_fields_are_kept()
    {
        var informer = Start();
        await AnswerListAsync("10", ConfigMap("a", "1", more: ""","managedFields":[{"manager":"kubectl","operation":"Update"},{"manager":"operator","operation":"Apply"}]"""));
        await informer.WaitForSyncAsync(TestContext.Current.CancellationToken);

        Assert.Equal("operator", Assert.Single(informer.Cache.List()[0].Metadata.ManagedFields).Manager);
    }

    [Fact]
    public async Task An_index_follows_the_objects()
    {
        var informer = Start(new InformerOptions<V1ConfigMap>
        {
            Indexes = new Dictionary<string, Func<V1ConfigMap, IEnumerable<string>>> { ["colour"] = c => c.Metadata.Labels?.Values ?? [] },
        });
        await AnswerListAsync("10", ConfigMap("a", "1", more: ""","labels":{"x":"red"}"""), ConfigMap("b", "2", more: ""","labels":{"x":"red"}"""));
        var stream = (await _api.NextAsync()).AnswerWatch();
        await stream.SendAsync("MODIFIED", ConfigMap("a", "11", more: ""","labels":{"x":"blue"}"""));
        await ChangesAsync(3);

        Assert.Equal("b", Assert.Single(informer.Cache.ByIndex("colour", "red")).Metadata.Name);
        Assert.Equal("a", Assert.Single(informer.Cache.ByIndex("colour", "blue")).Metadata.Name);
        Assert.Contains("colour", Assert.Throws<ArgumentException>(() => informer.Cache.ByIndex("size", "1")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_can_be_watched_as_metadata_alone()
    {
        var informer = new Informer<PartialObjectMetadata<V1Secret>>(Context(_api, _time), new InformerOptions<PartialObjectMetadata<V1Secret>>());
        _running = informer.RunAsync(_stop.Token);
        var list = await _api.NextAsync();
        Assert.Equal("/api/v1/secrets", list.Path);
        Assert.StartsWith("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1", list.Accept, StringComparison.Ordinal);
        list.Answer(List("10", ConfigMap("a", "1")));
        var watch = await _api.NextAsync();

        Assert.Equal("application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1", watch.Accept);
        Assert.Equal("Secret", Assert.Single(informer.Cache.List()).Kind);
    }

    [Fact]
    public async Task A_handler_that_comes_late_is_told_what_is_there_and_one_that_throws_disturbs_nobody()
    {
        var informer = Start();
        informer.Subscribe(_ => throw new InvalidOperationException("a bad handler"));
        await AnswerListAsync("10", ConfigMap("a", "1"));
        await informer.WaitForSyncAsync(TestContext.Current.CancellationToken);
        var late = new List<string>();

        using (informer.Subscribe(change => late.Add($"{change.Type} {change.Key}")))
        {
            Assert.Equal(["Added shop/a"], late);
        }

        Assert.Single(await ChangesAsync(1));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Patience.Limit);
        _stop.Dispose();
        _api.Dispose();
    }

    private Informer<V1ConfigMap> Start(InformerOptions<V1ConfigMap>? options = null)
    {
        var informer = new Informer<V1ConfigMap>(Context(_api, _time), options ?? new InformerOptions<V1ConfigMap>());
        informer.Subscribe(change => _changes.Writer.TryWrite(change));
        _running = informer.RunAsync(_stop.Token);
        return informer;
    }

    private async Task AnswerListAsync(string resourceVersion, params string[] items)
    {
        var list = await _api.NextAsync();
        Assert.False(list.IsWatch);
        list.Answer(List(resourceVersion, items));
    }

    private async Task<List<(ChangeType Type, string? Old, string Current)>> ChangesAsync(int count)
    {
        var changes = new List<(ChangeType, string?, string)>();
        while (changes.Count < count)
        {
            var change = await _changes.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience.Limit);
            changes.Add((change.Type, change.Old?.Metadata.ResourceVersion, change.Current.Metadata.ResourceVersion));
        }

        return changes;
    }
}
