using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.Controller.Checks;

namespace KafkaLogstash.Tests.Unit.Operator.Webhook;

/// <summary>What the webhook says to reviews.</summary>
public sealed class ReviewTests
{
    private const string Warned = """
        {"kafka": {"bootstrapServers": ["kafka:9092"]}, "input": {"topics": ["orders"]}, "pipeline": {"outputs": "stdout { }"},
         "logstash": {"replicas": 3}, "autoscaling": {"minReplicas": 1, "maxReplicas": 4, "lagPerReplica": 1000}, "networkPolicy": {"kafkaPorts": [{"port": 9092}]}}
        """;

    private const string ManyErrors = """
        {"kafka": {"bootstrapServers": ["kafka:9092"]}, "input": {"topics": ["orders"], "options": {"topic": "orders", "fetch_max_byte": "1"}},
         "pipeline": {"filter": "mutate {\n  add_tag => [a-b]\n}", "outputs": "if [a] == { }"}, "logstash": {"version": "9.3.3"}}
        """;

    [Fact]
    public async Task What_is_valid_is_allowed()
    {
        await using var run = await WebhookRun.StartAsync();

        var response = await run.ReviewAsync(Reviews.Create(Reviews.Good));

        Assert.Equal("""{"uid":"a7ec62a4-2c4b-4b5e-9f1d-0d4f7a8a9f10","allowed":true}""", response.ToJsonString());
        Assert.Contains("kafka_logstash_operator_admission_reviews_total{result=\"allowed\"} 1", await run.MetricsAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("refused", ManyErrors)]
    [InlineData("refused-filter", Reviews.BrokenFilter)]
    [InlineData("warned", Warned)]
    public async Task People_read_what_is_wrong_and_where(string name, string spec)
    {
        await using var run = await WebhookRun.StartAsync();

        var response = await run.ReviewAsync(Reviews.Create(spec));

        GoldenFile.Matches(Indented(response), $"tests/Unit/Operator/Golden/webhook/{name}.json");
    }

    [Fact]
    public async Task The_verdict_is_that_of_lint_for_all_samples()
    {
        await using var run = await WebhookRun.StartAsync();
        var samples = Directory.GetFiles(Path.Join(Checkout.Root, "config/samples"), "*.yaml", SearchOption.AllDirectories);
        var connections = samples.SelectMany(file => KafkaLogstash.Api.ConnectionReader.Read(File.ReadAllText(file)).Connections).ToList();
        Assert.NotEmpty(connections);

        foreach (var connection in connections)
        {
            var response = await run.ReviewAsync(Reviews.Review("CREATE", JsonNode.Parse(k8s.KubernetesJson.Serialize(connection.Resource))!.AsObject(), null));

            Assert.True((bool)response["allowed"]!, $"{connection.Resource.Metadata.Name}: {response.ToJsonString()}");
        }
    }

    [Fact]
    public async Task What_the_platform_denies_is_refused()
    {
        await using var run = await WebhookRun.StartAsync(new ConnectionPolicy { DeniedPlugins = new HashSet<string> { "output/stdout" } });

        var response = await run.ReviewAsync(Reviews.Create(Reviews.Good));

        Assert.False((bool)response["allowed"]!);
        Assert.Equal("spec.pipeline.outputs", response["status"]!["details"]!["causes"]![0]!["field"]!.ToString());
    }

    [Fact]
    public async Task A_change_of_the_spec_is_checked_and_any_other_is_not()
    {
        await using var run = await WebhookRun.StartAsync();
        var labelled = Reviews.Update(Reviews.BrokenFilter, Reviews.BrokenFilter);
        labelled["request"]!["object"]!["metadata"]!["labels"] = new JsonObject { ["team"] = "shop" };
        var ending = Reviews.Update(Reviews.BrokenFilter, Reviews.Good);
        ending["request"]!["object"]!["metadata"]!["deletionTimestamp"] = "2026-03-01T08:00:00Z";
        var status = Reviews.Update(Reviews.BrokenFilter, Reviews.Good);
        status["request"]!["subResource"] = "status";

        Assert.False((bool)(await run.ReviewAsync(Reviews.Update(Reviews.BrokenFilter, Reviews.Good)))["allowed"]!);
        Assert.True((bool)(await run.ReviewAsync(Reviews.Update(Reviews.Good, Reviews.BrokenFilter)))["allowed"]!);
        Assert.True((bool)(await run.ReviewAsync(labelled))["allowed"]!);
        Assert.True((bool)(await run.ReviewAsync(ending))["allowed"]!);
        Assert.True((bool)(await run.ReviewAsync(status))["allowed"]!);
        Assert.True((bool)(await run.ReviewAsync(Reviews.Review("DELETE", null, Reviews.Connection(Reviews.BrokenFilter))))["allowed"]!);
        var metrics = await run.MetricsAsync();
        Assert.Contains("admission_reviews_total{result=\"denied\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("admission_reviews_total{result=\"passed\"} 4", metrics, StringComparison.Ordinal);
        Assert.Contains("admission_review_duration_seconds_count 6", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Namespaces_of_other_operators_are_theirs()
    {
        await using var run = await WebhookRun.StartAsync(change: options => options with { Namespaces = ["audit"] });

        Assert.True((bool)(await run.ReviewAsync(Reviews.Create(Reviews.BrokenFilter)))["allowed"]!);
    }

    [Fact]
    public async Task An_object_that_is_older_than_its_definition_is_refused_not_failed_at()
    {
        await using var run = await WebhookRun.StartAsync();

        var response = await run.ReviewAsync(Reviews.Create("""{"kafka": {"bootstrapServers": "kafka:9092"}}"""));

        Assert.False((bool)response["allowed"]!);
        Assert.Equal("spec.kafka.bootstrapServers", response["status"]!["details"]!["causes"]![0]!["field"]!.ToString());
    }

    [Fact]
    public async Task A_filter_as_large_as_an_object_may_be_is_looked_at_in_time()
    {
        await using var run = await WebhookRun.StartAsync();
        var filter = string.Concat(Enumerable.Repeat("if [a] == \"b\" { mutate { add_field => { \"c\" => \"%{[d][e]}\" } } }\n", 22_000)) + "mutate { add_tag => [a-b] }";
        var spec = JsonNode.Parse(Reviews.Good)!;
        spec["pipeline"]!["filter"] = filter;

        var response = await run.ReviewAsync(Reviews.Update(spec.ToJsonString(), Reviews.Good));

        Assert.Contains("line 22001, column", response["status"]!["message"]!.ToString(), StringComparison.Ordinal);
    }

    private static string Indented(JsonNode response) =>
        response.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
}
