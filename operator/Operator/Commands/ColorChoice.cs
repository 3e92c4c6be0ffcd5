using Spectre.Console;

namespace KafkaLogstash.Operator.Commands;

/// <summary>When to write in colours.</summary>
internal enum ColorChoice
{
    /// <summary>On a terminal, unless <c>NO_COLOR</c> (https://no-color.org) or a terminal without colours says otherwise.</summary>
    Auto,

    /// <summary>Everywhere.</summary>
    Always,

    /// <summary>Nowhere.</summary>
    Never,
}

/// <summary>Makes writers that know whether to write in colours.</summary>
internal static class Colors
{
    /// <summary>A writer to standard output.</summary>
    public static AnsiWriter ToOutput(this ColorChoice choice, CommandConsole console) => Writer(console.Output, choice.IsColored(console, console.OutputIsTerminal));

    /// <summary>A writer to standard error.</summary>
    public static AnsiWriter ToError(this ColorChoice choice, CommandConsole console) => Writer(console.Error, choice.IsColored(console, console.ErrorIsTerminal));

    /// <summary>A console for tables, in the colours that standard output has.</summary>
    /// <param name="choice">When to write in colours.</param>
    /// <param name="console">Standard output.</param>
    /// <param name="output">Where to write.</param>
    public static IAnsiConsole Console(this ColorChoice choice, CommandConsole console, TextWriter output)
    {
        var colored = choice.IsColored(console, console.OutputIsTerminal);
        return AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = colored || console.OutputKnowsEscapes ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colored ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
    }

    private static bool IsColored(this ColorChoice choice, CommandConsole console, bool isTerminal) => choice switch
    {
        ColorChoice.Always => true,
        ColorChoice.Never => false,
        _ => isTerminal && string.IsNullOrEmpty(console.Variable("NO_COLOR")) && console.Variable("TERM") != "dumb",
    };

    private static AnsiWriter Writer(TextWriter output, bool colored) =>
        new(output, new AnsiCapabilities { Ansi = colored, ColorSystem = colored ? ColorSystem.Standard : ColorSystem.NoColors, Links = false });
}
