using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KafkaLogstash.Api;
using KafkaLogstash.LocalCluster.ApiServer;
using KafkaLogstash.Tests.Integration.Clusters;
using KafkaLogstash.Tests.Integration.Connections;

namespace KafkaLogstash.Tests.Integration.Verbs;

/// <summary><c>status</c>, from the command line to the API server.</summary>
public sealed partial class StatusVerbTests(SharedCluster shared) : ConnectionTest(shared)
{
    private const string Plain = """{"kafka": {"bootstrapServers": ["kafka:9092"]}, "input": {"topics": ["orders"]}, "pipeline": {"outputs": "stdout { }"}}""";
    private const string Sink = """{"kafka": {"bootstrapServers": ["kafka:9092"]}, "output": {"topicId": "shipped"}, "pipeline": {"inputs": "beats { port => 5044 }"}}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("status-tests-");

    // Three days after whatever is created now, so that ages are always the same.
    private readonly TimeProvider _later = new LaterTime(TimeSpan.FromHours(73));

    // A namespace that no operator watches: the statuses there are the test's.
    private string _quiet = "";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _quiet = await Cluster.CreateNamespaceAsync("status", Cancellation);
        await File.WriteAllTextAsync(ConfigFile("admin"), Cluster.Kubeconfig, Cancellation);
    }

    public override async ValueTask DisposeAsync()
    {
        await Api.DeleteAsync($"/api/v1/namespaces/{_quiet}");
        _folder.Delete(recursive: true);
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Connections_are_shown_in_a_table_troubled_ones_first()
    {
        await QuietAsync("billing", Plain, Healthy);
        await QuietAsync("orders", Plain, Troubled);
        await QuietAsync("shipping", Sink, null);

        await using var run = Status("-n", _quiet);

        Assert.Equal(1, await run.EndAsync());
        Assert.Equal(
            """
            NAMESPACE   NAME       READY     REASON     TRANSPORT   PODS   TOPICS      LAG   VERSION   AGE
            shop        orders     False     NotFound   Native      0/2    orders      -     9.5.2     3d
            shop        shipping   Unknown   NotSeen    Native      0/1    → shipped   -     9.5.2     3d
            shop        billing    True      Ready      Native      2/2    orders      310   9.5.2     3d

            shop/orders: ReferencesResolved is False (NotFound): there is no Secret 'kafka'; create it.
            shop/shipping: The operator has not looked at it yet. Look whether the operator runs, and whether it watches this namespace.

            """,
            Shown(run.Output));
    }

    [Fact]
    public async Task One_connection_is_shown_with_its_topics_and_conditions()
    {
        await QuietAsync("billing", Plain, Healthy);
        await QuietAsync("orders", Plain, Troubled);

        await using var run = Status("billing", "-n", _quiet);

        Assert.Equal(0, await run.EndAsync());
        Assert.Equal(
            """
            shop/billing: ready (Ready)
              Transport  Native
              Pods       2/2 ready
              Version    9.5.2
              Topics     orders
              Group      shop-billing
              Lag        310
              Pipeline   4f2a
              Age        3d

            TOPIC    PARTITIONS   LAG
            orders   12           310

            CONDITION        STATUS   SINCE   REASON      MESSAGE
            KafkaReachable   True     3d      Connected   3 brokers answer.
            Ready            True     3d      Ready       All pods run the pipeline.

