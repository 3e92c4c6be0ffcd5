using System.Text.Json.Nodes;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Connections;

/// <summary>The statuses that health checks of GitOps tools are tried on are those that a running operator writes.</summary>
public sealed class RecordedStatusTests(SharedCluster shared) : ConnectionTest(shared)
{
    private const string Plain = """{"kafka": {"bootstrapServers": ["kafka:9092"]}, "input": {"topics": ["orders"]}, "pipeline": {"outputs": "stdout { }"}}""";

    [Fact]
    public async Task While_pods_are_on_their_way()
    {
        await CreateAsync(Plain);
        await ConditionAsync("Accepted", "True");
        Operator.Kafka.Answer(Key().ToString(), new KafkaFacts
        {
            Reachable = new KafkaFinding(true, "Reachable", "ok"),
            TopicsAvailable = new KafkaFinding(true, "Available", "ok"),
            At = TimeProvider.System.GetUtcNow(),
        });

        await IsAsRecordedAsync("rolling-out", "KafkaReachable", "True");
    }

    [Fact]
    public async Task Where_the_spec_is_wrong()
    {
        await CreateAsync(Plain.Replace("stdout { }", "stdout {", StringComparison.Ordinal));

        await IsAsRecordedAsync("invalid", "Accepted", "False", "KafkaReachable", "TopicsAvailable", "LogstashAvailable");
    }

    [Fact]
    public async Task Where_a_Secret_is_missing()
    {
        await CreateAsync(Plain.Replace("\"bootstrapServers\"", "\"tls\": {\"trustedCertificates\": [{\"secretName\": \"kafka-ca\", \"key\": \"ca.crt\"}]}, \"bootstrapServers\"", StringComparison.Ordinal));

        await IsAsRecordedAsync("secret-missing", "ReferencesResolved", "False", "KafkaReachable", "TopicsAvailable", "LogstashAvailable");
    }

    /// <summary>Waits for a condition and compares all of them with a recorded status, but for those of what ran before.</summary>
    private async Task IsAsRecordedAsync(string state, string type, string status, params string[] except)
    {
        await ConditionAsync(type, status);
        var live = (await Api.GetAsync(ConnectionPath())).Body;
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Join(folder.FullName, "Operator.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"No Operator.sln above {AppContext.BaseDirectory}: run the tests from a checkout.");
        }

        var recorded = JsonNode.Parse(await File.ReadAllTextAsync(Path.Join(folder.FullName, "tests/Unit/GitOps/Statuses", $"{state}.json"), Cancellation))!;
        Assert.Equal(Conditions(recorded, except), Conditions(live, except));
    }

    private static IEnumerable<(string Type, string Status, string Reason)> Conditions(JsonNode connection, string[] except) => connection["status"]!["conditions"]!.AsArray()
        .Select(condition => (condition!["type"]!.ToString(), condition["status"]!.ToString(), condition["reason"]!.ToString()))
        .Where(condition => !except.Contains(condition.Item1))
        .OrderBy(condition => condition.Item1, StringComparer.Ordinal);
}
