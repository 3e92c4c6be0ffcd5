using KafkaLogstash.Operator.Commands;

return await CommandLine.RunAsync(args, CommandConsole.OfProcess());
