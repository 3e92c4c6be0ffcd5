using System.Text;

namespace KafkaLogstash.Operator.Commands;

/// <summary>What a command talks to: the process's own streams, or a test's.</summary>
internal sealed record CommandConsole
{
    /// <summary>Standard input, as bytes: what is read from it may have to be judged as such.</summary>
    public required Stream Input { get; init; }

    /// <summary>Standard output.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Standard error.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether <see cref="Output"/> is a terminal.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether <see cref="Error"/> is a terminal.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Whether <see cref="Output"/> is a terminal that knows escape codes.</summary>
    public bool OutputKnowsEscapes => OutputIsTerminal && Variable("TERM") != "dumb";

    /// <summary>Cancelled once nobody reads <see cref="Output"/> any more, as behind <c>| head</c>.</summary>
    public CancellationToken OutputClosed { get; init; }

    /// <summary>Reads an environment variable; null where it is not set.</summary>
    public Func<string, string?> Variable { get; init; } = static _ => null;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>That of the process.</summary>
    public static CommandConsole OfProcess()
    {
        var piped = PipedOutput.OfProcess();
        return new CommandConsole
        {
            Input = Console.OpenStandardInput(),
            Output = piped is null ? Console.Out : TextWriter.Synchronized(new StreamWriter(piped, new UTF8Encoding(false)) { AutoFlush = true }),
            Error = Console.Error,
            OutputIsTerminal = !Console.IsOutputRedirected,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            OutputClosed = piped?.Closed ?? CancellationToken.None,
            Variable = Environment.GetEnvironmentVariable,
        };
    }
}
