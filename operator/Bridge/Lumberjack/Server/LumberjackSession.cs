using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Threading.Channels;
using KafkaLogstash.Bridge.Sink;
using KafkaLogstash.Bridge.Sink.Events;
using KafkaLogstash.Bridge.Sink.Producing;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Lumberjack.Server;

/// <summary>What sessions share.</summary>
/// <param name="Limits">What is borne with.</param>
/// <param name="MostBytes">The most bytes of a window, after decompression.</param>
/// <param name="Events">Makes records of events.</param>
/// <param name="Pending">Bounds what waits for Kafka.</param>
/// <param name="Writer">Writes records.</param>
/// <param name="Buffers">Where buffers come from.</param>
/// <param name="Metrics">What is counted.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">The log.</param>
internal sealed record LumberjackServices(
    LumberjackLimits Limits, long MostBytes, EventReader Events, PendingBytes Pending, RecordWriter Writer, PinnedBuffers Buffers, SinkMetrics Metrics, TimeProvider Time, ILogger Logger);

/// <summary>
/// One connection of a Beat, a Logstash or another bridge. Windows are handed to Kafka's client as they come, in their order, and acknowledged in their order, each once all of its events are written.
/// What Kafka does not take now is tried again while the peer waits. An event that can never be written, where there is no dead-letter topic, is logged and counted and then acknowledged with its
/// window: Lumberjack has no refusal, the peer would send it for ever, and with it nothing else. No other reason acknowledges what is not written.
/// </summary>
/// <param name="services">What sessions share.</param>
/// <param name="transport">The connection.</param>
/// <param name="peerName">The peer's address, for the log.</param>
internal sealed partial class LumberjackSession(LumberjackServices services, IDuplexPipe transport, string peerName) : IPeerPatience
{
    private readonly Channel<WindowUnderWay> _windows = Channel.CreateBounded<WindowUnderWay>(services.Limits.WindowsInFlight);
    private readonly ConcurrentDictionary<WindowUnderWay, byte> _underWay = new();
    private volatile bool _isHeldUp;
    private volatile byte _version;
    private TimeSpan _waitedForWindow;

    /// <summary>Serves it to its end.</summary>
    /// <param name="stopping">Lets it take no more windows; those under way are finished.</param>
    /// <param name="closed">The connection is no more.</param>
    public async Task RunAsync(CancellationToken stopping, CancellationToken closed)
    {
        services.Metrics.Connected();
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(closed);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stopping, closed);
        var acknowledging = AcknowledgeAsync(ends);
        string? reason = null;
        try
        {
            await ReceiveAsync(ends.Token, gone.Token);
        }
        catch (LumberjackProtocolException wrong)
        {
            reason = wrong.Reason;
            LogClosed(services.Logger, peerName, wrong.Message);
        }
        catch (Exception over) when (over is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The bridge ends, or the peer was reset: what it had sent is still finished.
        }
        catch (Exception unforeseen)
        {
            // The text of an exception might tell what was received.
            reason = "failure";
            LogUnforeseen(services.Logger, peerName, unforeseen.GetType().Name, unforeseen.StackTrace);
        }

        if (!stopping.IsCancellationRequested)
        {
            // Nobody waits any more: what Kafka does not take now comes again from the peer.
            await gone.CancelAsync();
        }

