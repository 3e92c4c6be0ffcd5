using System.Text;
using System.Text.Json.Nodes;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Connections;

/// <summary>What is wrong is named, changes nothing that runs, and heals.</summary>
public sealed class BadInputTests(SharedCluster shared) : ConnectionTest(shared)
{
    private const string Plain = """
        {"kafka": {"bootstrapServers": ["kafka:9092"]}, "input": {"topics": ["orders"]}, "pipeline": {"outputs": "stdout { }"}}
        """;

    private const string Scram = """
        {"kafka": {"bootstrapServers": ["kafka:9092"], "authentication": {"type": "ScramSha512", "username": "orders",
         "passwordFrom": {"secretName": "credentials", "key": "password"}}}, "input": {"topics": ["orders"]}, "pipeline": {"outputs": "stdout { }"}}
        """;

    [Fact]
    public async Task A_broken_filter_is_refused_with_its_place_and_what_runs_stays()
    {
        await CreateAsync(Plain);
        var running = PipelineText(await PipelineAsync());
        await ObjectAsync("apps/v1", "deployments", "orders-logstash");

        await PatchAsync("""{"pipeline": {"filter": "mutate {\n  add_tag => [a-b]\n}"}}""");

        var accepted = await ConditionAsync("Accepted", "False");
        Assert.Contains("spec.pipeline.filter, line 2, column", accepted["message"]!.ToString(), StringComparison.Ordinal);
        await ConditionAsync("Stalled", "True");
        Assert.Equal(running, PipelineText(await PipelineAsync()));

        for (var i = 0; i < 5; i++)
        {
            Operator.Enqueue(Key());
        }

        await PatchAsync("""{"pipeline": {"batchSize": 10}}""");
        await ConditionAsync("Accepted", "False");
        var warning = Assert.Single(await Eventually.AsksAsync(() => EventsAsync("Invalid"), events => events.Count > 0));
        Assert.Equal("Warning", warning["type"]!.ToString());

        await PatchAsync("""{"pipeline": {"filter": "drop { }"}}""");
        await ConditionAsync("Accepted", "True");
        await ConditionAsync("Stalled", "False");
    }

