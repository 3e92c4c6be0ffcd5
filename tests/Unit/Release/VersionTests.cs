using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using KafkaLogstash.Bridging;
using KafkaLogstash.Controller;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Catalogue;
using KafkaLogstash.Tests.Unit.Operator;
using YamlDotNet.RepresentationModel;

namespace KafkaLogstash.Tests.Unit.Release;

/// <summary>The version stands once, in <c>Directory.Build.props</c>; and what <c>docs/versions.md</c> says is what the code does.</summary>
public sealed partial class VersionTests
{
    private const string Page = "docs/versions.md";

    private static string Version => XDocument.Load(Path.Join(Checkout.Root, "Directory.Build.props")).Descendants("Version").Single().Value;

    [Fact]
    public void Bridges_run_the_image_of_the_operators_version() => Assert.Equal($"{BridgeDefaults.Image}:{Version}", BridgeImages.OfThisRelease);

    [Fact]
    public void The_chart_has_the_operators_version()
    {
        using var reader = new StreamReader(Path.Join(Checkout.Root, "charts", "kafka-logstash-operator", "Chart.yaml"));
        var yaml = new YamlStream();
        yaml.Load(reader);
        var chart = ((YamlMappingNode)yaml.Documents[0].RootNode).Children;

        Assert.Equal((Version, Version), (((YamlScalarNode)chart["version"]).Value, ((YamlScalarNode)chart["appVersion"]).Value));
    }

    [Fact]
    public async Task A_tag_without_a_version_and_a_section_of_its_own_is_no_release()
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Join(Checkout.Root, "scripts", "check-release"), ["v999.0.0"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, process.ExitCode);
        Assert.Contains($"the tag is 'v999.0.0', not 'v{Version}'", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Chart.yaml", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_changelog_has_sections_of_known_names_newest_first()
    {
        var lines = File.ReadAllLines(Path.Join(Checkout.Root, "CHANGELOG.md"));
        var releases = lines.Where(line => line.StartsWith("## ", StringComparison.Ordinal)).ToList();

        Assert.Equal("## [Unreleased]", releases[0]);
        Assert.All(releases.Skip(1), line => Assert.Matches(ReleaseHeading(), line));
        var versions = releases.Skip(1).Select(line => System.Version.Parse(ReleaseHeading().Match(line).Groups["version"].Value)).ToList();
        Assert.Equal(versions.OrderDescending(), versions);
        Assert.All(versions, version => Assert.True(version <= System.Version.Parse(Version), $"{version} is newer than Directory.Build.props says."));
        Assert.All(
            lines.Where(line => line.StartsWith("### ", StringComparison.Ordinal)),
            line => Assert.Contains(line[4..], new[] { "Added", "Changed", "Deprecated", "Removed", "Fixed", "Security" }));
        Assert.All(releases, line => Assert.Contains(lines, link => link.StartsWith(line[3..(line.IndexOf(']', StringComparison.Ordinal) + 1)] + ": https://", StringComparison.Ordinal)));
    }

    /// <summary>The table is written by this test (UPDATE_GOLDEN=1).</summary>
    [Fact]
    public void The_table_of_Logstash_releases_is_what_the_catalogue_knows()
    {
        var table = new StringBuilder("| Logstash | kafka plugin | Kafka client in it | brokers |\n| --- | --- | --- | --- |\n");
        var minors = CatalogueLines().GroupBy(version => (version.Major, version.Minor)).OrderByDescending(minor => minor.Key).ToList();
        foreach (var minor in minors)
        {
            var known = minor.Select(version => LogstashRelease.Find(version)!).ToList();
            var (first, last) = (known[0], known[^1]);
            table.Append($"| {minor.Key.Major}.{minor.Key.Minor} | {Range(first.KafkaPlugin, last.KafkaPlugin)} | {Range(first.KafkaClient, last.KafkaClient)} | {(first.KafkaClient.Major >= 4 ? "2.1 and newer" : "all that are supported")} |\n");
        }

        var (begin, end) = ("<!-- logstash: written by a test -->\n", "<!-- end of logstash -->");
        var text = File.ReadAllText(Path.Join(Checkout.Root, Page));
        var start = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        var stop = text.IndexOf(end, StringComparison.Ordinal);
        Assert.InRange(stop, start, text.Length);
        Assert.StartsWith($"{LogstashVersion.OldestSupported.Major}.{LogstashVersion.OldestSupported.Minor}", $"{minors[^1].Key.Major}.{minors[^1].Key.Minor}", StringComparison.Ordinal);
        Assert.Contains($"{LogstashVersion.OldestSupported} and newer", text, StringComparison.Ordinal);

        GoldenFile.Matches(string.Concat(text.AsSpan(0, start), table.ToString(), text.AsSpan(stop)), Page);
    }

    private static string Range(Version first, Version last) => first == last ? $"{first}" : $"{first} to {last}";

    private static IEnumerable<LogstashVersion> CatalogueLines() =>
        File.ReadLines(Path.Join(Checkout.Root, "operator", "Logstash", "Catalogue", "logstash-releases.txt"))
            .Where(line => line.Length > 0 && char.IsAsciiDigit(line[0]))
            .Select(line => LogstashVersion.Parse(line.Split('|')[0].Trim(), null));

    [GeneratedRegex(@"^## \[(?<version>\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ReleaseHeading();
}
