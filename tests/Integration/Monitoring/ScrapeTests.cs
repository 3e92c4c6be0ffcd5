using System.Text.RegularExpressions;
using KafkaLogstash.Operator.Hosting;
using KafkaLogstash.Operator.Settings;
using KafkaLogstash.Tests.Integration.Bridges;
using KafkaLogstash.Tests.Integration.Clusters;
using KafkaLogstash.Tests.Integration.Connections;
using KafkaLogstash.Tests.Monitoring;
using Microsoft.AspNetCore.Builder;

namespace KafkaLogstash.Tests.Integration.Monitoring;

/// <summary>Scrapes the operator and a bridge at work, as Prometheus does.</summary>
[Collection(BridgeCluster.Collection)]
public sealed partial class ScrapeTests(SharedCluster shared, BridgeCluster bridges) : BridgeTest(shared, bridges)
{
    private readonly HttpClient _http = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("scrape-tests-");
    private WebApplication? _program;

    public override async ValueTask DisposeAsync()
    {
        if (_program is not null)
        {
            await RemoveAsync();
            await _program.StopAsync(CancellationToken.None);
            await _program.DisposeAsync();
        }

        _http.Dispose();
        _folder.Delete(recursive: true);
        await base.DisposeAsync();
    }

    [Fact]
    public async Task What_the_programs_show_is_what_the_docs_say_and_goes_with_the_connection()
    {
        const int Count = 50;
        var (read, written) = (Topic("orders"), Topic("clean"));
        await ProduceAsync(read, Count);
        await using var reader = Read(written);
        await StartAsync(Spec(
            Input(read),
            Output(written),
            """
            "autoscaling": {"minReplicas": 1, "maxReplicas": 2, "lagPerReplica": 100000}
            """));
        await ConditionAsync("Ready", "True");
        await AllAsync(reader, Count);

        var connection = $"namespace=\"{Namespace}\",name=\"orders\"";
        var ofOperator = await Eventually.AsksAsync(
            () => ScrapeAsync(new Uri(new Uri(_program!.Urls.Single()), "metrics")),
            page => page.Contains($"kafka_logstash_operator_connection_lag_records{{{connection}}} ", StringComparison.Ordinal)
                && page.Contains($"kafka_logstash_operator_connection_ready{{{connection}}} 1\n", StringComparison.Ordinal)
                && page.Contains($"kafka_logstash_operator_connection_wished_replicas{{{connection}}} 1\n", StringComparison.Ordinal));
        var ofBridge = await ScrapeAsync(new UriBuilder(Uri.UriSchemeHttp, AddressOf(await BridgePodAsync()), 8080, "/metrics").Uri);

        await HoldsAsync(ofOperator, "operator");
        await HoldsAsync(ofBridge, "bridge");
        Shows(
            ofOperator,
            "kafka_logstash_operator_leader_election_master_status 1",
            "kafka_logstash_operator_kafka_clients 1",
            $"kafka_logstash_operator_connection_condition{{{connection},type=\"KafkaReachable\",status=\"True\",reason=\"Reachable\"}} 1",
            $"kafka_logstash_operator_connection_info{{{connection},transport=\"Bridge\",version=\"",
            $"kafka_logstash_operator_connection_ready_replicas{{{connection},workload=\"bridge\"}} 1",
            $"kafka_logstash_operator_connection_observed_pods{{{connection},workload=\"bridge\",state=\"ready\"}} 1",
            $"kafka_logstash_operator_connection_observed_pods{{{connection},workload=\"logstash\",state=\"running\"}} 1",
            $"kafka_logstash_operator_connection_certificate_expiry_timestamp_seconds{{{connection},use=\"made_sink_server\"}} ",
            $"kafka_logstash_operator_connection_scaling_max_replicas{{{connection}}} 2",
            "kafka_logstash_operator_kafka_probes_total{result=\"Reachable\"} ",
            "kafka_logstash_operator_informer_lists_total{kind=\"Secret\",reason=\"start\"} 1",
            "kafka_logstash_operator_rest_client_requests_total{verb=\"watch\",resource=\"secrets\",code=\"200\"} ",
            "kafka_logstash_operator_rest_client_requests_total{verb=\"patch\",resource=\"kafkalogstashconnections/status\",code=\"200\"} ");
        Shows(
            ofBridge,
            "kafka_logstash_bridge_role_ready{role=\"source\"} 1",
            "kafka_logstash_bridge_role_ready{role=\"sink\"} 1",
            $"kafka_logstash_bridge_source_events_total {Count}",
            $"kafka_logstash_bridge_sink_events_total {Count}",
            "kafka_logstash_bridge_certificate_expiry_timestamp_seconds{use=\"sink\"} ");

        // Nothing that grows with what is in the cluster, but for the connections.
        Assert.All(
            Exposition.Read(ofOperator).Where(family => !family.Name.Contains("_connection_", StringComparison.Ordinal)).SelectMany(family => family.Samples),
            sample => Assert.DoesNotContain(sample.Labels.Values, value => value.Contains("orders", StringComparison.Ordinal) || value.Contains(Namespace, StringComparison.Ordinal)));

        await RemoveAsync();
        await Eventually.AsksAsync(() => ScrapeAsync(new Uri(new Uri(_program!.Urls.Single()), "metrics")), page => !page.Contains(Namespace, StringComparison.Ordinal));
    }

