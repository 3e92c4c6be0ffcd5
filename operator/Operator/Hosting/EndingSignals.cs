using System.Runtime.InteropServices;

namespace KafkaLogstash.Operator.Hosting;

/// <summary>
/// SIGTERM and SIGINT: the first lets the command finish what it is at, however long that takes, for an API server that does not answer can hold up the end of an operator that gives its
/// Lease back. The second ends the process at once, with 128 and the signal's number as its status.
/// </summary>
internal sealed class EndingSignals : IDisposable
{
    private const int StatusOfSignals = 128;
    private const int InterruptNumber = 2;
    private const int TerminateNumber = 15;

    private readonly CancellationTokenSource _stopping = new();
    private readonly PosixSignalRegistration _terminated;
    private readonly PosixSignalRegistration _interrupted;
    private int _received;

    /// <summary>Begins to take them.</summary>
    public EndingSignals()
    {
        _terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Received);
        _interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Received);
    }

    /// <summary>Is cancelled by the first.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        _terminated.Dispose();
        _interrupted.Dispose();
        _stopping.Dispose();
    }

    private void Received(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (Interlocked.Increment(ref _received) > 1)
        {
            Environment.Exit(StatusOfSignals + (signal.Signal == PosixSignal.SIGINT ? InterruptNumber : TerminateNumber));
        }

        _stopping.Cancel();
    }
}
