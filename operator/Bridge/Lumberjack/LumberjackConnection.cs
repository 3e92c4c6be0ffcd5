using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Threading.Channels;

namespace KafkaLogstash.Bridge.Lumberjack;

/// <summary>What a connection tells its owner. Called on any thread, one call after the other for one connection.</summary>
internal interface ILumberjackObserver
{
    /// <summary>A window was acknowledged, the oldest of those on the wire.</summary>
    void Acknowledged(LumberjackConnection connection, Window window);

    /// <summary>The peer says that it is alive and still busy: an acknowledgement of 0, or of a part of a window.</summary>
    void KeptAlive(LumberjackConnection connection);
}

/// <summary>
/// The client's side of one Lumberjack v2 connection: windows go out one after the other without waiting, acknowledgements come back in the same order. Sequence numbers begin
/// at 1 in every window, as with Beats: servers that acknowledge the number of events are right then, too.
/// </summary>
/// <remarks>
/// An acknowledgement of a part of a window is progress, but the window is sent again as a whole where the rest is not acknowledged: numbers begin anew in each window,
/// so a late acknowledgement of one window could be taken for a part of the next.
/// <para>The beats input says that it is alive while it works on what it has read, but after each window only once it reads something more. Where all windows are sent there is nothing
/// more; so, once it has been silent for a while, it gets a window of no events. It answers that with a 0, as it does its own signs of life; go-lumber's servers pass it over.</para>
/// </remarks>
internal sealed class LumberjackConnection : IAsyncDisposable
{
    private readonly WindowTransport _transport;
    private readonly int _compressionLevel;
    private readonly TimeSpan _acknowledgementTimeout;
    private readonly TimeProvider _time;
    private readonly ILumberjackObserver _observer;

    /// <summary>What is to be sent; null for a window without events.</summary>
    private readonly Channel<Window?> _outgoing = Channel.CreateUnbounded<Window?>(new() { SingleReader = true });
    private readonly Lock _gate = new();
    private readonly Queue<Window> _unacknowledged = [];
    private readonly ArrayBufferWriter<byte> _compressed = new();
    private readonly ArraySegment<byte>[] _compressedBlock = new ArraySegment<byte>[1];
    private readonly TaskCompletionSource _abandoned = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many of the unacknowledged windows, from the oldest on, are sent as a whole.</summary>
    private int _sent;

    /// <summary>Whether the window after those is being sent.</summary>
    private bool _sending;

    /// <summary>Whether the window that is being sent is acknowledged already. Its memory is still in use: the acknowledgement counts once it is sent.</summary>
    private bool _acknowledgedEarly;
    private long _lastProgress;
    private volatile bool _hasAcknowledged;

    /// <summary>A connection that has been made.</summary>
    /// <param name="transport">The bytes' way; the connection closes it.</param>
    /// <param name="compressionLevel">zlib's level; 0 for none.</param>
    /// <param name="acknowledgementTimeout">How long the peer may be silent while a window waits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="observer">Whom to tell.</param>
    public LumberjackConnection(
        WindowTransport transport, int compressionLevel, TimeSpan acknowledgementTimeout, TimeProvider time, ILumberjackObserver observer)
    {
        _transport = transport;
        _compressionLevel = compressionLevel;
        _acknowledgementTimeout = acknowledgementTimeout;
        _time = time;
        _observer = observer;
    }

    /// <summary>Whether the peer has acknowledged a window: what is there speaks Lumberjack, and takes events.</summary>
    public bool HasAcknowledged => _hasAcknowledged;

    /// <summary>Sends a window as soon as those before it are sent. After the end it only joins the <see cref="Unacknowledged"/>. From one thread at a time.</summary>
    public void Send(Window window)
    {
        lock (_gate)
        {
            if (_unacknowledged.Count == 0)
            {
                // The peer's time begins to run with something to acknowledge.
                Progressed();
            }

            _unacknowledged.Enqueue(window);
        }

        _outgoing.Writer.TryWrite(window);
    }