        _windows.Writer.Complete();
        await acknowledging;
        await Task.WhenAll(_underWay.Keys.Select(window => window.Taken));
        services.Metrics.Disconnected(reason);
    }

    /// <inheritdoc/>
    public async ValueTask<ReadResult> ReadAsync(PipeReader input, bool isWindowOpen, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (input.TryRead(out var ready))
            {
                return ready;
            }

            var limit = isWindowOpen ? services.Limits.WindowTimeout - _waitedForWindow : services.Limits.IdleTimeout;
            using var patience = new CancellationTokenSource(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, services.Time);
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            var began = services.Time.GetTimestamp();
            try
            {
                return await input.ReadAsync(ends.Token);
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                if (isWindowOpen)
                {
                    throw new LumberjackProtocolException("slow", $"a window was begun, and was not complete after {services.Limits.WindowTimeout.TotalSeconds:0.###} s of waiting");
                }

                if (_underWay.IsEmpty)
                {
                    throw new LumberjackProtocolException("idle", $"nothing came for {services.Limits.IdleTimeout.TotalSeconds:0.###} s");
                }
            }
            finally
            {
                _waitedForWindow += isWindowOpen ? services.Time.GetElapsedTime(began) : TimeSpan.Zero;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask HeldUpAsync(ValueTask waiting, byte version)
    {
        _version = version;
        if (waiting.IsCompletedSuccessfully)
        {
            return;
        }

        _isHeldUp = true;
        try
        {
            await waiting;
        }
        finally
        {
            _isHeldUp = false;
        }
    }

    private async Task ReceiveAsync(CancellationToken ends, CancellationToken gone)
    {
        using var reader = new LumberjackWindowReader(transport.Input, this, services.Events, services.Buffers, services.MostBytes);
        while (true)
        {
            var share = services.Pending.Open();
            var batch = services.Writer.Rent();
            WindowUnderWay? window = null;
            try
            {
                _waitedForWindow = TimeSpan.Zero;
                if (await reader.ReadAsync(batch, share, ends) is not { } received)
                {
                    return;
                }

                services.Metrics.WindowReceived();
                services.Metrics.Received(batch.Events.Length);
                share.Add((long)batch.Count * EventReader.RecordOverhead);
                batch.Seal();
                window = new(received, TakeAsync(batch, share, gone));
            }
            finally
            {
                if (window is null)
                {
                    share.Dispose();
                    services.Writer.Return(batch);
                }
            }

            _underWay[window] = 0;
            try
            {
                // One that came in time is finished, though the session is told to end just now.
                await HeldUpAsync(_windows.Writer.TryWrite(window) ? ValueTask.CompletedTask : _windows.Writer.WriteAsync(window, ends), window.Received.Version);
            }
            catch (Exception over) when (over is OperationCanceledException or ChannelClosedException)
            {
                services.Metrics.WindowEnded(acknowledged: false);
                throw;
            }
        }
    }

    /// <summary>Writes a window until all of it is taken, or nobody waits for it any more.</summary>
    /// <returns>Whether all of it is taken.</returns>
    private async Task<bool> TakeAsync(RecordBatch batch, PendingBytes.Share share, CancellationToken gone)
    {
        try
        {
            for (var pause = services.Limits.RetryPause; ; pause = pause * 2 < services.Limits.LongestRetryPause ? pause * 2 : services.Limits.LongestRetryPause)
            {
                var result = await services.Writer.WriteAsync(batch);
                if (result.Trouble is null)
                {
                    if (result.Refused is [var first, ..])
                    {
                        LogLost(services.Logger, result.Refused.Count, peerName, first.Message);
                    }

                    return true;
                }

                services.Metrics.TurnedAway("kafka");
                await Task.Delay(pause, services.Time, gone);
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            services.Writer.Return(batch);
            share.Dispose();
        }
    }

    private async Task AcknowledgeAsync(CancellationTokenSource ends)
    {
        try
        {
            var frame = new byte[Frames.ShortLength];
            var next = _windows.Reader.WaitToReadAsync().AsTask();
            while (true)
            {
                if (!await WaitAsync(next, frame))
                {
                    return;
                }

                while (_windows.Reader.TryRead(out var window))
                {
                    var taken = await WaitAsync(window.Taken, frame);
                    _underWay.TryRemove(window, out _);
                    services.Metrics.WindowEnded(taken);
                    if (!taken)
                    {
                        return;
                    }

                    await WriteAsync(frame, window.Received.Version, window.Received.Sequence);
                }

                next = _windows.Reader.WaitToReadAsync().AsTask();
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The peer is gone, and sends again what was not acknowledged.
        }
        finally
        {
            await ends.CancelAsync();
            await foreach (var window in _windows.Reader.ReadAllAsync())
            {
                await window.Taken;
                services.Metrics.WindowEnded(acknowledged: false);
            }
        }
    }

    /// <summary>Waits, and tells the peer meanwhile that the bridge is alive.</summary>
    private async Task<bool> WaitAsync(Task<bool> task, byte[] frame)
    {
        while (!task.IsCompleted)
        {
            try
            {
                await task.WaitAsync(services.Limits.KeepAliveInterval, services.Time);
            }
            catch (TimeoutException)
            {
                // The lumberjack output reads one acknowledgement a window whatever its version and number: to it, 0 would mean that the window is written. So nothing is said
                // until it is known who listens.
                if (_version == Frames.Version2 && (_isHeldUp || !_underWay.IsEmpty))
                {
                    await WriteAsync(frame, Frames.Version2, 0);
                    services.Metrics.KeptAlive();
                }
            }
        }

        return await task;
    }

    private async Task WriteAsync(byte[] frame, byte version, uint sequence)
    {
        Frames.WriteShort(frame, Frames.Acknowledgement, sequence);
        frame[0] = version;
        var written = await transport.Output.WriteAsync(frame);
        if (written.IsCompleted || written.IsCanceled)
        {
            throw new IOException("The peer has gone.");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The Lumberjack connection of {Peer} is closed: {Reason}")]
    private static partial void LogClosed(ILogger logger, string peer, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The Lumberjack connection of {Peer} is closed, for the bridge itself failed ({Exception}); please report it: {Stack}")]
    private static partial void LogUnforeseen(ILogger logger, string peer, string exception, string? stack);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} events of {Peer} can never be written, and are lost, for there is no dead-letter topic (spec.bridge.sink.deadLetterTopic). The first: {Reason}")]
    private static partial void LogLost(ILogger logger, int count, string peer, string reason);

    /// <summary>A window that waits for Kafka.</summary>
    private sealed class WindowUnderWay(ReceivedWindow received, Task<bool> taken)
    {
        public ReceivedWindow Received { get; } = received;

        public Task<bool> Taken { get; } = taken;
    }
}
