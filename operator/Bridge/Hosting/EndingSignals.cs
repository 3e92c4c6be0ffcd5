using System.Runtime.InteropServices;

namespace KafkaLogstash.Bridge.Hosting;

/// <summary>
/// SIGTERM and SIGINT: the first lets what is under way finish, the second ends the process at once, with 128 and the signal's number as its status. The default of the system would not do
/// for the second: as the first process of a container it would be ignored.
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
