using System.Globalization;
using KafkaLogstash.Fuzz;

// kafka-logstash fuzz [seconds [seed [first]]]: every input follows from the seed and its number alone, so that any of them can be had again.
var seconds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 600;
var seed = args.Length > 1 ? uint.Parse(args[1], CultureInfo.InvariantCulture) : (uint)Random.Shared.Next();
var first = args.Length > 2 ? uint.Parse(args[2], CultureInfo.InvariantCulture) : 0;

using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

await Console.Out.WriteLineAsync($"seed {seed}, from input {first}, for {seconds} s");
return await new FuzzRun(seed, first, Console.Out).RunAsync(stop.Token) ? 0 : 1;
