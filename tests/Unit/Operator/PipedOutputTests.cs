using System.IO.Pipes;
using KafkaLogstash.Operator.Commands;

namespace KafkaLogstash.Tests.Unit.Operator;

/// <summary>Output that another program reads, until it does not.</summary>
public sealed class PipedOutputTests
{
    [Fact]
    public async Task A_reader_that_goes_is_told_of_and_what_comes_then_is_dropped()
    {
        await using var reader = new AnonymousPipeServerStream(PipeDirection.In);
        await using var output = new PipedOutput(new AnonymousPipeClientStream(PipeDirection.Out, reader.ClientSafePipeHandle));
        var read = new byte[5];

        output.Write("first"u8);
        await reader.ReadExactlyAsync(read, TestContext.Current.CancellationToken);
        Assert.Equal("first"u8, read);
        Assert.False(output.Closed.IsCancellationRequested);

        await reader.DisposeAsync();
        output.Write("second"u8);
        output.Write("third"u8);
        Assert.True(output.Closed.IsCancellationRequested);
    }

    [Theory]
    [InlineData("xterm", true)]
    [InlineData("dumb", false)]
    public void A_terminal_without_escape_codes_gets_none(string terminal, bool knows)
    {
        using var text = new StringWriter();
        var console = new CommandConsole { Input = Stream.Null, Output = text, Error = text, OutputIsTerminal = true, Variable = name => name == "TERM" ? terminal : null };

        Assert.Equal(knows, ColorChoice.Auto.Console(console, text).Profile.Capabilities.Ansi);
    }
}