    /// <summary>Serves the connection until it ends, and throws why.</summary>
    /// <exception cref="LumberjackException">The peer closed it, was silent too long, or broke the protocol.</exception>
    /// <exception cref="OperationCanceledException">It was no longer wanted.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] tasks = [SendAsync(ending.Token), ReceiveAsync(ending.Token), WatchAsync(ending.Token)];
        var first = await Task.WhenAny([.. tasks, _abandoned.Task]);
        await ending.CancelAsync();
        await _transport.DisposeAsync();
        await Task.WhenAll(tasks).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        cancellationToken.ThrowIfCancellationRequested();
        throw Explain(first.Exception?.InnerException);
    }

    /// <summary>Ends the connection, as if the peer had: <see cref="RunAsync"/> throws the reason.</summary>
    public void Abandon(LumberjackException reason) => _abandoned.TrySetException(reason);

    /// <summary>The windows that were sent or were to be sent, and are not acknowledged, in their order. Once <see cref="RunAsync"/> has ended.</summary>
    public IReadOnlyList<Window> Unacknowledged()
    {
        lock (_gate)
        {
            return [.. _unacknowledged];
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _transport.DisposeAsync();

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        var empty = new byte[Frames.ShortLength];
        Frames.WriteShort(empty, Frames.Window, 0);
        await foreach (var window in _outgoing.Reader.ReadAllAsync(cancellationToken))
        {
            if (window is null)
            {
                // That it could be sent is no sign of life.
                await _transport.SendAsync([empty], static () => { }, cancellationToken);
                continue;
            }

            lock (_gate)
            {
                _sending = true;
            }

            await _transport.SendAsync(OnTheWire(window), Progressed, cancellationToken);
            if (Sent())
            {
                _observer.Acknowledged(this, window);
            }
        }
    }

    /// <summary>A window is sent.</summary>
    /// <returns>Whether it is acknowledged, too.</returns>
    private bool Sent()
    {
        lock (_gate)
        {
            _sending = false;
            if (_acknowledgedEarly)
            {
                _acknowledgedEarly = false;
                _unacknowledged.Dequeue();
                return true;
            }

            _sent++;
            return false;
        }
    }

    private IReadOnlyList<ArraySegment<byte>> OnTheWire(Window window)
    {
        if (_compressionLevel == 0)
        {
            return window.Blocks;
        }

        WindowCompression.Write(window, _compressionLevel, _compressed);
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(_compressed.WrittenMemory, out _compressedBlock[0]);
        return _compressedBlock;
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * Frames.ShortLength];
        var filled = 0;
        while (true)
        {
            var received = await _transport.ReceiveAsync(buffer.AsMemory(filled), cancellationToken);
            if (received == 0)
            {
                throw new LumberjackException($"Logstash closed the connection.{Hint()}") { WindowRefused = OldestIsSent() };
            }

            filled += received;
            var read = 0;
            for (; filled - read >= Frames.ShortLength; read += Frames.ShortLength)
            {
                Take(buffer.AsSpan(read, Frames.ShortLength));
            }

            buffer.AsSpan(read, filled - read).CopyTo(buffer);
            filled -= read;
        }
    }

    private void Take(ReadOnlySpan<byte> frame)
    {
        if (frame[0] != Frames.Version2 || frame[1] != Frames.Acknowledgement)
        {
            throw new LumberjackException(
                $"What answers does not speak Lumberjack v2: it sent the bytes {Convert.ToHexString(frame[..2])}, where an acknowledgement begins with 3241. Is there a beats input at this port, and with the same TLS setting?");
        }

        Progressed();
        var sequence = BinaryPrimitives.ReadUInt32BigEndian(frame[2..]);
        if (sequence > 0 && Acknowledge(sequence) is { } window)
        {
            _observer.Acknowledged(this, window);
        }
        else
        {
            _observer.KeptAlive(this);
        }
    }

    /// <summary>Counts an acknowledgement.</summary>
    /// <returns>The window that it completes, or null.</returns>
    private Window? Acknowledge(uint sequence)
    {
        lock (_gate)
        {
            if (_sent == 0 && (!_sending || _acknowledgedEarly))
            {
                throw new LumberjackException($"Logstash acknowledged {sequence} events where none were on their way.");
            }

            var oldest = _unacknowledged.Peek();
            if (sequence > oldest.Count)
            {
                throw new LumberjackException($"Logstash acknowledged {sequence} events of a window that has {oldest.Count}.");
            }

            if (sequence < oldest.Count)
            {
                return null;
            }

            if (_sent == 0)
            {
                _acknowledgedEarly = true;
                _hasAcknowledged = true;
                return null;
            }

            _sent--;
            _hasAcknowledged = true;
            return _unacknowledged.Dequeue();
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromTicks(Math.Max(_acknowledgementTimeout.Ticks / 8, TimeSpan.TicksPerMillisecond)), _time);
        var askedAt = _time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            bool waiting, allSent;
            lock (_gate)
            {
                waiting = _unacknowledged.Count > 0;
                allSent = _sent == _unacknowledged.Count;
            }

            if (waiting && allSent && _hasAcknowledged && IsOver(Volatile.Read(ref _lastProgress)) && IsOver(askedAt))
            {
                askedAt = _time.GetTimestamp();
                _outgoing.Writer.TryWrite(null);
            }

            if (waiting && _time.GetElapsedTime(Volatile.Read(ref _lastProgress)) > _acknowledgementTimeout)
            {
                throw new LumberjackException($"Logstash was silent for {_acknowledgementTimeout.TotalSeconds:0.#} s: neither an acknowledgement nor a sign of life.");
            }
        }
    }

    /// <summary>Whether so much of the peer's time has passed that it is asked for a sign of life.</summary>
    private bool IsOver(long since) => _time.GetElapsedTime(since) > _acknowledgementTimeout / 3;

    private void Progressed() => Volatile.Write(ref _lastProgress, _time.GetTimestamp());

    private bool OldestIsSent()
    {
        lock (_gate)
        {
            return _sent > 0;
        }
    }

    private LumberjackException Explain(Exception? cause) => cause switch
    {
        LumberjackException known => known,
        SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown }
            or IOException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown } } =>
            new($"Logstash reset the connection.{Hint()}", cause) { WindowRefused = OldestIsSent() },
        { InnerException: { } inner } => new($"The connection broke: {cause.Message.TrimEnd('.')}: {inner.Message.TrimEnd('.')}.{Hint()}", cause),
        _ => new($"The connection broke: {cause?.Message.TrimEnd('.')}.{Hint()}", cause),
    };

    /// <summary>What is to be looked at where a peer goes before it took anything.</summary>
    private string Hint() => _hasAcknowledged
        ? ""
        : " It had not taken any events yet: does the beats input have the same TLS settings, does it ask for a client certificate, and what does its log say?";
}
