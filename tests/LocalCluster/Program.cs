using System.CommandLine;
using KafkaLogstash.LocalCluster.LogstashStandIn;
using KafkaLogstash.LocalCluster.Node;
using KafkaLogstash.LocalCluster.Run;

var root = new RootCommand("The Kafka–Logstash Operator's local cluster: everything it needs on one machine, without Docker.")
{
    RunCommand.Create(),
    LogstashCommand.Create(),
    BridgeCommand.Create(),
};

// An argument that starts with @ is one of Logstash's, not a file of arguments; and a stop takes as long as draining takes.
return await root
    .Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null })
    .InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = Timeout.InfiniteTimeSpan });
