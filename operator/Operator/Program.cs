using KafkaLogstash.Operator.Commands;
using KafkaLogstash.Operator.Hosting;

using var signals = new EndingSignals();
return await CommandLine.RunAsync(args, CommandConsole.OfProcess(), signals.Stopping);
