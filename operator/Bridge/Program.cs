using KafkaLogstash.Bridge.Hosting;

NativeHeap.BoundArenas();
using var signals = new EndingSignals();
return await BridgeProgram.RunAsync(args, BridgeSurroundings.OfPod(), signals.Stopping);
