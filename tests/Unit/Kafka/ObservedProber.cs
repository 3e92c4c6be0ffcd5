using System.Collections.Concurrent;
using KafkaLogstash.Kafka.Probing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaLogstash.Tests.Unit.Kafka;

/// <summary>A prober whose changes can be waited for.</summary>
internal sealed class ObservedProber : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Everything at once: tests don't wait.</summary>
    public static readonly KafkaProberOptions Fast = new()
    {
        Interval = TimeSpan.FromMilliseconds(200),
        ShortestInterval = TimeSpan.FromMilliseconds(100),
        RetryInterval = TimeSpan.FromMilliseconds(200),
        LongestInterval = TimeSpan.FromMilliseconds(400),
        Timeout = TimeSpan.FromSeconds(2),
        LagInterval = TimeSpan.Zero,
        TopicListInterval = TimeSpan.Zero,
        GroupInterval = TimeSpan.Zero,
    };

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _changes = new(StringComparer.Ordinal);
    private int _told;

    public ObservedProber(KafkaProberOptions? options = null, ILogger<KafkaProber>? logger = null) =>
        Prober = new KafkaProber(options ?? Fast, TimeProvider.System, logger ?? NullLogger<KafkaProber>.Instance, Tell);

    public KafkaProber Prober { get; }

    /// <summary>How often a change was told.</summary>
    public int Told => Volatile.Read(ref _told);

    /// <summary>Waits until what is known of a connection fulfils a condition.</summary>
    public async Task<KafkaFacts> UntilAsync(string connection, Func<KafkaFacts, bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        while (true)
        {
            var change = Change(connection).Task;
            var latest = Prober.Latest(connection);
            if (latest is not null && condition(latest))
            {
                return latest;
            }

            try
            {
                await change.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                Assert.Fail($"It did not come to that. The latest: {latest}");
            }

            _changes.TryRemove(connection, out _);
        }
    }

    /// <summary>Waits for a look that is later than a time, whatever it finds: looks that find nothing new are not told of.</summary>
    public async Task UntilLaterAsync(string connection, DateTimeOffset time)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        while (!(Prober.Latest(connection) is { } latest && latest.At > time))
        {
            await Task.Delay(20, limit.Token);
        }
    }

    public ValueTask DisposeAsync() => Prober.DisposeAsync();

    private void Tell(string connection)
    {
        Interlocked.Increment(ref _told);
        Change(connection).TrySetResult();
    }

    private TaskCompletionSource Change(string connection) =>
        _changes.GetOrAdd(connection, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