    /// <summary>The operator is the real program, in the test's process.</summary>
    internal override async Task<OperatorUnderTest?> StartOperatorAsync()
    {
        var kubeconfig = Path.Combine(_folder.FullName, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, Cluster.Kubeconfig, Cancellation);
        _program = OperatorHost.Build(OperatorSettings.Read(name => name switch
        {
            SettingsTable.Kubeconfig => kubeconfig,
            SettingsTable.Namespaces or SettingsTable.LeaseNamespace => Namespace,
            SettingsTable.Listen => "127.0.0.1:0",
            SettingsTable.LogLevel => "none",
            _ => SettingsTable.All.First(setting => setting.Name == name).Default,
        }));
        await _program.StartAsync(Cancellation);
        return null;
    }

    private async Task RemoveAsync()
    {
        await Api.DeleteAsync(ConnectionPath());
        await Eventually.AsksAsync(async () => (await PodsAsync("")).Count, pods => pods == 0);
    }

    private async Task<string> ScrapeAsync(Uri address)
    {
        using var response = await _http.GetAsync(address, Cancellation);
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        return await response.Content.ReadAsStringAsync(Cancellation);
    }

    /// <summary>Holds a page to the conventions, to promtool, and to the docs: what is documented is what is there, word by word.</summary>
    private static async Task HoldsAsync(string page, string program)
    {
        var own = Exposition.Read(page).Where(family => family.Name.StartsWith("kafka_logstash_", StringComparison.Ordinal)).ToList();
        Assert.Empty(own.SelectMany(MetricConventions.Violations));

        var documented = await DocumentedAsync(program);

        // The webhook is off unless it is asked for.
        Assert.Equal(documented.Keys.Where(name => !OfWebhook().IsMatch(name)).Order(StringComparer.Ordinal), own.Select(family => family.Name));
        foreach (var family in own)
        {
            var (type, labels, help) = documented[family.Name];
            Assert.Equal((type, help), (family.Type, family.Help));
            Assert.All(family.Labels, label => Assert.Contains($"`{label}`", labels, StringComparison.Ordinal));
        }

        Assert.Equal((0, ""), await Promtool.RunAsync(page, "check", "metrics"));
    }

    private static async Task<Dictionary<string, (string Type, string Labels, string Help)>> DocumentedAsync(string program)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Operator.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("Run the tests from a checkout.");
        }

        var text = await File.ReadAllTextAsync(Path.Combine(folder.FullName, "docs/metrics.md"), Cancellation);
        var table = text.Split($"metrics of the {program} -->")[1];
        return Row().Matches(table).ToDictionary(
            row => row.Groups["name"].Value, row => (row.Groups["type"].Value, row.Groups["labels"].Value, row.Groups["help"].Value), StringComparer.Ordinal);
    }

    private static void Shows(string page, params string[] beginnings)
    {
        var lines = page.Split('\n');
        Assert.All(beginnings, beginning => Assert.Contains(lines, line => line.StartsWith(beginning, StringComparison.Ordinal)));
    }

    [GeneratedRegex("_(admission|webhook)_", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OfWebhook();

    [GeneratedRegex(@"^\| `(?<name>kafka_logstash_\w+)` \| (?<type>\w+) \| (?<labels>.*?) \| (?<help>.+) \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();
}