            """,
            Shown(run.Output));
    }

    [Fact]
    public async Task Programs_get_JSON()
    {
        await QuietAsync("billing", Plain, Healthy);

        await using var run = Status("-n", _quiet, "-o", "json");

        Assert.Equal(0, await run.EndAsync());
        var billing = Assert.Single(JsonNode.Parse(run.Output)!.AsArray())!;
        Assert.Equal(("True", "Native", "2/2", 310), (billing["ready"]!.ToString(), billing["transport"]!.ToString(), billing["pods"]!.ToString(), billing["lag"]!.GetValue<int>()));
        Assert.Equal(12, billing["topics"]![0]!["partitions"]!.GetValue<int>());
        Assert.Null(billing["message"]);
    }

    [Fact]
    public async Task What_the_operator_finds_is_seen_everywhere_at_once()
    {
        const string Login = """["kafka:9092"], "authentication": {"type": "Plain", "username": "u", "passwordFrom": {"secretName": "absent", "key": "k"}}""";
        await CreateAsync(Plain.Replace("[\"kafka:9092\"]", Login, StringComparison.Ordinal));
        await ConditionAsync("ReferencesResolved", "False");

        await using var run = Status();

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains($"{Namespace}/orders: ReferencesResolved is False", run.Output, StringComparison.Ordinal);
        Assert.Contains("'absent'", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watching_without_a_terminal_prints_a_table_for_each_change_and_ends_well()
    {
        await QuietAsync("billing", Plain, Healthy);
        await using var run = Status("-n", _quiet, "--watch");
        await UntilAsync(run, "310");

        await SetStatusAsync("billing", Healthy.Replace("310", "4711", StringComparison.Ordinal));
        await UntilAsync(run, "4711");
        await Api.DeleteAsync(Quiet("billing"));
        await UntilAsync(run, "There are no KafkaLogstashConnections");

        Assert.Equal(0, await run.StopAsync());
        Assert.Contains("LAG/S", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Errors);
    }

    [Fact]
    public async Task Watching_on_a_terminal_refreshes_in_place()
    {
        await QuietAsync("billing", Plain, Healthy);
        await using var run = new CommandRun(_later, isTerminal: true, ["status", "--kubeconfig", ConfigFile("admin"), "-n", _quiet, "--watch"]);
        await UntilAsync(run, "310");

        await SetStatusAsync("billing", Healthy.Replace("310", "4711", StringComparison.Ordinal));
        await UntilAsync(run, "4711");

        Assert.Equal(0, await run.StopAsync());
        Assert.Contains("\e[1A", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("\e[?25h", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watching_programs_get_one_line_for_each_change()
    {
        await QuietAsync("billing", Plain, Healthy);
        await using var run = Status("-n", _quiet, "-w", "-o", "json");
        await UntilAsync(run, "\"added\"");

        await SetStatusAsync("billing", Troubled);
        await UntilAsync(run, "\"updated\"");
        await Api.DeleteAsync(Quiet("billing"));
        await UntilAsync(run, "\"deleted\"");

        Assert.Equal(0, await run.StopAsync());
        var lines = run.Output.TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(["added", "updated", "deleted"], lines.Select(line => line["change"]!.ToString()));
        Assert.Equal(["True", "False", "False"], lines.Select(line => line["ready"]!.ToString()));
    }

    [Fact]
    public async Task A_connection_that_is_not_there_is_named()
    {
        await using var run = Status("nobody", "-n", _quiet);

        Assert.Equal(2, await run.EndAsync());
        Assert.Equal($"There is no KafkaLogstashConnection nobody in the namespace {_quiet}.\n", run.Errors);
    }

    [Fact]
    public async Task Nothing_to_show_is_no_failure()
    {
        await using var run = Status("-n", _quiet);

        Assert.Equal((0, "", $"There are no KafkaLogstashConnections in the namespace {_quiet}.\n"), (await run.EndAsync(), run.Output, run.Errors));
    }

    [Fact]
    public async Task A_cluster_that_can_not_be_read_is_named_with_what_to_do()
    {
        await using var server = await EmbeddedApiServer.StartAsync(cancellationToken: Cancellation);
        var address = server.Address.GetLeftPart(UriPartial.Authority);
        foreach (var (kubeconfig, advice) in new[]
        {
            (server.Kubeconfig(), "Define them: kafka-logstash-operator crd | kubectl apply"),
            (server.Kubeconfig("alice"), "Ask for the right to list and watch kafkalogstashconnections, or look at a namespace of yours"),
            (TokenLine().Replace(server.Kubeconfig(), "token: nonsense"), "The API server refuses the credentials. Log in again"),
            (server.Kubeconfig().Replace(address, "https://127.0.0.1:1", StringComparison.Ordinal), "can't be reached: Connection refused"),
        })
        {
            await File.WriteAllTextAsync(ConfigFile("other"), kubeconfig, Cancellation);
            await using var run = new CommandRun(_later, "status", "--kubeconfig", ConfigFile("other"));

            Assert.Equal(2, await run.EndAsync());
            Assert.Empty(run.Output);
            Assert.Contains(advice, run.Errors, StringComparison.Ordinal);
            Assert.StartsWith("https://127.0.0.1:", run.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_kubeconfig_or_context_that_is_not_there_is_named()
    {
        await using var missing = new CommandRun(_later, "status", "--kubeconfig", ConfigFile("missing"));
        Assert.Equal(2, await missing.EndAsync());
        Assert.Contains(ConfigFile("missing"), missing.Errors, StringComparison.Ordinal);

        await using var context = Status("--context", "elsewhere");
        Assert.Equal(2, await context.EndAsync());
        Assert.Contains("elsewhere", context.Errors, StringComparison.Ordinal);
    }

    private const string Healthy = """
        {"observedGeneration": 1, "replicas": 2, "readyReplicas": 2, "readyRatio": "2/2", "transport": "Native", "version": "9.5.2", "groupId": "shop-billing",
         "pipelineHash": "4f2a", "lag": 310, "topics": [{"name": "orders", "partitions": 12, "lag": 310}], "conditions": [
         {"type": "Ready", "status": "True", "reason": "Ready", "message": "All pods run the pipeline.", "lastTransitionTime": "NOW"},
         {"type": "KafkaReachable", "status": "True", "reason": "Connected", "message": "3 brokers answer.", "lastTransitionTime": "NOW"}]}
        """;

    private const string Troubled = """
        {"observedGeneration": 1, "replicas": 0, "readyReplicas": 0, "readyRatio": "0/2", "transport": "Native", "version": "9.5.2", "conditions": [
         {"type": "Ready", "status": "False", "reason": "NotFound", "message": "ReferencesResolved: there is no Secret 'kafka'; create it.", "lastTransitionTime": "NOW"},
         {"type": "ReferencesResolved", "status": "False", "reason": "NotFound", "message": "there is no Secret 'kafka'; create it.", "lastTransitionTime": "NOW"}]}
        """;

    private CommandRun Status(params string[] args) => new(_later, ["status", "--kubeconfig", ConfigFile("admin"), .. args]);

    private static Task<string> UntilAsync(CommandRun run, string text) =>
        Eventually.AsksAsync(() => Task.FromResult(run.Output), output => output.Contains(text, StringComparison.Ordinal));

    private string ConfigFile(string name) => Path.Combine(_folder.FullName, name);

    private string Quiet(string name) => $"/apis/{Group}/namespaces/{_quiet}/{KafkaLogstashConnection.PluralName}/{name}";

    private async Task QuietAsync(string name, string spec, string? status)
    {
        var connection = Parse($$"""{"apiVersion": "{{Group}}", "kind": "KafkaLogstashConnection", "metadata": {"name": "{{name}}"}, "spec": {{spec}} }""");
        _ = (await Api.CreateAsync($"/apis/{Group}/namespaces/{_quiet}/{KafkaLogstashConnection.PluralName}", connection)).Body;
        if (status is not null)
        {
            await SetStatusAsync(name, status);
        }
    }

    private async Task SetStatusAsync(string name, string status)
    {
        var patch = Parse($$"""{"status": {{status.Replace("NOW", DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ"), StringComparison.Ordinal)}} }""");
        _ = (await Api.PatchAsync($"{Quiet(name)}/status", ApiSession.MergePatch, patch)).Body;
    }

    /// <summary>The output with the test's namespace called shop.</summary>
    private string Shown(string output) =>
        Regex.Replace(output, $"^(NAMESPACE|{_quiet}) +", match => match.Groups[1].Value == _quiet ? "shop        " : "NAMESPACE   ", RegexOptions.Multiline, TimeSpan.FromSeconds(1))
            .Replace(_quiet, "shop", StringComparison.Ordinal);

    [GeneratedRegex("token: .*", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TokenLine();

    private sealed class LaterTime(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + ahead;
    }
}
