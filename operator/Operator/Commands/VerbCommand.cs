using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace KafkaLogstash.Operator.Commands;

/// <summary>An example of a command line.</summary>
/// <param name="Purpose">What it is good for.</param>
/// <param name="Line">The line.</param>
internal sealed record CommandExample(string Purpose, string Line);

/// <summary>A command whose help ends in examples.</summary>
internal sealed class VerbCommand(string name, string description) : Command(name, description)
{
    /// <summary>The examples, in their order.</summary>
    public IReadOnlyList<CommandExample> Examples { get; init; } = [];
}

/// <summary>The help of the library, and the command's examples behind it.</summary>
internal sealed class HelpWithExamples(SynchronousCommandLineAction help) : SynchronousCommandLineAction
{
    /// <inheritdoc />
    public override bool ClearsParseErrors => true;

    /// <summary>Makes all commands below a root show their examples.</summary>
    public static void Install(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new HelpWithExamples((SynchronousCommandLineAction)option.Action!);
    }

    /// <inheritdoc />
    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is VerbCommand { Examples.Count: > 0 } verb)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in verb.Examples)
            {
                output.WriteLine($"  # {example.Purpose}");
                output.WriteLine($"  {example.Line}");
            }

            output.WriteLine();
        }

        return code;
    }
}
