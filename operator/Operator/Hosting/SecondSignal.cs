using System.Runtime.InteropServices;

namespace KafkaLogstash.Operator.Hosting;

/// <summary>
/// Ends the process at once at the second SIGTERM or SIGINT, with 128 and the signal's number as its status. The first lets the command finish what it is at, however long that takes:
/// an API server that does not answer can hold up the end of an operator that gives its Lease back.
/// </summary>
internal sealed class SecondSignal : IDisposable
{
    private const int StatusOfSignals = 128;
    private const int InterruptNumber = 2;
    private const int TerminateNumber = 15;

    private readonly PosixSignalRegistration _terminated;
    private readonly PosixSignalRegistration _interrupted;
    private int _received;

    /// <summary>Begins to count them.</summary>
    public SecondSignal()
    {
        _terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Received);
        _interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Received);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _terminated.Dispose();
        _interrupted.Dispose();
    }

    private void Received(PosixSignalContext signal)
    {
        if (Interlocked.Increment(ref _received) > 1)
        {
            Environment.Exit(StatusOfSignals + (signal.Signal == PosixSignal.SIGINT ? InterruptNumber : TerminateNumber));
        }
    }
}
