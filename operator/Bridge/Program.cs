using System.Runtime.InteropServices;
using KafkaLogstash.Bridge.Hosting;

NativeHeap.BoundArenas();
using var stopping = new CancellationTokenSource();

// The first signal lets what is under way finish; the second ends at once, as the default is.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = !stopping.IsCancellationRequested;
    stopping.Cancel();
}

using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
return await BridgeProgram.RunAsync(args, BridgeSurroundings.OfPod(), stopping.Token);
