using System.CommandLine;
using System.Runtime.InteropServices;
using KafkaLogstash.LocalCluster.LogstashStandIn.Settings;

namespace KafkaLogstash.LocalCluster.LogstashStandIn;

/// <summary>The sub-command <c>logstash</c>: everything after it is an argument of <c>bin/logstash</c>.</summary>
public static class LogstashCommand
{
    /// <summary>Makes the sub-command.</summary>
    public static Command Create()
    {
        var command = new Command("logstash", "Stand in for bin/logstash where there is no Logstash; takes its arguments, for example --path.settings DIR.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult invocation, CancellationToken stop)
    {
        var standIn = new StandIn(Surroundings.OfProcess(), Console.Out, TimeProvider.System);
        using var hangUp = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            standIn.Reload();
        });
        return await standIn.RunAsync(invocation.UnmatchedTokens, stop);
    }
}
