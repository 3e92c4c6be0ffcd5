using System.Collections.Concurrent;
using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.LocalCluster.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace KafkaLogstash.Tests.Unit.Kafka;

/// <summary>How often Kafka is asked, and how often changes are told, by a clock that the test moves.</summary>
public sealed class PaceTests : IAsyncDisposable
{
    private static readonly KafkaProberOptions Options = new() { Timeout = TimeSpan.FromSeconds(2), GroupInterval = TimeSpan.FromHours(1), LagInterval = TimeSpan.FromHours(1) };

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly ScriptedBroker _kafka = ScriptedBroker.Start();
    private readonly KafkaProber _prober;
    private readonly Looks _looks = new();
    private int _told;

    public PaceTests()
    {
        _kafka.Topics["orders"] = new ScriptedTopic { Partitions = [(0, 100)] };
        Commit(90);
        _prober = new KafkaProber(Options, _time, NullLogger<KafkaProber>.Instance, _ => Interlocked.Increment(ref _told), _looks);
    }

    [Fact]
    public async Task Connections_that_come_one_by_one_wait_for_the_shortest_interval()
    {
        Follow("a");
        await LookAsync("a", TimeSpan.FromSeconds(1));
        Assert.Equal(2, _kafka.Requests(KafkaApiKey.ListOffsets));

        Follow("b");
        Follow("c");
        await LookAsync("c", Options.ShortestInterval);

        Assert.Equal(4, _kafka.Requests(KafkaApiKey.ListOffsets));
        Assert.Equal(10, _prober.Latest("b")?.Lag);
    }

    [Fact]
    public async Task Without_a_change_the_interval_is_kept_and_nothing_is_told()
    {
        Follow("a");
        await LookAsync("a", TimeSpan.FromSeconds(1));
        var first = _prober.Latest("a")!.At;

        await LookAsync("a", TimeSpan.FromSeconds(1));

        Assert.InRange(_prober.Latest("a")!.At - first, Options.Interval * 0.9, TimeSpan.MaxValue);
        Assert.Equal(1, _told);
    }

    [Fact]
    public async Task Looks_and_clients_are_told_of()
    {
        Follow("a");
        await LookAsync("a", TimeSpan.FromSeconds(1));
        await LookAsync("a", TimeSpan.FromSeconds(1));

        // The last look may not have ended yet.
        Assert.InRange(_looks.Reasons.Count, 1, 2);
        Assert.All(_looks.Reasons, reason => Assert.Equal("Reachable", reason));
        Assert.Equal(1, _looks.Clients);

        _prober.Forget("a");

        Assert.Equal(0, _looks.Clients);
    }

    [Fact]
    public async Task The_same_question_again_asks_nothing()
    {
        Follow("a");
        await LookAsync("a", TimeSpan.FromSeconds(1));
        var first = _prober.Latest("a")!.At;

        Follow("a");
        await LookAsync("a", TimeSpan.FromSeconds(1));

        Assert.InRange(_prober.Latest("a")!.At - first, Options.Interval * 0.9, TimeSpan.MaxValue);
    }

    [Fact]
    public async Task A_lag_that_only_moves_is_told_seldom_and_one_that_ends_at_once()
    {
        Follow("a");
        await LookAsync("a", TimeSpan.FromSeconds(1));
        Assert.Equal(1, _told);

        Commit(91);
        await LookAsync("a", TimeSpan.FromSeconds(1));
        Assert.Equal(9, _prober.Latest("a")?.Lag);
        Assert.Equal(1, _told);

        _time.Advance(Options.LagInterval);
        await LookAsync("a", TimeSpan.FromSeconds(1));
        Assert.Equal(2, _told);

        Commit(100);
        await LookAsync("a", TimeSpan.FromSeconds(1));
        Assert.Equal(3, _told);
    }

