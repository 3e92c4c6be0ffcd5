using System.Diagnostics;
using KafkaLogstash.Benchmarks.Publishing;

namespace KafkaLogstash.Benchmarks.Groups;

/// <summary>How soon the operator's program has done something, in each of the ways to publish it: <c>lint</c> reads a connection and checks it, which is most of the code that a reconcile needs.</summary>
internal sealed class OperatorStartGroup : IBenchmarkGroup
{
    private const int Rounds = 9;

    /// <inheritdoc/>
    public string Name => "operator-start";

    /// <inheritdoc/>
    public string Description => $"the operator published in several ways: size, and 'lint' of a sample; medians of {Rounds} rounds";

    /// <inheritdoc/>
    public async Task RunAsync(TextWriter report, CancellationToken cancellationToken)
    {
        foreach (var program in PublishedProgram.Operators)
        {
            await program.PublishAsync(cancellationToken);
        }

        var figures = PublishedProgram.Operators.ToDictionary(program => program, _ => new List<TimeSpan>());
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var program in PublishedProgram.Operators)
            {
                var measured = await LintAsync(program, cancellationToken);
                if (round > 0)
                {
                    figures[program].Add(measured);
                }
            }
        }

        foreach (var (program, all) in figures)
        {
            await report.WriteLineAsync(
                $"  {program.Name,-44} {program.Size / 1e6,5:F1} MB; lint takes {all.Order().ElementAt(Rounds / 2).TotalMilliseconds,5:F0} ms");
        }
    }

    private static async Task<TimeSpan> LintAsync(PublishedProgram program, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program.Path, ["lint", PublishedProgram.InCheckout("config", "samples", "input-and-output.yaml")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? Stopwatch.GetElapsedTime(began)
            : throw new InvalidOperationException($"'{program.Name}' ended with {process.ExitCode}: {await output}{await errors}");
    }
}
