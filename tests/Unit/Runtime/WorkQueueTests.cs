using CsCheck;
using KafkaLogstash.Runtime;
using Microsoft.Extensions.Time.Testing;

namespace KafkaLogstash.Tests.Unit.Runtime;

public sealed class WorkQueueTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly WorkQueue<string> _queue;

    public WorkQueueTests() => _queue = new WorkQueue<string>(_time, new WorkQueueOptions { Random = new Random(1) });

    [Fact]
    public async Task A_key_that_waits_already_is_not_added_twice()
    {
        _queue.Add("a");
        _queue.Add("a");

        Assert.Equal((true, "a"), await _queue.TakeAsync());
        Assert.Equal(0, _queue.State.Depth);
    }

    [Fact]
    public async Task A_key_added_while_it_is_worked_on_is_handed_out_once_more_afterwards()
    {
        _queue.Add("a");
        await _queue.TakeAsync();
        _queue.Add("a");
        _queue.Add("a");
        var next = _queue.TakeAsync();
        Assert.False(next.IsCompleted);

        _queue.Done("a");

        Assert.Equal((true, "a"), await next);
        _queue.Done("a");
        Assert.Equal(0, _queue.State.Depth);
    }

    [Fact]
    public void Giving_back_what_nobody_has_is_an_error() => Assert.Throws<InvalidOperationException>(() => _queue.Done("a"));

    [Fact]
    public void Of_several_delays_the_first_to_end_counts()
    {
        _queue.AddAfter("a", TimeSpan.FromSeconds(10));
        _queue.AddAfter("a", TimeSpan.FromSeconds(3));
        _queue.AddAfter("a", TimeSpan.FromSeconds(20));

        _time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Equal(0, _queue.State.Depth);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(1, _queue.State.Depth);
    }

    [Fact]
    public async Task Work_on_a_key_cancels_its_delay()
    {
        _queue.AddAfter("a", TimeSpan.FromSeconds(10));
        _queue.Add("a");
        await _queue.TakeAsync();
        _queue.Done("a");

        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(0, _queue.State.Depth);
    }

    [Fact]
    public async Task Failures_in_a_row_wait_longer_and_longer_until_forgotten()
    {
        var delays = new List<TimeSpan>();
        for (var i = 0; i < 6; i++)
        {
            delays.Add(await DelayAfterFailureAsync());
        }

        _queue.Forget("a");
        var afterwards = await DelayAfterFailureAsync();

        Assert.All(delays.Zip(delays.Skip(2)), pair => Assert.True(pair.First < pair.Second, string.Join(' ', delays)));
        Assert.InRange(afterwards, TimeSpan.FromMilliseconds(90), TimeSpan.FromMilliseconds(210));
    }

    [Fact]
    public void The_server_can_ask_for_a_longer_delay()
    {
        _queue.AddFailed("a", TimeSpan.FromSeconds(30));

        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(0, _queue.State.Depth);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _queue.State.Depth);
    }

    [Fact]
    public void All_retries_together_keep_to_the_budget()
    {
        using var queue = new WorkQueue<int>(_time, new WorkQueueOptions { RetryBurst = 5, RetriesPerSecond = 1, Random = new Random(1) });
        for (var key = 0; key < 15; key++)
        {
            queue.AddFailed(key);
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(6, queue.State.Depth);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(10, queue.State.Depth);
    }

    [Fact]
    public async Task A_stop_drops_what_waits_and_ends_when_the_last_worker_is_done()
    {
        _queue.Add("a");
        _queue.Add("b");
        await _queue.TakeAsync();
        _queue.AddAfter("c", TimeSpan.FromSeconds(1));

        var stop = _queue.StopAsync();
        _queue.Add("d");
        Assert.False(stop.IsCompleted);
        Assert.False((await _queue.TakeAsync()).Taken);
        _queue.Done("a");

        await stop;
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, _queue.State.Depth);
    }

    [Fact]
    public async Task A_stop_wakes_idle_workers()
    {
        var idle = _queue.TakeAsync();

        await _queue.StopAsync();

        Assert.False((await idle).Taken);
    }

    [Fact]
    public async Task The_state_tells_the_longest_running_and_a_standstill()
    {
        _queue.Add("a");
        await _queue.TakeAsync();
        _time.Advance(TimeSpan.FromSeconds(5));
        _queue.Add("b");
        await _queue.TakeAsync();
        _queue.Add("c");
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(
            new WorkQueueState(1, 2, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(2)) { OldestWait = TimeSpan.FromSeconds(2) }, _queue.State);
    }

    [Fact]
    public async Task The_state_tells_how_long_the_oldest_waits_and_how_many_fail()
    {
        _queue.Add("a");
        _time.Advance(TimeSpan.FromSeconds(5));
        _queue.Add("b");
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(7), _queue.State.OldestWait);

        await _queue.TakeAsync();
        Assert.Equal(TimeSpan.FromSeconds(2), _queue.State.OldestWait);

        _queue.AddFailed("a");
        _queue.AddFailed("a");
        Assert.Equal(1, _queue.State.Failing);

        _queue.Forget("a");
        Assert.Equal(0, _queue.State.Failing);
    }

    private enum Act
    {
        Add,
        AddAfter,
        Fail,
        Take,
        Done,
        Pass,
    }

    [Fact]
    public void Whatever_happens_no_key_is_handed_out_twice_at_once_and_none_is_lost() =>
        Gen.Select(Gen.Enum<Act>(), Gen.Int[0, 4], Gen.Int[0, 3000]).List[1, 60].Seeded().Sample(
            steps =>
            {
                var time = new FakeTimeProvider();
                using var queue = new WorkQueue<int>(time, new WorkQueueOptions { Random = new Random(1) });
                var held = new HashSet<int>();
                var wanted = new HashSet<int>();
                foreach (var (act, key, milliseconds) in steps)
                {
                    Play(queue, time, held, wanted, act, key, milliseconds);
                }

                foreach (var key in held)
                {
                    queue.Done(key);
                }

                // In the end every key that was asked for and not taken since comes, each once.
                time.Advance(TimeSpan.FromHours(1));
                var rest = new HashSet<int>();
                while (queue.State.Depth > 0)
                {
                    Assert.True(rest.Add(queue.TakeAsync().Result.Key));
                }

                Assert.Equal(wanted.Order(), rest.Order());
            },
            iter: 2000);

    public void Dispose() => _queue.Dispose();

    private static void Play(WorkQueue<int> queue, FakeTimeProvider time, HashSet<int> held, HashSet<int> wanted, Act act, int key, int milliseconds)
    {
        switch (act)
        {
            case Act.Add:
                queue.Add(key);
                wanted.Add(key);
                break;
            case Act.AddAfter:
                queue.AddAfter(key, TimeSpan.FromMilliseconds(milliseconds));
                wanted.Add(key);
                break;
            case Act.Fail:
                queue.AddFailed(key);
                wanted.Add(key);
                break;
            case Act.Take when queue.State.Depth > 0:
                var taken = queue.TakeAsync().Result.Key;
                Assert.True(held.Add(taken), $"{taken} was handed out twice");
                Assert.True(wanted.Remove(taken), $"{taken} was handed out though nobody asked");
                break;
            case Act.Done when held.Remove(key):
                queue.Done(key);
                break;
            case Act.Pass:
                time.Advance(TimeSpan.FromMilliseconds(milliseconds));
                break;
        }
    }

    private async Task<TimeSpan> DelayAfterFailureAsync()
    {
        var from = _time.GetUtcNow();
        _queue.AddFailed("a");
        while (_queue.State.Depth == 0)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        await _queue.TakeAsync();
        _queue.Done("a");
        return _time.GetUtcNow() - from;
    }
}