    [Fact]
    public async Task A_missing_Secret_is_named_and_heals_when_it_comes()
    {
        await CreateAsync(Scram);
        Assert.Contains("'credentials'", (await ConditionAsync("ReferencesResolved", "False"))["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(404, (await Api.GetAsync(PathOf("apps/v1", "deployments", "orders-logstash"))).Code);

        await SecretAsync("credentials", ("pasword", "x"));
        await Eventually.AsksAsync(async () => (await ConditionAsync("ReferencesResolved", "False"))["message"]!.ToString(), message => message.Contains("has no key 'password'; it has 'pasword'", StringComparison.Ordinal));

        await SecretAsync("credentials", ("password", "x"));
        await ConditionAsync("ReferencesResolved", "True");
        await ObjectAsync("apps/v1", "deployments", "orders-logstash");
    }

    [Fact]
    public async Task A_rotated_password_reaches_the_derived_Secret_and_rolls_the_pods()
    {
        await SecretAsync("credentials", ("password", "one"));
        await CreateAsync(Scram);
        var before = await ObjectAsync("apps/v1", "deployments", "orders-logstash");
        Assert.Contains("password=\"one\"", await JaasAsync(), StringComparison.Ordinal);

        await SecretAsync("credentials", ("password", "two"));

        await ObjectAsync("apps/v1", "deployments", "orders-logstash", deployment => StartHash(deployment) != StartHash(before));
        Assert.Contains("password=\"two\"", await JaasAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Secret_in_the_environment_or_in_a_volume_rolls_the_pods_too()
    {
        await SecretAsync("search", ("key", "one"));
        await SecretAsync("mounted", ("file", "one"));
        await CreateAsync(Plain);
        await PatchAsync("""
            {"logstash": {"env": [{"name": "SEARCH_KEY", "valueFrom": {"secretKeyRef": {"name": "search", "key": "key"}}}],
             "podTemplate": {"spec": {"volumes": [{"name": "extra", "secret": {"secretName": "mounted"}}]}}}}
            """);
        var deployment = await ObjectAsync("apps/v1", "deployments", "orders-logstash", d => d.ToJsonString().Contains("\"mounted\"", StringComparison.Ordinal));

        await SecretAsync("search", ("key", "two"));
        deployment = await ObjectAsync("apps/v1", "deployments", "orders-logstash", d => StartHash(d) != StartHash(deployment));

        await SecretAsync("mounted", ("file", "two"));
        await ObjectAsync("apps/v1", "deployments", "orders-logstash", d => StartHash(d) != StartHash(deployment));
    }

    [Fact]
    public async Task No_secret_leaves_the_Secrets()
    {
        const string Password = "s3cr€t\"\\;${PATH}'\u007f";
        await SecretAsync("credentials", ("password", Password));
        await CreateAsync(Scram);
        await ObjectAsync("apps/v1", "deployments", "orders-logstash");
        await PatchAsync("""{"pipeline": {"filter": "broken ["}}""");
        await ConditionAsync("Accepted", "False");

        var told = new StringBuilder();
        foreach (var (groupVersion, resource) in new[] { ("v1", "configmaps"), ("apps/v1", "deployments"), ("v1", "events"), (Group, "kafkalogstashconnections") })
        {
            told.Append((await Api.GetAsync(PathOf(groupVersion, resource))).Text);
        }

        told.AppendJoin('\n', Operator.Log);
        Assert.DoesNotContain("s3cr", told.ToString(), StringComparison.Ordinal);
        Assert.Contains("s3cr", await JaasAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_secret_stays_with_the_operator()
    {
        // As kubectl apply writes it: the whole object, once more.
        var secret = Parse("""
            {"apiVersion": "v1", "kind": "Secret", "data": {"password": "czNjcmV0"},
             "metadata": {"name": "credentials", "labels": {"copied": "s3cret"},
                          "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{\"data\":{\"password\":\"czNjcmV0\"}}"}}}
            """);
        _ = (await Api.CreateAsync(PathOf("v1", "secrets"), secret)).Body;
        await CreateAsync(Scram);
        await ObjectAsync("apps/v1", "deployments", "orders-logstash");

        var kept = await Eventually.AsksAsync(() => Task.FromResult(Operator.Secrets()), kept => kept.Contains("orders-kafka-client", StringComparison.Ordinal));

        Assert.Contains("credentials", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("czNjcmV0", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", kept, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_is_none_is_named_and_not_quoted()
    {
        await SecretAsync("kafka-ca", ("ca.crt", "not a certificate"));
        await CreateAsync(Plain.Replace("\"bootstrapServers\"", "\"tls\": {\"trustedCertificates\": [{\"secretName\": \"kafka-ca\", \"key\": \"ca.crt\"}]}, \"bootstrapServers\"", StringComparison.Ordinal));

        var message = (await ConditionAsync("ReferencesResolved", "False"))["message"]!.ToString();

        Assert.Contains("Secret 'kafka-ca', key 'ca.crt'", message, StringComparison.Ordinal);
        Assert.Contains("BEGIN CERTIFICATE", message, StringComparison.Ordinal);
        Assert.DoesNotContain("not a certificate", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_of_somebody_else_is_not_overwritten()
    {
        _ = (await Api.CreateAsync(PathOf("v1", "configmaps"), ConfigMap("orders-logstash-settings", "theirs"))).Body;
        await CreateAsync(Plain);

        var accepted = await ConditionAsync("Accepted", "False");

        Assert.Equal("NameTaken", accepted["reason"]!.ToString());
        Assert.Contains("orders-logstash-settings", accepted["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal("theirs", (await ObjectAsync("v1", "configmaps", "orders-logstash-settings"))["data"]!["key"]!.ToString());
    }

    [Fact]
    public async Task When_the_object_of_somebody_else_is_gone_it_goes_on()
    {
        var theirs = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "orders-logstash" },
            ["spec"] = JsonNode.Parse("""{"podSelector": {}}"""),
        };
        _ = (await Api.CreateAsync(PathOf("networking.k8s.io/v1", "networkpolicies"), theirs)).Body;
        await CreateAsync(Plain.Replace("\"input\"", "\"networkPolicy\": {\"enabled\": true}, \"input\"", StringComparison.Ordinal));
        Assert.Equal("NameTaken", (await ConditionAsync("Accepted", "False"))["reason"]!.ToString());

        await Api.DeleteAsync(PathOf("networking.k8s.io/v1", "networkpolicies", "orders-logstash"));

        await ConditionAsync("Accepted", "True");
        await ObjectAsync("networking.k8s.io/v1", "networkpolicies", "orders-logstash");
    }

    [Fact]
    public async Task A_pod_template_that_the_API_server_refuses_is_said_so()
    {
        await CreateAsync(Plain);
        await ObjectAsync("apps/v1", "deployments", "orders-logstash");

        await PatchAsync("""{"logstash": {"podTemplate": {"spec": {"containers": [{"name": "side car", "image": "x"}]}}}}""");

        Assert.Equal("Refused", (await ConditionAsync("Accepted", "False"))["reason"]!.ToString());
    }

    [Theory]
    [InlineData("""{"name": "logstash", "resource": {}}""", "resource")]
    [InlineData("""{"name": "logstash", "volumeMounts": [{"name": "nowhere", "mountPath": "/data"}]}""", "nowhere")]
    public async Task A_change_that_is_refused_in_part_is_not_made_at_all(string container, string told)
    {
        await CreateAsync(Plain);
        var running = PipelineText(await PipelineAsync());
        await ObjectAsync("apps/v1", "deployments", "orders-logstash");
        await ConditionAsync("Accepted", "True");

        await PatchAsync($$$"""
            {"pipeline": {"filter": "drop { }"}, "logstash": {"podTemplate": {"spec": {"containers": [ {{{container}}} ]} } } }
            """);

        var accepted = await ConditionAsync("Accepted", "False");
        Assert.Equal("Refused", accepted["reason"]!.ToString());
        Assert.Contains(told, accepted["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(running, PipelineText(await PipelineAsync()));
    }

    [Fact]
    public async Task What_Kafka_says_becomes_conditions_and_lag()
    {
        await CreateAsync(Plain);
        await ObjectAsync("apps/v1", "deployments", "orders-logstash");

        Operator.Kafka.Answer(Key().ToString(), new KafkaFacts
        {
            Reachable = new KafkaFinding(true, "Reachable", "One broker answers."),
            TopicsAvailable = new KafkaFinding(false, "TopicMissing", "There is no topic 'orders'."),
            Topics = [new TopicFacts("orders", 12, 310)],
            Lag = 310,
            At = DateTimeOffset.UnixEpoch,
        });

        Assert.Equal("TopicMissing", (await ConditionAsync("TopicsAvailable", "False"))["reason"]!.ToString());
        var status = (await Api.GetAsync(ConnectionPath())).Body["status"]!;
        Assert.Equal(310, status["lag"]!.GetValue<long>());
        Assert.Equal(12, status["topics"]![0]!["partitions"]!.GetValue<int>());
    }

    private async Task<string> JaasAsync()
    {
        var secret = await ObjectAsync("v1", "secrets", "orders-kafka-client");
        return Encoding.UTF8.GetString(Convert.FromBase64String(secret["data"]!["sasl.jaas.config"]!.ToString()));
    }
}
