using System.Net;
using System.Text;
using k8s.Models;
using KafkaLogstash.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using static KafkaLogstash.Tests.Unit.Runtime.RuntimeFixture;

namespace KafkaLogstash.Tests.Unit.Runtime;

public sealed class EventRecorderTests : IAsyncDisposable
{
    private static readonly V1ConfigMap About = new()
    {
        ApiVersion = "v1",
        Kind = "ConfigMap",
        Metadata = new V1ObjectMeta { Name = "a", NamespaceProperty = "shop", Uid = "u" },
    };

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));
    private readonly StubApi _stub = new();
    private readonly KubernetesApi _api;
    private readonly EventRecorder _events;

    public EventRecorderTests()
    {
        _api = _stub.Connect(_time);
        _events = new EventRecorder(_api, Options, Metrics(), _time, NullLogger<EventRecorder>.Instance, new EventOptions { QueueLength = 3 });
    }

    [Fact]
    public async Task The_first_event_is_created_at_once()
    {
        Record("It broke.");
        var post = await AnswerCreateAsync();

        var body = post.Body!;
        Assert.Equal(("POST", "/apis/events.k8s.io/v1/namespaces/shop/events"), (post.Method, post.Path));
        Assert.StartsWith("a.", body["metadata"]!["name"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("2026-01-02T03:04:05.678000Z", body["eventTime"]!.GetValue<string>());
        Assert.Equal(
            ("Warning", "Broken", "Reconcile", "It broke.", "operator", "replica-1"),
            (Text("type"), Text("reason"), Text("action"), Text("note"), Text("reportingController"), Text("reportingInstance")));
        Assert.Equal("u", body["regarding"]!["uid"]!.GetValue<string>());

        string Text(string name) => body[name]!.GetValue<string>();
    }

    [Fact]
    public async Task Repeats_become_one_series_whose_count_is_written_from_time_to_time()
    {
        Record("It broke.");
        await AnswerCreateAsync();
        Record("It broke.");
        Record("It broke.");

        var patch = await _stub.NextAsync(_time);

        Assert.Equal(("PATCH", "/apis/events.k8s.io/v1/namespaces/shop/events/a.1"), (patch.Method, patch.Path));
        Assert.Equal(3, patch.Body!["series"]!["count"]!.GetValue<int>());
        patch.Answer(Created);
    }

    [Fact]
    public async Task A_different_note_is_a_different_event()
    {
        Record("It broke.");
        await AnswerCreateAsync();
        Record("It broke again.");

        Assert.Equal("POST", (await AnswerCreateAsync()).Method);
    }

    [Fact]
    public async Task A_repeat_after_the_window_is_a_new_event()
    {
        Record("It broke.");
        await AnswerCreateAsync();
        _time.Advance(TimeSpan.FromMinutes(7));
        Record("It broke.");

        Assert.Equal("POST", (await AnswerCreateAsync()).Method);
    }

    [Fact]
    public async Task A_server_that_refuses_costs_the_event_and_nothing_else()
    {
        Record("It broke.");
        (await _stub.NextAsync()).Refuse(HttpStatusCode.Forbidden, "Forbidden");
        Record("It broke.");

        Assert.Equal("POST", (await AnswerCreateAsync()).Method);
    }

    [Fact]
    public async Task A_full_queue_loses_events_instead_of_waiting()
    {
        Record("1");
        var stuck = await _stub.NextAsync();
        for (var i = 2; i < 10; i++)
        {
            Record(i.ToString());
        }

        stuck.Answer(Created);
        var notes = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            notes.Add((await AnswerCreateAsync()).Body!["note"]!.GetValue<string>());
        }

        Assert.Equal(["2", "3", "4"], notes);
        Assert.True(_stub.IsQuiet);
    }

    [Theory]
    [InlineData("ä", 600)]
    [InlineData("😀", 300)]
    [InlineData("x", 2000)]
    public void A_long_note_is_cut_between_characters(string character, int count)
    {
        var note = EventRecorder.Shorten(string.Concat(Enumerable.Repeat(character, count)), 1024);

        Assert.InRange(Encoding.UTF8.GetByteCount(note), 1018, 1024);
        Assert.EndsWith(character + "…", note, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', note);
    }

    public async ValueTask DisposeAsync()
    {
        await _events.DisposeAsync();
        _api.Dispose();
        _stub.Dispose();
    }

    private const string Created = """{"metadata":{"name":"a.1","namespace":"shop"}}""";

    private void Record(string note) => _events.Record(About, EventType.Warning, "Broken", "Reconcile", note);

    private async Task<StubRequest> AnswerCreateAsync()
    {
        var post = await _stub.NextAsync();
        post.Answer(Created);
        return post;
    }
}
