namespace KafkaLogstash.Fuzz;

/// <summary>
/// Makes inputs one after the other and holds the config language to its promises. What breaks one is written out whole; the run goes on, so that
/// one run tells all that it can find, but stops after <see cref="MostFindings"/>.
/// </summary>
internal sealed class FuzzRun(uint seed, uint first, TextWriter report)
{
    private const int MostFindings = 20;

    /// <summary>What no input of this size may take; it is given up on a slow machine as well.</summary>
    private static readonly TimeSpan Hanging = TimeSpan.FromSeconds(60);

    private readonly ConfigPromises _promises = new();
    private readonly InputSource _inputs = new(seed);
    private uint _current;
    private int _findings;

    /// <summary>Runs until it is stopped.</summary>
    /// <param name="cancellationToken">Stops the run, which is its usual end.</param>
    /// <returns>Whether every input was answered as promised.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        _current = first;
        // A stack of its own, of the size that threads of the operator have: recursion must be bounded by less than that.
        var worker = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => Work(worker, cancellationToken), maxStackSize: 1024 * 1024) { IsBackground = true };
        thread.Start();
        var last = uint.MaxValue;
        while (await Task.WhenAny(worker.Task, Task.Delay(Hanging, CancellationToken.None)) != worker.Task)
        {
            var current = Volatile.Read(ref _current);
            if (current == last)
            {
                await ReportAsync(current, $"it takes longer than {Hanging.TotalSeconds} s");
                return false;
            }

            last = current;
            await report.WriteLineAsync($"at input {current}, {_findings} findings");
        }

        await worker.Task;
        await report.WriteLineAsync(
            $"seed {seed}: {_current - first} inputs, {_promises.Accepted} of them accepted, {_findings} findings; at most {_promises.MostBytesPerCharacter:F0} B allocated per character");
        return _findings == 0;
    }

    private void Work(TaskCompletionSource done, CancellationToken cancellationToken)
    {
        try
        {
            for (; !cancellationToken.IsCancellationRequested && _findings < MostFindings; Volatile.Write(ref _current, _current + 1))
            {
                if (Judge(_inputs.Make(_current)) is { } broken)
                {
                    _findings++;
                    ReportAsync(_current, broken).GetAwaiter().GetResult();
                }
            }

            done.SetResult();
        }
        catch (IOException e)
        {
            done.SetException(e);
        }
    }

    private string? Judge(string input)
    {
        try
        {
            return _promises.Broken(input);
        }
#pragma warning disable CA1031 // That nothing is thrown, whatever it is, is one of the promises.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e.ToString();
        }
    }

    private Task ReportAsync(uint number, string broken) =>
        report.WriteLineAsync($"seed {seed}, input {number}: {broken}\n{System.Text.Json.JsonSerializer.Serialize(_inputs.Make(number))}");
}
