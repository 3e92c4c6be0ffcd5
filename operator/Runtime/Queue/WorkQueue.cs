namespace KafkaLogstash.Runtime;

/// <summary>
/// A queue of keys for several workers. A key waits at most once, and is never handed out while a worker still has it: if it is added in the meantime, it is
/// handed out again when the worker is done. All time comes from the <see cref="TimeProvider"/>.
/// </summary>
internal sealed class WorkQueue<TKey> : IDisposable
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly WorkQueueOptions _options;
    private readonly IWorkQueueObserver? _observer;
    private readonly TokenBucket _retries;
    private readonly long _origin;

    private readonly Queue<TKey> _ready = new();

    // When each key that needs work was added first. It holds the keys in _ready, and those to be handed out again once their worker is done.
    private readonly Dictionary<TKey, TimeSpan> _dirty = [];
    private readonly Dictionary<TKey, TimeSpan> _running = [];
    private readonly Dictionary<TKey, int> _failures = [];

    // The delayed keys. _due is the truth; entries of _delayed that it does not confirm were overtaken and mean nothing.
    private readonly Dictionary<TKey, TimeSpan> _due = [];
    private readonly PriorityQueue<TKey, TimeSpan> _delayed = new();
    private readonly ITimer _alarm;

    private readonly Queue<TaskCompletionSource<(bool, TKey)>> _idle = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _stopped;
    private TimeSpan _lastProgress;

    public WorkQueue(TimeProvider time, WorkQueueOptions? options = null, IWorkQueueObserver? observer = null)
    {
        _time = time;
        _origin = time.GetTimestamp();
        _options = options ?? new WorkQueueOptions();
        _observer = observer;
        _retries = new TokenBucket(time, _options.RetriesPerSecond, _options.RetryBurst);
        _alarm = time.CreateTimer(_ => Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public WorkQueueState State
    {
        get
        {
            lock (_lock)
            {
                var running = _running.Values.Select(since => Now - since).ToList();
                return new WorkQueueState(
                    _ready.Count,
                    running.Count,
                    running.DefaultIfEmpty().Max(),
                    running.Aggregate(TimeSpan.Zero, static (sum, one) => sum + one),
                    _ready.Count == 0 ? TimeSpan.Zero : Now - _lastProgress)
                {
                    OldestWait = _dirty.Count == 0 ? TimeSpan.Zero : Now - _dirty.Values.Min(),
                    Failing = _failures.Count,
                };
            }
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(_origin);

    /// <summary>Adds a key, unless it waits already.</summary>
    public void Add(TKey key)
    {
        lock (_lock)
        {
            AddLocked(key);
        }
    }

    /// <summary>
    /// Adds a key after a delay. Of several delays of one key the one that ends first counts; work on the key that starts earlier cancels it.
    /// </summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        lock (_lock)
        {
            AddAfterLocked(key, delay);
        }
    }

    /// <summary>Adds a key that failed, after a delay that grows with each failure since the last <see cref="Forget"/>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="atLeast">The shortest delay, for instance because a server asked for it.</param>
    public void AddFailed(TKey key, TimeSpan atLeast = default)
    {
        lock (_lock)
        {
            if (_stopped)
            {
                return;
            }

            var failures = _failures[key] = _failures.GetValueOrDefault(key) + 1;
            var backoff = _options.Backoff.Delay(failures, _options.Random.NextDouble());
            AddAfterLocked(key, Longest(backoff, _retries.Take(), atLeast));
        }

        _observer?.Retried();
    }

    /// <summary>The key did not fail, or is gone: its next failure is its first.</summary>
    public void Forget(TKey key)
    {
        lock (_lock)
        {
            _failures.Remove(key);
        }
    }

    /// <summary>Waits for a key. Whoever takes one must give it back with <see cref="Done"/>.</summary>
    /// <returns>False when the queue was stopped.</returns>
    public Task<(bool Taken, TKey Key)> TakeAsync()
    {
        lock (_lock)
        {
            if (_stopped)
            {
                return Task.FromResult((false, default(TKey)!));
            }

            if (_ready.TryDequeue(out var key))
            {
                StartLocked(key);
                return Task.FromResult((true, key));
            }

            var idle = new TaskCompletionSource<(bool, TKey)>(TaskCreationOptions.RunContinuationsAsynchronously);
            _idle.Enqueue(idle);
            return idle.Task;
        }
    }

    /// <summary>Gives a key back.</summary>
    /// <exception cref="InvalidOperationException">Nobody has that key.</exception>
    public void Done(TKey key)
    {
        TimeSpan worked;
        lock (_lock)
        {
            if (!_running.Remove(key, out var since))
            {
                throw new InvalidOperationException($"{key} was given back, but nobody has it.");
            }

            worked = Now - since;
            _lastProgress = Now;
            if (_stopped)
            {
                SignalDrainedLocked();
            }
            else if (_dirty.ContainsKey(key))
            {
                OfferLocked(key);
            }
        }

        _observer?.Finished(worked);
    }

    /// <summary>
    /// Hands out no more keys and drops those that wait: whoever starts next looks at everything anyhow. Ends when every worker has given back its key.
    /// </summary>
    public Task StopAsync()
    {
        lock (_lock)
        {
            if (!_stopped)
            {
                _stopped = true;
                _ready.Clear();
                _dirty.Clear();
                _due.Clear();
                _delayed.Clear();
                SetAlarmLocked();
                while (_idle.TryDequeue(out var idle))
                {
                    idle.SetResult((false, default!));
                }

                SignalDrainedLocked();
            }
        }

        return _drained.Task;
    }

    public void Dispose() => _alarm.Dispose();

    private void AddLocked(TKey key)
    {
        if (_stopped || !_dirty.TryAdd(key, Now))
        {
            return;
        }

        _observer?.Added();
        if (!_running.ContainsKey(key))
        {
            OfferLocked(key);
        }
    }

    private void AddAfterLocked(TKey key, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            AddLocked(key);
            return;
        }

        var due = Now + delay;
        if (_stopped || (_due.TryGetValue(key, out var earlier) && earlier <= due))
        {
            return;
        }

        _due[key] = due;
        _delayed.Enqueue(key, due);
        SetAlarmLocked();
    }

    private void OfferLocked(TKey key)
    {
        if (_idle.TryDequeue(out var idle))
        {
            StartLocked(key);
            idle.SetResult((true, key));
            return;
        }

        if (_ready.Count == 0)
        {
            _lastProgress = Now;
        }

        _ready.Enqueue(key);
    }

    private void StartLocked(TKey key)
    {
        _dirty.Remove(key, out var since);
        _due.Remove(key);
        _running.Add(key, Now);
        _lastProgress = Now;
        _observer?.Taken(Now - since);
    }

    private void Ring()
    {
        lock (_lock)
        {
            while (_delayed.TryPeek(out var key, out var due) && due <= Now)
            {
                _delayed.Dequeue();
                if (IsDueLocked(key, due))
                {
                    _due.Remove(key);
                    AddLocked(key);
                }
            }

            SetAlarmLocked();
        }
    }

    private bool IsDueLocked(TKey key, TimeSpan due) => _due.TryGetValue(key, out var current) && current == due;

    private void SetAlarmLocked()
    {
        while (_delayed.TryPeek(out var key, out var due))
        {
            if (IsDueLocked(key, due))
            {
                // Timers count whole milliseconds; rounded down, the alarm would ring early and again.
                _alarm.Change(Longest(TimeSpan.FromMilliseconds(Math.Ceiling((due - Now).TotalMilliseconds)), TimeSpan.Zero), Timeout.InfiniteTimeSpan);
                return;
            }

            _delayed.Dequeue();
        }

        _alarm.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void SignalDrainedLocked()
    {
        if (_running.Count == 0)
        {
            _drained.TrySetResult();
        }
    }

    private static TimeSpan Longest(params ReadOnlySpan<TimeSpan> delays)
    {
        var longest = delays[0];
        foreach (var delay in delays)
        {
            longest = delay > longest ? delay : longest;
        }

        return longest;
    }
}
