using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KafkaLogstash.Tests.Unit.Operator;

namespace KafkaLogstash.Tests.Monitoring;

/// <summary>The Grafana dashboards: complete, in order, and about what there is.</summary>
public sealed partial class DashboardTests
{
    private const int Columns = 24;

    public static TheoryData<string> Files() => [.. Directory.GetFiles(Folder, "*.json").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    private static string Folder { get; } = Path.Combine(Checkout.Root, "charts/kafka-logstash-operator/files/dashboards");

    [Theory]
    [InlineData("operator.json", "kafka-logstash-operator", new[] { "datasource", "job" })]
    [InlineData("connections.json", "kafka-logstash-connections", new[] { "datasource", "namespace", "connection" })]
    public void A_dashboard_has_a_lasting_address_and_lets_people_choose(string file, string uid, string[] variables)
    {
        var dashboard = Read(file);

        Assert.Equal(uid, dashboard["uid"]!.ToString());
        Assert.Null(dashboard["id"]);
        Assert.NotEmpty(dashboard["title"]!.ToString());
        Assert.True(dashboard["schemaVersion"]!.GetValue<int>() >= 39);
        Assert.Equal(variables, dashboard["templating"]!["list"]!.AsArray().Select(variable => variable!["name"]!.ToString()));
        Assert.All(dashboard["templating"]!["list"]!.AsArray().Skip(1), variable => Assert.Equal("${datasource}", variable!["datasource"]!["uid"]!.ToString()));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_panel_explains_itself(string file)
    {
        foreach (var panel in Panels(file))
        {
            var title = panel["title"]!.ToString();
            var defaults = panel["fieldConfig"]!["defaults"]!;
            Assert.True(panel["description"]?.ToString().EndsWith('.') == true, $"{title} has no description.");
            Assert.False(string.IsNullOrEmpty(defaults["unit"]?.ToString()), $"{title} has no unit.");
            Assert.NotEmpty(defaults["thresholds"]!["steps"]!.AsArray());
            Assert.Equal("${datasource}", panel["datasource"]!["uid"]!.ToString());
            var targets = panel["targets"]!.AsArray();
            Assert.NotEmpty(targets);
            Assert.Distinct(targets.Select(target => target!["refId"]!.ToString()));
            Assert.All(targets, target => Assert.Equal("${datasource}", target!["datasource"]!["uid"]!.ToString()));
            Assert.All(targets, target => Assert.True(panel["type"]!.ToString() == "table" || target!["legendFormat"]!.ToString().Length > 0, $"{title} has no legend."));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Panels_lie_side_by_side(string file)
    {
        var taken = new Dictionary<(int X, int Y), string>();
        var all = Read(file)["panels"]!.AsArray();
        Assert.Distinct(all.Select(panel => panel!["id"]!.GetValue<int>()));
        foreach (var panel in all)
        {
            var (place, title) = (panel!["gridPos"]!, panel["title"]!.ToString());
            var (x, y, w, h) = (place["x"]!.GetValue<int>(), place["y"]!.GetValue<int>(), place["w"]!.GetValue<int>(), place["h"]!.GetValue<int>());
            Assert.InRange(x + w, 1, Columns);
            foreach (var cell in Enumerable.Range(x, w).SelectMany(column => Enumerable.Range(y, h).Select(line => (column, line))))
            {
                Assert.True(taken.TryAdd(cell, title), $"'{title}' lies on '{taken[cell]}'.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Panels_and_variables_ask_for_metrics_and_labels_that_there_are(string file)
    {
        var known = (await MetricsTests.AllAsync()).ToList();

        Assert.All(Expressions(file), expression => Assert.Empty(PromQl.Unknown(expression, known)));
        foreach (var query in Read(file)["templating"]!["list"]!.AsArray().Select(variable => variable!["definition"]?.ToString()).OfType<string>())
        {
            var asked = LabelValues().Match(query);
            Assert.True(asked.Success, query);
            Assert.Empty(PromQl.Unknown(asked.Groups["selector"].Value, known));
        }
    }

    /// <summary>As recording rules, because that is how promtool takes expressions; Grafana's variables are what Grafana would put in.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public async Task Prometheus_understands_every_expression(string file)
    {
        var rules = new StringBuilder("groups:\n  - name: dashboard\n    rules:\n");
        var number = 0;
        foreach (var expression in Expressions(file))
        {
            var plain = expression.Replace("$__rate_interval", "5m", StringComparison.Ordinal).Replace("$__range", "3h", StringComparison.Ordinal);
            rules.Append("      - record: dashboard:").Append(number++).Append("\n        expr: ").AppendLine(JsonValue.Create(plain).ToJsonString());
        }

        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, rules.ToString(), TestContext.Current.CancellationToken);
            var (status, said) = await Promtool.RunAsync("", "check", "rules", path);
            Assert.True(status == 0, said);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static JsonObject Read(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, file)))!.AsObject();

    private static IEnumerable<JsonNode> Panels(string file) => Read(file)["panels"]!.AsArray().OfType<JsonNode>().Where(panel => panel["type"]!.ToString() != "row");

    private static IEnumerable<string> Expressions(string file) => Panels(file).SelectMany(panel => panel["targets"]!.AsArray()).Select(target => target!["expr"]!.ToString());

    [GeneratedRegex(@"^label_values\((?<selector>.+), [a-z_]+\)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LabelValues();
}