    [Theory]
    [InlineData(0, 15)]
    [InlineData(1, 3)]
    [InlineData(2, 6)]
    [InlineData(3, 12)]
    [InlineData(5, 48)]
    [InlineData(6, 60)]
    [InlineData(1000, 60)]
    public void A_cluster_that_does_not_answer_is_asked_less_and_less(int failures, int seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), Options.PauseAfter(failures, 0.5));
        Assert.Equal(TimeSpan.FromSeconds(seconds) * 0.9, Options.PauseAfter(failures, 0));
        Assert.Equal(TimeSpan.FromSeconds(seconds) * 1.1, Options.PauseAfter(failures, 1));
    }

    [Fact]
    public async Task A_single_look_without_an_answer_changes_nothing_and_a_second_is_told()
    {
        Follow("a");
        await LookAsync("a", TimeSpan.FromSeconds(1));
        var before = _prober.Latest("a");

        _kafka.Mechanisms = ["PLAIN"];
        _kafka.CutConnections();
        await AdvanceUntilAsync(() => _looks.Reasons.Any(reason => reason != "Reachable"), TimeSpan.FromSeconds(1));
        Assert.Equal(before, _prober.Latest("a"));
        Assert.Equal(1, _told);

        await AdvanceUntilAsync(() => _prober.Latest("a")!.Reachable.Holds == false, TimeSpan.FromSeconds(1));
        Assert.InRange(_looks.Reasons.Count(reason => reason != "Reachable"), 2, int.MaxValue);
    }

    [Fact]
    public async Task Newcomers_to_a_cluster_that_does_not_answer_hear_of_it_at_once()
    {
        _kafka.Mechanisms = ["PLAIN"];
        Follow("a");
        await LookAsync("a", TimeSpan.FromSeconds(1));
        Assert.False(_prober.Latest("a")!.Reachable.Holds);
        Assert.Contains(_prober.Latest("a")!.Reachable.Reason, _looks.Reasons);

        Follow("b");

        Assert.Equal(_prober.Latest("a")!.Reachable, _prober.Latest("b")?.Reachable);
    }

    [Fact]
    public async Task Questions_about_many_groups_are_a_measured_stream()
    {
        const int Connections = 200;
        for (var i = 0; i < Connections; i++)
        {
            Follow($"c{i}", $"g{i}");
        }

        var began = _time.GetUtcNow();
        for (var i = 0; i < Connections; i++)
        {
            if (_prober.Latest($"c{i}") is null)
            {
                await LookAsync($"c{i}", TimeSpan.FromMilliseconds(100));
            }
        }

        // Four requests a group at first; nobody waits for what the last eight cost.
        Assert.InRange(_time.GetUtcNow() - began, TimeSpan.FromSeconds(4.0 * (Connections - 8) / Options.GroupRequestsPerSecond), TimeSpan.MaxValue);
        Assert.Equal(Connections, _kafka.Requests(KafkaApiKey.OffsetFetch));
        Assert.Equal(Connections, _kafka.Requests(KafkaApiKey.DescribeGroups));
        Assert.Equal(2, _kafka.Requests(KafkaApiKey.ListOffsets));
        Assert.Equal(1, _prober.Clients);
    }

    public async ValueTask DisposeAsync()
    {
        await _prober.DisposeAsync();
        await _kafka.DisposeAsync();
    }

    private void Commit(long offset) => _kafka.Groups["shop"] = new ScriptedGroup { Committed = new Dictionary<(string, int), long> { [("orders", 0)] = offset } };

    private void Follow(string connection, string group = "shop") => _prober.Follow(connection, new KafkaQuestion
    {
        Kafka = new KafkaSpec { BootstrapServers = [_kafka.Address] },
        Secrets = new KafkaSecrets(),
        Topics = ["orders"],
        GroupId = group,
    });

    /// <summary>Moves the clock in steps, and gives the network time in between, until there is a newer answer for a connection.</summary>
    private async Task LookAsync(string connection, TimeSpan step)
    {
        var before = _prober.Latest(connection)?.At ?? default;
        await AdvanceUntilAsync(() => _prober.Latest(connection) is { } latest && latest.At > before, step);
    }

    private async Task AdvanceUntilAsync(Func<bool> condition, TimeSpan step)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(ObservedProber.Patience);
        while (!condition())
        {
            // A step only once what the last one set off is done: requests under way are answered within this time on loopback.
            _time.Advance(step);
            await Task.Delay(30, limit.Token);
        }
    }

    private sealed class Looks : IProbeObserver
    {
        public ConcurrentQueue<string> Reasons { get; } = [];

        public int Clients { get; private set; }

        public void Looked(string reason, TimeSpan took) => Reasons.Enqueue(reason);

        public void Holds(int clients) => Clients = clients;
    }
}
