using KafkaLogstash.Operator.Commands;
using KafkaLogstash.Operator.Hosting;

using var ending = new SecondSignal();
return await CommandLine.RunAsync(args, CommandConsole.OfProcess());
