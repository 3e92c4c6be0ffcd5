using System.Collections.Concurrent;
using System.Net;
using KafkaLogstash.Controller.Observation;
using Microsoft.Extensions.Time.Testing;

namespace KafkaLogstash.Tests.Unit.Controller;

/// <summary>Who is asked how often. Silent pods take the whole time that a question may take.</summary>
public sealed class PodObserverTests : IAsyncDisposable
{
    private const string Wished = "4f2a9c1b7d3e5a60";
    private const string Old = "0123456789abcdef";
    private const int Silent = 200;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
    private readonly ConcurrentDictionary<IPAddress, ConcurrentQueue<DateTimeOffset>> _asked = new();
    private readonly ConcurrentQueue<string> _changed = new();
    private readonly LogstashObserver _observer;

    public PodObserverTests() => _observer = new LogstashObserver(new Pods(this), _time, _changed.Enqueue);

    [Fact]
    public async Task Pods_that_answer_do_not_wait_for_those_that_keep_silent()
    {
        for (var i = 0; i < Silent; i++)
        {
            _observer.Follow($"shop/silent-{i}", [Pod("silent", 1, i)], Wished);
        }

        await UntilAsync(() => Times(1, Silent - 1) > 0);
        _observer.Follow("shop/orders", [Pod("old", 2, 0)], Wished);
        await UntilAsync(() => Times(2, 0) > 0);
        var (before, silent) = (Times(2, 0), SilentTimes());

        await UntilAsync(() => Times(2, 0) >= before + 50);

        // Where they stood in one line, each question to it would come after one to each of the others.
        Assert.InRange(SilentTimes() - silent, 0, 50 * Silent / 5);
    }

    [Fact]
    public async Task A_pod_that_keeps_silent_is_asked_ever_more_rarely_and_one_that_does_not_listen_yet_is_not()
    {
        _observer.Follow("shop/orders", [Pod("closed", 3, 0), Pod("silent", 1, 0)], Wished);

        await UntilAsync(() => Times(1, 0) >= 7);

        var asked = _asked[Address(1, 0)].ToArray();
        var pauses = asked.Zip(asked.Skip(1), (one, next) => (next - one - Timeout).TotalSeconds).ToArray();
        Assert.All(pauses.Zip([4, 8, 16, 32, 60, 60]), pair => Assert.True(pair.First >= pair.Second, string.Join(' ', pauses)));
        Assert.True(Times(3, 0) > 30, $"{Times(3, 0)} times");
    }

    [Fact]
    public async Task Another_expectation_is_asked_after_at_once_and_each_answer_has_its_time()
    {
        _observer.Follow("shop/orders", [Pod("old", 2, 0)], Old);
        await UntilAsync(() => !_changed.IsEmpty);
        var settled = _observer.AskedAt("shop/orders")["old"];
        Assert.Equal(new PipelineObservation.Present(Old), _observer.Latest("shop/orders")["old"]);

        _observer.Follow("shop/orders", [Pod("old", 2, 0)], Wished);
        await UntilAsync(() => Times(2, 0) >= 3);

        Assert.True(_observer.AskedAt("shop/orders")["old"] > settled);
        Assert.Single(_changed);
        _observer.Follow("shop/orders", [], Wished);
        Assert.Empty(_observer.AskedAt("shop/orders"));
    }

    public ValueTask DisposeAsync() => _observer.DisposeAsync();

    private static IPAddress Address(byte net, int host) => new([10, net, (byte)(host / 256), (byte)(host % 256)]);

    private static ObservedPod Pod(string name, byte net, int host) => new(name, Address(net, host), 9600);

    private int Times(byte net, int host) => _asked.TryGetValue(Address(net, host), out var times) ? times.Count : 0;

    private int SilentTimes() => Enumerable.Range(0, Silent).Sum(i => Times(1, i));

    private async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 20_000, "It never came to be.");
            _time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>10.1.*.* keep silent, 10.2.*.* run an old pipeline, 10.3.*.* do not listen.</summary>
    private sealed class Pods(PodObserverTests test) : INodeApi
    {
        public async Task<PipelineObservation> ObserveAsync(IPAddress pod, int port, string pipelineId, CancellationToken cancellationToken)
        {
            test._asked.GetOrAdd(pod, _ => []).Enqueue(test._time.GetUtcNow());
            switch (pod.GetAddressBytes()[1])
            {
                case 1:
                    await Task.Delay(Timeout, test._time, cancellationToken);
                    return new PipelineObservation.Unreachable("its node API did not answer");
                case 2:
                    return new PipelineObservation.Present(Old);
                default:
                    return new PipelineObservation.Unreachable("its node API does not listen yet");
            }
        }
    }
}
