using System.Threading.Channels;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>
/// Works through the keys of objects that may need something, one at a time. A key whose work fails is tried again a few times, ever later;
/// the regular look at all keys covers what then is still open.
/// </summary>
internal sealed class ControlLoop<TKey>(Func<TKey, CancellationToken, Task> reconcile, TimeProvider time)
    where TKey : notnull
{
    private const int MaxTries = 8;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(20);

    private readonly Channel<TKey> _queue = Channel.CreateUnbounded<TKey>(new() { SingleReader = true });
    private readonly HashSet<TKey> _queued = [];
    private readonly Dictionary<TKey, int> _failures = [];

    /// <summary>Has a key looked at soon; that it is queued already is fine.</summary>
    public void Enqueue(TKey key)
    {
        lock (_queued)
        {
            if (_queued.Add(key))
            {
                _queue.Writer.TryWrite(key);
            }
        }
    }

    /// <summary>Has a key looked at after some time.</summary>
    public async Task EnqueueAfterAsync(TKey key, TimeSpan delay, CancellationToken cancellationToken)
    {
        await Task.Delay(delay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!cancellationToken.IsCancellationRequested)
        {
            Enqueue(key);
        }
    }

    /// <summary>Works until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var key in _queue.Reader.ReadAllAsync(cancellationToken))
            {
                lock (_queued)
                {
                    _queued.Remove(key);
                }

                await TryAsync(key, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // That is how it ends.
        }
    }

    private async Task TryAsync(TKey key, CancellationToken cancellationToken)
    {
        try
        {
            await reconcile(key, cancellationToken);
            _failures.Remove(key);
        }
        catch (Exception e) when (Failures.ArePassing(e) && !cancellationToken.IsCancellationRequested)
        {
            var failures = _failures[key] = _failures.GetValueOrDefault(key) + 1;
            if (failures < MaxTries)
            {
                _ = EnqueueAfterAsync(key, FirstDelay * Math.Pow(2, failures), cancellationToken);
            }
            else
            {
                _failures.Remove(key);
            }
        }
    }
}
