using System.Text.RegularExpressions;
using KafkaLogstash.Tests.Unit.Operator;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace KafkaLogstash.Tests.Monitoring;

/// <summary>The alert rules: what Prometheus thinks of them, that they ask for what there is, and that each has a page that says what to do.</summary>
public sealed partial class AlertTests
{
    private const string Runbook = "https://github.com/kafka-logstash/kafka-logstash-operator/blob/main/docs/alerts.md#";

    private static readonly string[] Severities = ["critical", "warning", "info"];

    public static TheoryData<string> Files() => [.. Paths().Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Prometheus_takes_the_rules_and_their_tests_pass(string file)
    {
        var (status, said) = await Promtool.RunAsync("", "check", "rules", Path.Combine(AlertRules.Folder, file));
        Assert.True(status == 0, said);

        (status, said) = await Promtool.RunAsync("", "test", "rules", Path.Combine(Checkout.Root, "tests/Unit/Monitoring/Alerts", Path.ChangeExtension(file, ".test.yaml")));
        Assert.True(status == 0, said);
    }

    [Fact]
    public async Task Every_alert_is_tested_silent_and_firing()
    {
        foreach (var path in Paths())
        {
            var tests = await File.ReadAllTextAsync(
                Path.Combine(Checkout.Root, "tests/Unit/Monitoring/Alerts", Path.ChangeExtension(Path.GetFileName(path), ".test.yaml")), TestContext.Current.CancellationToken);

            Assert.Equal(AlertRules.Read(path).Select(rule => rule.Alert), TestName().Matches(tests).Select(name => name.Groups["name"].Value));
        }
    }

    [Fact]
    public async Task Alerts_ask_for_metrics_and_labels_that_there_are()
    {
        var known = await MetricsTests.OwnAsync();

        Assert.All(Rules(), rule => Assert.Empty(PromQl.Unknown(rule.Expr, known)));
    }

    [Fact]
    public void Alerts_say_what_how_bad_and_where_to_read_on()
    {
        var rules = Rules();

        Assert.Distinct(rules.Select(rule => rule.Alert));
        Assert.All(rules, rule =>
        {
            Assert.Contains(rule.Labels["severity"], Severities);
            Assert.EndsWith(".", rule.Annotations["summary"], StringComparison.Ordinal);
            Assert.EndsWith(".", rule.Annotations["description"].Trim(), StringComparison.Ordinal);
            Assert.DoesNotContain('\n', rule.Annotations["description"].Trim());
            Assert.Equal(Runbook + rule.Alert.ToLowerInvariant(), rule.Annotations["runbook_url"]);
        });
    }

    [Fact]
    public async Task Every_alert_has_a_runbook_and_every_runbook_an_alert()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "docs/alerts.md"), TestContext.Current.CancellationToken);
        var sections = Regex.Split(page, "^### ", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))
            .Where(section => section.StartsWith("KafkaLogstash", StringComparison.Ordinal))
            .ToDictionary(section => section.Split('\n')[0], StringComparer.Ordinal);

        Assert.Equal(Rules().Select(rule => rule.Alert).Order(StringComparer.Ordinal), sections.Keys.Order(StringComparer.Ordinal));
        foreach (var rule in Rules())
        {
            var section = sections[rule.Alert];
            Assert.Contains($"*{rule.Labels["severity"]}*", section, StringComparison.Ordinal);
            Assert.All(new[] { "**Impact.**", "**Diagnosis.**", "**Mitigation.**", "```console\n" }, part => Assert.Contains(part, section, StringComparison.Ordinal));
        }
    }

    private static IEnumerable<string> Paths() => Directory.GetFiles(AlertRules.Folder, "*.yaml").Order(StringComparer.Ordinal);

    private static List<AlertRule> Rules() => [.. Paths().SelectMany(AlertRules.Read)];

    [GeneratedRegex("^  - name: (?<name>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TestName();
}

/// <summary>The files with alert rules.</summary>
internal static class AlertRules
{
    public static string Folder { get; } = Path.Combine(Checkout.Root, "charts/kafka-logstash-operator/files/alerts");

    public static IReadOnlyList<AlertRule> Read(string path)
    {
        var reader = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build();
        return [.. reader.Deserialize<RuleFile>(File.ReadAllText(path)).Groups.SelectMany(group => group.Rules)];
    }

    public sealed record RuleFile
    {
        public List<RuleGroup> Groups { get; set; } = [];
    }

    public sealed record RuleGroup
    {
        public string Name { get; set; } = "";

        public List<AlertRule> Rules { get; set; } = [];
    }
}

/// <summary>An alert rule.</summary>
public sealed record AlertRule
{
    public string Alert { get; set; } = "";

    public string Expr { get; set; } = "";

    public string For { get; set; } = "";

    public Dictionary<string, string> Labels { get; set; } = [];

    public Dictionary<string, string> Annotations { get; set; } = [];
}
