using System.Net;
using System.Text.Json.Nodes;
using KafkaLogstash.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace KafkaLogstash.Tests.Unit.Runtime;

public sealed class LeaseElectorTests : IDisposable
{
    private static readonly LeaderElectionOptions Election = new() { Lease = new NamespacedName("ops", "operator") };

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, 1, TimeSpan.Zero));
    private readonly Lock _lock = new();
    private readonly StubApi _stub;
    private readonly KubernetesApi _api;
    private JsonObject? _lease;
    private int _version;
    private bool _down;
    private volatile Func<HttpResponseMessage>? _instead;
    private int _insteadAnswers;

    public LeaseElectorTests()
    {
        _stub = new StubApi { Automatic = Serve };
        _api = _stub.Connect(_time);
    }

    [Fact]
    public async Task One_leads_and_the_other_takes_over_soon_after_a_graceful_stop()
    {
        using var first = new Replica(this, "first");
        await first.LeadsAsync(_time);
        using var second = new Replica(this, "second");
        await Pass(TimeSpan.FromMinutes(2));
        Assert.False(second.Started.IsCompleted);

        var from = _time.GetUtcNow();
        Assert.Equal(TermEnd.Stopped, await first.StopAsync(_time));
        Assert.Equal("", _lease!["spec"]!["holderIdentity"]!.GetValue<string>());
        await second.LeadsAsync(_time);

        Assert.InRange(_time.GetUtcNow() - from, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal(1, _lease["spec"]!["leaseTransitions"]!.GetValue<int>());
        await second.StopAsync(_time);
    }

    [Fact]
    public async Task A_leader_that_died_is_followed_when_its_lease_has_not_changed_for_its_duration()
    {
        _lease = JsonNode.Parse("""{"metadata":{"name":"operator","namespace":"ops","resourceVersion":"1"},"spec":{"holderIdentity":"dead","leaseDurationSeconds":15,"renewTime":"2099-01-01T00:00:00.000000Z"}}""")!.AsObject();
        var from = _time.GetUtcNow();
        using var replica = new Replica(this, "heir");

        await replica.LeadsAsync(_time);

        // Whatever the dead leader's clock said.
        Assert.InRange(_time.GetUtcNow() - from, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(20));
        await replica.StopAsync(_time);
    }

    [Fact]
    public async Task A_leader_that_cannot_renew_stops_leading_before_another_may_start()
    {
        using var replica = new Replica(this, "cut-off");
        await replica.LeadsAsync(_time);
        _down = true;
        var from = _time.GetUtcNow();

        Assert.Equal(TermEnd.Lost, await Patience.UntilAsync(replica.Term, _time));

        Assert.InRange(_time.GetUtcNow() - from, TimeSpan.FromSeconds(7), Election.LeaseDuration);
        Assert.True(replica.WasAborted);
    }

    [Fact]
    public async Task A_leader_whose_lease_was_taken_stops_at_its_next_look()
    {
        using var replica = new Replica(this, "robbed");
        await replica.LeadsAsync(_time);
        lock (_lock)
        {
            _lease!["spec"]!["holderIdentity"] = "thief";
            _lease["metadata"]!["resourceVersion"] = $"{++_version}";
        }

        Assert.Equal(TermEnd.Lost, await Patience.UntilAsync(replica.Term, _time));
        Assert.Equal("thief", _lease["spec"]!["holderIdentity"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("a page of a proxy's")]
    [InlineData("an object of another shape")]
    [InlineData("a connection that is not made in time")]
    [InlineData("a token that can't be read")]
    public async Task Whatever_comes_instead_of_an_answer_a_leader_that_cannot_renew_stops_leading_in_time(string what)
    {
        using var replica = new Replica(this, "cut-off");
        await replica.LeadsAsync(_time);
        _instead = () => Stranger(what);
        var from = _time.GetUtcNow();

        Assert.Equal(TermEnd.Lost, await Patience.UntilAsync(replica.Term, _time));

        Assert.InRange(_time.GetUtcNow() - from, TimeSpan.FromSeconds(7), Election.LeaseDuration);
        Assert.True(replica.WasAborted);
    }

    [Theory]
    [InlineData("a page of a proxy's")]
    [InlineData("an object of another shape")]
    [InlineData("a connection that is not made in time")]
    [InlineData("a token that can't be read")]
    public async Task Whatever_comes_instead_of_an_answer_who_stands_by_tries_again(string what)
    {
        _instead = () => Stranger(what);
        using var replica = new Replica(this, "patient");
        while (_insteadAnswers < 3)
        {
            Assert.False(replica.Term.IsCompleted);
            await Pass(Election.RetryPeriod);
        }

        _instead = null;
        await replica.LeadsAsync(_time);
        await replica.StopAsync(_time);
    }

    [Fact]
    public async Task A_lease_without_a_spec_is_nobodys()
    {
        _lease = JsonNode.Parse("""{"metadata":{"name":"operator","namespace":"ops","resourceVersion":"1"}}""")!.AsObject();
        using var replica = new Replica(this, "first");

        await replica.LeadsAsync(_time);

        Assert.Equal("first", _lease["spec"]!["holderIdentity"]!.GetValue<string>());
        await replica.StopAsync(_time);
    }

    [Fact]
    public void Times_that_cannot_work_are_refused() =>
        Assert.Throws<ArgumentException>(() => new LeaseElector(
            _api, Election with { RenewDeadline = TimeSpan.FromSeconds(20) }, "x", _time, NullLogger<LeaseElector>.Instance));

    public void Dispose()
    {
        _api.Dispose();
        _stub.Dispose();
    }

    private async Task Pass(TimeSpan time)
    {
        for (var until = _time.GetUtcNow() + time; _time.GetUtcNow() < until; await Task.Delay(1, TestContext.Current.CancellationToken))
        {
            _time.Advance(TimeSpan.FromMilliseconds(500));
        }
    }

    /// <summary>What may come in the place of an answer of the API server's.</summary>
    private static HttpResponseMessage Stranger(string what) => what switch
    {
        "a page of a proxy's" => StubApi.Json("<html>log in</html>"),
        "an object of another shape" => StubApi.Json("{}"),
        "a connection that is not made in time" => throw new TaskCanceledException("timed out", new TimeoutException()),
        _ => throw new UnauthorizedAccessException("denied"),
    };

    private HttpResponseMessage Serve(StubRequest request)
    {
        if (_instead is { } instead)
        {
            Interlocked.Increment(ref _insteadAnswers);
            return instead();
        }

        lock (_lock)
        {
            if (_down)
            {
                return StubApi.Refusal(HttpStatusCode.InternalServerError, "InternalError");
            }

            if (request.Method == "GET")
            {
                return _lease is null ? StubApi.Refusal(HttpStatusCode.NotFound, "NotFound") : StubApi.Json(_lease.ToJsonString());
            }

            var known = _lease?["metadata"]?["resourceVersion"]?.GetValue<string>();
            if (request.Method == "POST" ? _lease is not null : request.Body!["metadata"]!["resourceVersion"]!.GetValue<string>() != known)
            {
                return StubApi.Refusal(HttpStatusCode.Conflict, "Conflict");
            }

            _lease = request.Body!;
            _lease["metadata"]!["resourceVersion"] = $"{++_version}";
            return StubApi.Json(_lease.ToJsonString());
        }
    }

    private sealed class Replica : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly TaskCompletionSource<bool> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Replica(LeaseElectorTests test, string identity)
        {
            var elector = new LeaseElector(test._api, Election, identity, test._time, NullLogger<LeaseElector>.Instance);
            Term = elector.RunAsync(LeadAsync, _stop.Token);
        }

        public Task<TermEnd> Term { get; }

        public Task<bool> Started => _started.Task;

        public bool WasAborted { get; private set; }

        public Task<bool> LeadsAsync(FakeTimeProvider time) => Patience.UntilAsync(Started, time);

        public async Task<TermEnd> StopAsync(FakeTimeProvider time)
        {
            await _stop.CancelAsync();
            return await Patience.UntilAsync(Term, time);
        }

        public void Dispose() => _stop.Dispose();

        private async Task LeadAsync(CancellationToken stopping, CancellationToken abort)
        {
            _started.SetResult(true);
            await Task.Delay(Timeout.Infinite, stopping).ContinueWith(static _ => { }, TaskScheduler.Default);
            WasAborted = abort.IsCancellationRequested;
        }
    }
}
