using KafkaLogstash.Benchmarks;
using KafkaLogstash.Benchmarks.Groups;

IReadOnlyList<IBenchmarkGroup> groups = [new ParseGroup(), new RenderGroup(), new ProberGroup()];

var chosen = args.Length == 0 ? groups : [.. groups.Where(group => args.Contains(group.Name, StringComparer.Ordinal))];
var unknown = args.Except(groups.Select(group => group.Name), StringComparer.Ordinal).ToList();
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
