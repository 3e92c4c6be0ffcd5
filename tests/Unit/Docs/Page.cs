using System.Text.RegularExpressions;
using KafkaLogstash.Tests.Unit.Operator;

namespace KafkaLogstash.Tests.Unit.Docs;

/// <summary>A page of Markdown in the checkout.</summary>
/// <param name="Path">Where it is, from the checkout's root.</param>
/// <param name="Lines">Its lines.</param>
internal sealed partial record Page(string Path, IReadOnlyList<string> Lines)
{
    private static readonly string[] Elsewhere = ["bin", "obj", "artifacts", "node_modules"];

    /// <summary>Every page there is.</summary>
    public static IReadOnlyList<Page> All { get; } = [.. Find(new DirectoryInfo(Checkout.Root)).Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>The page at a path; null where there is none.</summary>
    public static Page? At(string path) => All.FirstOrDefault(page => page.Path == path);

    public static Page Read(string path) => new(path, File.ReadAllLines(System.IO.Path.Join(Checkout.Root, path)));

    /// <summary>Blocks of code, in their order.</summary>
    public IReadOnlyList<CodeBlock> Blocks { get; } = [.. BlocksOf(Path, Lines)];

    /// <summary>The lines without blocks of code, each with its number.</summary>
    public IEnumerable<(int Number, string Text)> Prose =>
        Lines.Select((text, index) => (Number: index + 1, Text: text)).Where(line => !Blocks.Any(block => line.Number >= block.Line && line.Number <= block.LastLine));

    /// <summary>What links can point to: the anchors of the headings, as GitHub makes them.</summary>
    public IReadOnlySet<string> Anchors
    {
        get
        {
            var anchors = new HashSet<string>(StringComparer.Ordinal);
            foreach (var heading in Prose.Where(line => Heading().IsMatch(line.Text)).Select(line => line.Text.TrimStart('#').Trim()))
            {
                var plain = Link().Replace(heading, "${text}").ToLowerInvariant();
                var anchor = string.Concat(plain.Where(letter => char.IsLetterOrDigit(letter) || letter is ' ' or '-' or '_')).Replace(' ', '-');
                for (var number = 0; !anchors.Add(number == 0 ? anchor : $"{anchor}-{number}"); number++)
                {
                }
            }

            return anchors;
        }
    }

    /// <summary>Links, each with its line.</summary>
    public IEnumerable<(int Line, string Target)> Links =>
        Prose.SelectMany(line => Link().Matches(Code().Replace(line.Text, "")).Select(match => (line.Number, match.Groups["target"].Value)));

    /// <summary>Code within text, each with its line.</summary>
    public IEnumerable<(int Line, string Text)> InlineCode => Prose.SelectMany(line => Code().Matches(line.Text).Select(match => (line.Number, match.Groups["code"].Value)));

    private static IEnumerable<string> Find(DirectoryInfo folder) => folder.EnumerateFiles("*.md").Select(file => System.IO.Path.GetRelativePath(Checkout.Root, file.FullName))
        .Concat(folder.EnumerateDirectories().Where(below => below.Name[0] != '.' && !Elsewhere.Contains(below.Name)).SelectMany(Find));

    private static IEnumerable<CodeBlock> BlocksOf(string path, IReadOnlyList<string> lines)
    {
        for (var first = 0; first < lines.Count; first++)
        {
            var fence = Fence().Match(lines[first]);
            if (!fence.Success)
            {
                continue;
            }

            var indent = fence.Groups["indent"].Length;
            var last = Enumerable.Range(first + 1, lines.Count - first - 1).First(line => lines[line].Trim() == "```");
            var text = string.Concat(lines.Skip(first + 1).Take(last - first - 1).Select(line => line[Math.Min(indent, line.Length)..] + "\n"));
            yield return new CodeBlock(path, first + 1, last + 1, fence.Groups["language"].Value, fence.Groups["mark"].Value.Trim(), text);
            first = last;
        }
    }

    [GeneratedRegex(@"^(?<indent> *([0-9]+\. +|[-*] +)?)```(?<language>[a-z]*)(?<mark>.*)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fence();

    [GeneratedRegex("^#{1,6} ", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[(?<text>[^\]]*)\]\((?<target>[^()\s]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();

    [GeneratedRegex("`(?<code>[^`]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();
}

/// <summary>A block of code in a page.</summary>
/// <param name="Page">The page's path.</param>
/// <param name="Line">The line on which it begins, its fence.</param>
/// <param name="LastLine">The line on which it ends.</param>
/// <param name="Language">The word behind the fence; empty without.</param>
/// <param name="Mark">What follows that word, for example <c>in spec.kafka</c>.</param>
/// <param name="Text">The code.</param>
internal sealed record CodeBlock(string Page, int Line, int LastLine, string Language, string Mark, string Text)
{
    public string Place => $"{Page}:{Line}";

    public bool IsShell => Language is "console" or "sh" or "bash";
}
