using System.Net.Sockets;
using System.Runtime.InteropServices;
using KafkaLogstash.Soak.Running;

namespace KafkaLogstash.Soak.Sink;

/// <summary>A Beat: some windows under way on one connection; when it breaks, what was not acknowledged goes to the next bridge, in its order.</summary>
/// <param name="sender">Its number.</param>
/// <param name="bridges">The bridges.</param>
/// <param name="pace">Says how many events are due.</param>
/// <param name="ledger">Is told what is sent and acknowledged.</param>
/// <param name="findings">Is told what must not be.</param>
internal sealed class LumberjackSender(int sender, IReadOnlyList<ISinkUnderTest> bridges, Pace pace, SinkLedger ledger, Findings findings)
{
    /// <summary>The most events of a window.</summary>
    public const int WindowSize = 200;

    /// <summary>The most windows under way: two are the default of Beats.</summary>
    public const int WindowsInFlight = 4;

    /// <summary>How long Beats wait for an acknowledgement, or a sign of life.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly Queue<Window> _underWay = [];
    private int _failures;

    /// <summary>Sends until there is no more to send and all is acknowledged.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var bridge = sender; _underWay.Count > 0 || !pace.IsOver(sender); bridge++)
        {
            if (bridges[bridge % bridges.Count].Lumberjack is { } address)
            {
                try
                {
                    using var client = new TcpClient { NoDelay = true };
                    await client.ConnectAsync(address, cancellationToken);
                    await SpeakAsync(client.GetStream(), cancellationToken);
                }
                catch (Exception failure) when (failure is IOException or SocketException)
                {
                    // It is sent again.
                }
            }

            _failures = Math.Min(_failures + 1, 10);
            await Task.Delay(TimeSpan.FromMilliseconds(50 * _failures), cancellationToken);
        }
    }

    private async Task SpeakAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        foreach (var window in _underWay)
        {
            ledger.SentAgain(window.Count);
            await SendAsync(stream, window, cancellationToken);
        }

        var frame = new byte[LumberjackFrames.AcknowledgementLength];
        Task<uint>? acknowledgement = null;
        while (_underWay.Count > 0 || !pace.IsOver(sender))
        {
            if (_underWay.Count < WindowsInFlight && pace.Due(sender, WindowSize) is > 0 and var due)
            {
                var window = new Window(ledger.Begin(sender, due), due);
                _underWay.Enqueue(window);
                await SendAsync(stream, window, cancellationToken);
            }

            // Also while nothing is under way: it shows that the bridge has closed the connection.
            acknowledgement ??= ReadAsync(stream, frame, cancellationToken);
            if (_underWay.Count == WindowsInFlight || await Task.WhenAny(acknowledgement, Task.Delay(Pace.Pause, cancellationToken)) == acknowledgement)
            {
                Take(await acknowledgement);
                acknowledgement = null;
            }
        }

        stream.Close();
        if (acknowledgement is not null)
        {
            await Task.WhenAny(acknowledgement);
        }
    }

    private void Take(uint number)
    {
        if (number == 0)
        {
            return;
        }

        if (!_underWay.TryPeek(out var window) || number > window.Count)
        {
            throw Broken($"an acknowledgement of {number} where {(_underWay.Count == 0 ? "nothing" : $"a window of {window.Count}")} waits for one");
        }

        if (number == window.Count)
        {
            _underWay.Dequeue();
            _failures = 0;
            ledger.Acknowledge(sender, window.First, window.Count);
        }
    }

    private async Task SendAsync(NetworkStream stream, Window window, CancellationToken cancellationToken) =>
        await stream.WriteAsync(LumberjackFrames.Window(sender, window.First, window.Count, compressed: sender % 2 == 0), cancellationToken);

    private async Task<uint> ReadAsync(NetworkStream stream, byte[] frame, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        try
        {
            await stream.ReadExactlyAsync(frame, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // While nothing is under way there is nothing to wait for.
            throw _underWay.Count > 0 ? Broken($"nothing for {Timeout.TotalSeconds} s, with {_underWay.Count} windows under way") : new IOException("Idle.");
        }

        return LumberjackFrames.Acknowledged(frame) ?? throw Broken($"{Convert.ToHexString(frame)} where an acknowledgement is to come");
    }

    private IOException Broken(string what)
    {
        findings.Add("protocol broken", $"{what}, to sender {sender}");
        return new(what);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Window(int First, int Count);
}
