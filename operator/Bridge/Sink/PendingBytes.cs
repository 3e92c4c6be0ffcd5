namespace KafkaLogstash.Bridge.Sink;

/// <summary>
/// Bounds the bytes that wait for Kafka. What is received is counted as it comes, so that a sender's claims take nothing from others. One request or window at a time may go beyond the bound, so that
/// one that is larger than it passes, and two that are half received don't wait for each other. Thread-safe.
/// </summary>
/// <param name="most">The bound, in bytes.</param>
/// <param name="changed">Told how many bytes wait.</param>
internal sealed class PendingBytes(long most, Action<long> changed)
{
    private readonly Lock _gate = new();
    private readonly List<TaskCompletionSource> _waiting = [];
    private long _bytes;
    private Share? _beyond;

    /// <summary>Whether a request may begin.</summary>
    /// <param name="claimed">How many bytes it says it has; 0 where it does not say.</param>
    public bool Admits(long claimed)
    {
        lock (_gate)
        {
            return _bytes == 0 || _bytes + Math.Max(claimed, 1) <= most || (claimed > most / 2 && _beyond is null);
        }
    }

    /// <summary>A share of the bytes; disposing gives it back.</summary>
    public Share Open() => new(this);

    private bool TryAdd(Share share, long more)
    {
        lock (_gate)
        {
            var fits = _bytes + more <= most || _beyond == share || _bytes == share.Bytes;
            if (!fits && _beyond is null)
            {
                (_beyond, fits) = (share, true);
            }

            if (fits)
            {
                Add(share, more);
            }

            return fits;
        }
    }

    private async ValueTask AddAsync(Share share, long more, CancellationToken cancellationToken)
    {
        while (!TryAdd(share, more))
        {
            var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_gate)
            {
                _waiting.Add(released);
            }

            if (TryAdd(share, more))
            {
                // Room was made before anybody knew that it is waited for.
                return;
            }

            await released.Task.WaitAsync(cancellationToken);
        }
    }

    private void Add(Share share, long more)
    {
        lock (_gate)
        {
            share.Bytes += more;
            _bytes += more;
            changed(_bytes);
        }
    }

    private void Close(Share share)
    {
        lock (_gate)
        {
            _bytes -= share.Bytes;
            share.Bytes = 0;
            _beyond = _beyond == share ? null : _beyond;
            foreach (var waiting in _waiting)
            {
                waiting.SetResult();
            }

            _waiting.Clear();
            changed(_bytes);
        }
    }

    /// <summary>What one request or window has of the bytes.</summary>
    internal sealed class Share(PendingBytes all) : IDisposable
    {
        /// <summary>How many bytes it has.</summary>
        public long Bytes { get; set; }

        /// <summary>Takes more, if there is room.</summary>
        public bool TryAdd(long more) => all.TryAdd(this, more);

        /// <summary>Takes more, as soon as there is room.</summary>
        public ValueTask AddAsync(long more, CancellationToken cancellationToken) => all.AddAsync(this, more, cancellationToken);

        /// <summary>Takes more that is needed to go on, whatever there is.</summary>
        public void Add(long more) => all.Add(this, more);

        /// <inheritdoc/>
        public void Dispose() => all.Close(this);
    }
}
