using System.Text.RegularExpressions;
using KafkaLogstash.Tests.Unit.Operator;

namespace KafkaLogstash.Tests.Unit.Docs;

/// <summary>Every reason that a condition or an event can give is explained on the page for those who look it up.</summary>
public sealed partial class ReasonTests
{
    private const string PagePath = "docs/troubleshooting.md";

    /// <summary>Where conditions are decided on.</summary>
    private static readonly string[] Sources = ["operator/Controller/Status", "operator/Controller", "operator/Kafka/Probing"];

    /// <summary>Rows of tables by the reasons in their first column.</summary>
    private static readonly Lazy<HashSet<string>> Explained = new(() =>
        [.. Page.At(PagePath)!.Lines.Where(line => line.StartsWith("| ", StringComparison.Ordinal)).SelectMany(line => Code().Matches(line.Split(" | ")[0]).Select(match => match.Groups["code"].Value))]);

    [Fact]
    public void Every_reason_of_a_condition_is_explained()
    {
        var constants = Texts().SelectMany(source => Constant().Matches(source.Text)).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["value"].Value, StringComparer.Ordinal);
        var reasons = new SortedSet<string>(constants.Values, StringComparer.Ordinal);
        foreach (var (file, text) in Texts())
        {
            foreach (var argument in Decision().Matches(text).Select(match => match.Groups["reason"].Value).Where(argument => !argument.Contains("=>", StringComparison.Ordinal)))
            {
                var literals = Literal().Matches(argument).Select(match => match.Groups["value"].Value).ToList();

                // What is no literal is handed on from a place that is looked at by itself.
                Assert.True(
                    literals.Count > 0 || argument.Contains("eason", StringComparison.Ordinal) || constants.ContainsKey(argument.Split('.')[^1]) || !IsReason(text, argument),
                    $"{file}: this test can't tell which reason '{argument}' is.");
                reasons.UnionWith(literals);
            }
        }

        Assert.True(reasons.Count > 40, $"Only {reasons.Count} reasons are found in the sources.");
        Assert.Empty(reasons.Except(Explained.Value));
    }

    [Fact]
    public void Every_reason_of_an_event_is_explained()
    {
        var reasons = Directory.GetFiles(Path.Join(Checkout.Root, "operator", "Controller"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(file => Event().Matches(File.ReadAllText(file)))
            .SelectMany(match => Literal().Matches(match.Groups["reason"].Value).Select(literal => literal.Groups["value"].Value))
            .ToHashSet(StringComparer.Ordinal);

        Assert.Contains("ReloadFailed", reasons);
        Assert.Contains("ScaledDown", reasons);
        Assert.Empty(reasons.Except(Explained.Value));
    }

    private static IEnumerable<(string File, string Text)> Texts() => Sources
        .SelectMany(folder => Directory.GetFiles(Path.Join(Checkout.Root, folder), "*.cs"))
        .Select(file => (Path.GetFileName(file), File.ReadAllText(file)));

    /// <summary>Whether an argument stands where a verdict or a finding is made.</summary>
    private static bool IsReason(string text, string argument) => Regex.IsMatch(
        text, $@"new (?:Verdict|KafkaFinding)\(\s*(?:true|false|null),\s*{Regex.Escape(argument)}", RegexOptions.None, TimeSpan.FromSeconds(1));

    /// <summary>Whether something holds, and behind it the reason.</summary>
    [GeneratedRegex(@"(?:\(\s*(?:true|false|null),|new PodTrouble\()\s*(?<reason>[^,;]+?)\s*,", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Decision();

    [GeneratedRegex(@"const string (?<name>\w*Reason|CertificateUntrusted) = ""(?<value>[A-Z]\w+)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Constant();

    [GeneratedRegex(@"""(?<value>[A-Z][A-Za-z]+)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Literal();

    [GeneratedRegex(@"events\.Record\(\s*entity,\s*(?:EventType\.\w+|isShort \? EventType\.\w+ : EventType\.\w+),\s*(?<reason>[^,;]+?)\s*,", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Event();

    [GeneratedRegex("`(?<code>[A-Za-z]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();
}
