using System.Collections.Concurrent;
using System.Text;
using KafkaLogstash.Operator.Commands;

namespace KafkaLogstash.Tests.Integration.Verbs;

/// <summary>A command line that runs in the test's process, on streams of its own, as the program runs it.</summary>
internal sealed class CommandRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly Lines _output = new();
    private readonly Lines _errors = new();
    private readonly Task<int> _code;

    public CommandRun(TimeProvider time, params string[] args)
        : this(time, isTerminal: false, args)
    {
    }

    public CommandRun(TimeProvider time, bool isTerminal, string[] args) => _code = Task.Run(() => CommandLine.RunAsync(
        args, new CommandConsole { Input = Stream.Null, Output = _output, Error = _errors, Time = time, OutputIsTerminal = isTerminal }, _stop.Token));

    public string Output => _output.ToString();

    public string Errors => _errors.ToString();

    public Task<int> EndAsync() => _code;

    /// <summary>As Ctrl-C does.</summary>
    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await _code;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        await _output.DisposeAsync();
        await _errors.DisposeAsync();
    }

    /// <summary>A text that can be read while it is written.</summary>
    private sealed class Lines : TextWriter
    {
        private readonly ConcurrentQueue<string> _pieces = [];

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => _pieces.Enqueue(value.ToString());

        public override void Write(string? value) => _pieces.Enqueue(value ?? "");

        public override void WriteLine(string? value) => _pieces.Enqueue($"{value}\n");

        public override Task WriteLineAsync(string? value)
        {
            WriteLine(value);
            return Task.CompletedTask;
        }

        public override string ToString() => string.Concat(_pieces);
    }
}
