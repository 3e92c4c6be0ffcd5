using System.CommandLine;
using Spectre.Console;

namespace KafkaLogstash.LocalCluster.Run;

/// <summary>The verb <c>run</c>: a trial of the whole product on one machine.</summary>
internal static class RunCommand
{
    /// <summary>Makes the verb.</summary>
    public static Command Create()
    {
        var once = new Option<bool>("--once") { Description = "Check that everything works, then end: exit status 0 if it does, 1 if not." };
        var command = new Command("run", "Start a cluster on this machine, the operator in it, and the samples; say what to try.") { once };
        command.SetAction(async (result, cancellationToken) =>
        {
            try
            {
                var (repository, configuration) = Locate();
                return await new Trial(AnsiConsole.Console, repository, configuration).RunAsync(result.GetValue(once), cancellationToken);
            }
            catch (RunException e)
            {
                AnsiConsole.MarkupLineInterpolated($"[red]{e.Message}[/]");
                return 1;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return 0;
            }
        });
        return command;
    }

    /// <summary>Finds the checkout this program was built in, and the configuration it was built with.</summary>
    private static (string Repository, string Configuration) Locate()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        var configuration = folder.Parent?.Name ?? "Release";
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Operator.sln")))
        {
            folder = folder.Parent;
        }

        return (folder?.FullName ?? throw new RunException($"There is no checkout above {AppContext.BaseDirectory}."), configuration);
    }
}
