using System.Runtime.InteropServices;

namespace KafkaLogstash.Bridge.Lumberjack.Server;

/// <summary>A window as its peer sent it.</summary>
/// <param name="Version">The version byte of its window frame, which the acknowledgement repeats.</param>
/// <param name="Sequence">The highest sequence number: what is to be acknowledged.</param>
/// <param name="Events">How many events it has.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ReceivedWindow(byte Version, uint Sequence, int Events);
