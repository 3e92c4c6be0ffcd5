using System.Globalization;
using KafkaLogstash.Soak.Running;
using KafkaLogstash.Soak.Sink;
using KafkaLogstash.Soak.Source;

// kafka-logstash soak [seconds [seed [records [bridges [source|sink] [losing]]]]]: the faults follow from the seed alone. Without source or sink each of them has half of the time.
int Argument(int index, int otherwise) => args.Length > index && args[index].Length > 0 ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;
string[] halves = [.. new[] { "source", "sink" }.Where(half => !args.Intersect(["source", "sink"]).Any() || args.Contains(half))];
var options = new SoakOptions
{
    Length = TimeSpan.FromSeconds(Argument(0, 120)) / halves.Length,
    Seed = Argument(1, Random.Shared.Next()),
    Records = Argument(2, 1_000_000),
    Bridges = Math.Clamp(Argument(3, 3), 1, 4),
    Losing = args.Contains("losing"),
};
var output = TextWriter.Synchronized(Console.Out);
await output.WriteLineAsync($"seed {options.Seed}: {options.Records} records, {options.Bridges} bridges, faults for at most {options.Length.TotalSeconds:0} s, {string.Join(" and ", halves)}");

var outcomes = new List<SoakOutcome>();
foreach (var half in halves)
{
    foreach (var withFaults in options.Losing ? [true] : new[] { false, true })
    {
        // What has to be in order takes a tenth of it.
        var part = options with
        {
            WithFaults = withFaults,
            Records = withFaults ? options.Records : options.Records / 10,
            Length = withFaults ? options.Length : options.Length / 10,
        };
        if (half == "source")
        {
            await using var source = new SourceSoak(part, output);
            outcomes.Add(await source.RunAsync());
        }
        else
        {
            await using var sink = new SinkSoak(part, output);
            outcomes.Add(await sink.RunAsync());
        }
    }
}

await output.WriteLineAsync(SoakOutcome.Headings);
foreach (var outcome in outcomes)
{
    await output.WriteLineAsync(outcome.ToString());
    foreach (var finding in outcome.Findings.Texts)
    {
        await output.WriteLineAsync($"  {finding}");
    }
}

return outcomes.TrueForAll(outcome => outcome.Findings.IsEmpty) ? 0 : 1;
