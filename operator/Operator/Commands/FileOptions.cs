using System.CommandLine;

namespace KafkaLogstash.Operator.Commands;

/// <summary>The files of a command: as arguments, or behind <c>-f</c> as kubectl has it.</summary>
internal sealed class FileOptions
{
    private readonly Argument<string[]> _arguments;
    private readonly Option<string[]> _options;

    private FileOptions(string description)
    {
        _arguments = new Argument<string[]>("files")
        {
            Description = $"{description} A folder stands for all such files in it and below, - for standard input.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        _options = new Option<string[]>("--filename", "-f")
        {
            Description = "The same, as kubectl has it; it may be given several times.",
            HelpName = "file",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
        };
    }

    /// <summary>Lets a command take files; it needs one at least.</summary>
    public static FileOptions AddTo(Command command, string description)
    {
        var files = new FileOptions(description);
        command.Arguments.Add(files._arguments);
        command.Options.Add(files._options);
        command.Validators.Add(result =>
        {
            if ((result.GetValue(files._arguments) ?? []).Length + (result.GetValue(files._options) ?? []).Length == 0)
            {
                result.AddError($"Name the files to {command.Name}, or - for standard input.");
            }
        });
        return files;
    }

    /// <summary>The files of a command line.</summary>
    public IReadOnlyList<string> Of(ParseResult result) => [.. result.GetValue(_arguments) ?? [], .. result.GetValue(_options) ?? []];
}
