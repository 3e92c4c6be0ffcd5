using System.Text;
using KafkaLogstash.Operator.Commands;

namespace KafkaLogstash.Tests.Unit.Operator;

/// <summary>Runs a command line as the program does, on streams of its own.</summary>
internal sealed record CommandRun(int Code, string Output, string Errors)
{
    public static Task<CommandRun> OfAsync(params string[] args) => OfAsync("", args);

    public static Task<CommandRun> OfAsync(string input, string[] args) => OfAsync(console => console, Encoding.UTF8.GetBytes(input), args);

    public static async Task<CommandRun> OfAsync(Func<CommandConsole, CommandConsole> setUp, byte[] input, string[] args)
    {
        await using var output = new StringWriter();
        await using var errors = new StringWriter();
        using var stdin = new MemoryStream(input);
        var code = await CommandLine.RunAsync(args, setUp(new CommandConsole { Input = stdin, Output = output, Error = errors }), TestContext.Current.CancellationToken);
        return new CommandRun(code, Relative(output), Relative(errors));
    }

    private static string Relative(StringWriter text) => text.ToString().Replace(Checkout.Root + "/", "", StringComparison.Ordinal);
}
