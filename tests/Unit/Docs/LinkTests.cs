using System.Text.RegularExpressions;
using KafkaLogstash.Tests.Unit.Operator;

namespace KafkaLogstash.Tests.Unit.Docs;

/// <summary>What pages point to is there.</summary>
public sealed partial class LinkTests
{
    /// <summary>Folders of the checkout: code that begins with one of them names a file or a folder.</summary>
    private static readonly string[] Folders = ["docs/", "operator/", "tests/", "config/", "charts/", "crds/", "scripts/"];

    public static TheoryData<string> Pages => [.. Page.All.Select(page => page.Path)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_lead_somewhere(string path)
    {
        var page = Page.At(path)!;
        var dead = page.Links.Where(link => !IsElsewhere(link.Target) && !Exists(page, link.Target)).Select(link => $"{path}:{link.Line}: {link.Target}");

        Assert.Empty(dead);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Files_that_are_named_are_there(string path)
    {
        var page = Page.At(path)!;
        var named = page.InlineCode.Concat(page.Blocks.Where(block => block.IsShell).SelectMany(block => block.Text.Split('\n').Select(text => (block.Line, Text: text))))
            .SelectMany(code => code.Text.Split([' ', '\t', '=', ','], StringSplitOptions.RemoveEmptyEntries).Select(word => (code.Line, Word: word.Trim('\'', '"', ';', ':'))))
            .Where(code => Folders.Any(folder => code.Word.StartsWith(folder, StringComparison.Ordinal)) && PathText().IsMatch(code.Word));

        Assert.Empty(named.Where(code => !IsInCheckout(code.Word)).Select(code => $"{path}:{code.Line}: {code.Word}"));
    }

    [Fact]
    public void Every_page_of_the_docs_can_be_reached_from_their_index()
    {
        var index = Page.At("docs/README.md")!;
        var linked = index.Links.Select(link => Target(index, link.Target).Path).ToHashSet(StringComparer.Ordinal);
        var missing = Page.All.Select(page => page.Path).Where(path => path.StartsWith("docs/", StringComparison.Ordinal) && path != index.Path && !linked.Contains(path));

        Assert.Empty(missing);
    }

    private static bool IsElsewhere(string target) => target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal);

    private static bool Exists(Page page, string link)
    {
        var (path, anchor) = Target(page, link);
        return Path.Exists(Path.Join(Checkout.Root, path)) && (anchor.Length == 0 || Page.At(path)?.Anchors.Contains(anchor) == true);
    }

    private static (string Path, string Anchor) Target(Page page, string link)
    {
        var parts = link.Split('#', 2);
        var folder = Path.GetDirectoryName(Path.Join(Checkout.Root, page.Path))!;
        var path = parts[0].Length == 0 ? page.Path : Path.GetRelativePath(Checkout.Root, Path.GetFullPath(Path.Join(folder, parts[0])));
        return (path, parts.Length > 1 ? parts[1] : "");
    }

    private static bool IsInCheckout(string path)
    {
        var name = path.TrimEnd('/');
        if (!name.Contains('*', StringComparison.Ordinal))
        {
            return Path.Exists(Path.Join(Checkout.Root, name)) || name.Contains("/bin/Release/", StringComparison.Ordinal);
        }

        var folder = Path.Join(Checkout.Root, Path.GetDirectoryName(name));
        return Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder, Path.GetFileName(name)).Any();
    }

    [GeneratedRegex(@"^[A-Za-z0-9_./*-]+$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PathText();
}
