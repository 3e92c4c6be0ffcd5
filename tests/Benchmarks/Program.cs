using KafkaLogstash.Benchmarks;
using KafkaLogstash.Benchmarks.Bridges;
using KafkaLogstash.Benchmarks.Groups;

if (args is [KafkaProcess.Argument])
{
    await KafkaProcess.ServeAsync();
    return 0;
}

IReadOnlyList<IBenchmarkGroup> groups = [new ParseGroup(), new RenderGroup(), new ProberGroup(), new BridgeSourceGroup(), new BridgeSinkGroup(), new BridgeStartGroup(), new OperatorStartGroup()];

var chosen = args.Length == 0 ? groups : [.. groups.Where(group => args.Any(arg => Chooses(arg, group)))];
var unknown = args.Where(arg => !groups.Any(group => Chooses(arg, group))).ToList();
if (unknown.Count > 0)
{
    await Console.Error.WriteLineAsync($"There is no group {string.Join(", ", unknown)}; there are {string.Join(", ", groups.Select(group => group.Name))}.");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

await Console.Out.WriteLineAsync(MachineLine.Read());
foreach (var group in chosen)
{
    await Console.Out.WriteLineAsync($"\n{group.Name}: {group.Description}");
    try
    {
        await group.RunAsync(Console.Out, stop.Token);
    }
    catch (OperationCanceledException) when (stop.IsCancellationRequested)
    {
        return 130;
    }
}

return 0;

// A name chooses itself and what it is the beginning of: bridge is bridge-source and bridge-sink.
static bool Chooses(string arg, IBenchmarkGroup group) => group.Name == arg || group.Name.StartsWith(arg + "-", StringComparison.Ordinal);
