using System.Globalization;
using KafkaLogstash.Soak.Running;
using KafkaLogstash.Soak.Source;

// kafka-logstash soak [seconds [seed [records [bridges [losing]]]]]: the faults follow from the seed alone.
int Argument(int index, int otherwise) => args.Length > index && args[index].Length > 0 ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;
var options = new SoakOptions
{
    Length = TimeSpan.FromSeconds(Argument(0, 120)),
    Seed = Argument(1, Random.Shared.Next()),
    Records = Argument(2, 1_000_000),
    Bridges = Math.Clamp(Argument(3, 3), 1, 4),
    Losing = args.Length > 4 && args[4] == "losing",
};
var output = TextWriter.Synchronized(Console.Out);
await output.WriteLineAsync($"seed {options.Seed}: {options.Records} records, {options.Bridges} bridges, faults for at most {options.Length.TotalSeconds:0} s");

var outcomes = new List<SoakOutcome>();
foreach (var withFaults in options.Losing ? [true] : new[] { false, true })
{
    // What has to be in order takes a tenth of it.
    await using var source = new SourceSoak(options with
    {
        WithFaults = withFaults,
        Records = withFaults ? options.Records : options.Records / 10,
        Length = withFaults ? options.Length : options.Length / 10,
    }, output);
    outcomes.Add(await source.RunAsync());
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
