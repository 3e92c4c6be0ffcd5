using System.Text;

namespace KafkaLogstash.Tests.Unit.Docs;

/// <summary>A command in a block for shells.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Words">The program and its arguments.</param>
internal sealed record ShellCommand(string Place, IReadOnlyList<string> Words)
{
    public string Program => Words[0];

    /// <summary>Flags, without their values.</summary>
    public IEnumerable<string> Flags => Words.Skip(1).TakeWhile(word => word != "--").Where(word => word.Length > 1 && word[0] == '-').Select(word => word.Split('=')[0]);

    /// <summary>The commands of a block: the lines behind <c>$ </c> where there are such, else all. Pipes and lists are taken apart.</summary>
    public static IEnumerable<ShellCommand> Of(CodeBlock block)
    {
        var lines = block.Text.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n');
        var isTranscript = lines.Any(line => line.StartsWith("$ ", StringComparison.Ordinal));
        var here = "";
        foreach (var line in lines.Where(line => !isTranscript || line.StartsWith("$ ", StringComparison.Ordinal)).Select(line => isTranscript ? line[2..] : line))
        {
            // A here document is no command.
            if (here.Length > 0)
            {
                here = line.Trim() == here ? "" : here;
                continue;
            }

            here = line.Split("<<", 2) is [_, var end] ? end.Trim('-', ' ', '\'', '"') : "";
            foreach (var words in Simple(line.Split("<<", 2)[0]))
            {
                var command = words.SkipWhile(word => word == "sudo" || IsAssignment(word)).ToList();
                if (command.Count > 0)
                {
                    yield return new ShellCommand(block.Place, command);
                }
            }
        }
    }

    private static bool IsAssignment(string word) => word.Split('=', 2) is [var name, _] && name.Length > 0 && name.All(letter => char.IsAsciiLetterUpper(letter) || letter == '_');

    /// <summary>Reads a line as a shell does, as far as these pages need it: quotes, comments, redirections, and what parts commands.</summary>
    private static IEnumerable<IReadOnlyList<string>> Simple(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var isWord = false;
        var quote = '\0';
        var skip = false;
        void End()
        {
            if (isWord && !skip)
            {
                words.Add(word.ToString());
            }

            skip = isWord ? false : skip;
            word.Clear();
            isWord = false;
        }

        for (var index = 0; index < line.Length; index++)
        {
            var letter = line[index];
            if (quote != '\0')
            {
                if (letter == quote)
                {
                    quote = '\0';
                }
                else
                {
                    word.Append(letter);
                }
            }
            else if (letter is '\'' or '"')
            {
                (quote, isWord) = (letter, true);
            }
            else if (letter == '#' && !isWord)
            {
                break;
            }
            else if (letter is '|' or ';' || (letter == '&' && line.AsSpan(index).StartsWith("&&")))
            {
                End();
                index += letter == '&' || line.AsSpan(index).StartsWith("||") ? 1 : 0;
                if (words.Count > 0)
                {
                    yield return words;
                }

                words = [];
            }
            else if (letter is '>' or '<' && !(letter == '<' && line[index..].Contains('>', StringComparison.Ordinal)))
            {
                End();
                skip = true;
            }
            else if (letter is ' ' or '\t')
            {
                End();
            }
            else
            {
                word.Append(letter);
                isWord = true;
            }
        }

        End();
        if (words.Count > 0)
        {
            yield return words;
        }
    }
}
