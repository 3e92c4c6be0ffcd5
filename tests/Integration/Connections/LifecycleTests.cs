using System.Text.Json.Nodes;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Connections;

/// <summary>One resource in, its objects out, and what changes with it.</summary>
public sealed class LifecycleTests(SharedCluster shared) : ConnectionTest(shared)
{
    private const string Plain = """
        {"kafka": {"bootstrapServers": ["kafka:9092"]}, "input": {"topics": ["orders"]},
         "pipeline": {"filter": "mutate { add_tag => [\"seen\"] }", "outputs": "stdout { }"},
         "logstash": {"ports": [{"name": "http", "port": 8080}]}}
        """;

    [Fact]
    public async Task A_connection_becomes_its_objects_and_says_so()
    {
        await CreateAsync(Plain);

        var deployment = await ObjectAsync("apps/v1", "deployments", "orders-logstash");
        foreach (var (groupVersion, resource, name) in new[]
        {
            ("v1", "configmaps", (await PipelineAsync())["metadata"]!["name"]!.ToString()), ("v1", "configmaps", "orders-logstash-settings"),
            ("v1", "services", "orders-logstash"), ("policy/v1", "poddisruptionbudgets", "orders-logstash"),
        })
        {
            var made = await ObjectAsync(groupVersion, resource, name);
            var owner = made["metadata"]!["ownerReferences"]![0]!;
            Assert.Equal("orders", owner["name"]!.ToString());
            Assert.True(owner["controller"]!.GetValue<bool>());
            Assert.Equal("kafka-logstash-operator", made["metadata"]!["labels"]!["app.kubernetes.io/managed-by"]!.ToString());
        }

        Assert.Equal("docker.elastic.co/logstash/logstash:9.5.2", deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.ToString());
        await ConditionAsync("Accepted", "True");
        await ConditionAsync("ReferencesResolved", "True");
        Assert.Equal("RollingOut", (await ConditionAsync("LogstashAvailable", "False"))["reason"]!.ToString());
        await ConditionAsync("Reconciling", "True");
    }

    [Fact]
    public async Task Pods_that_ask_for_more_memory_and_for_two_ways_to_one_port_are_made()
    {
        await CreateAsync("""
            {"kafka": {"bootstrapServers": ["kafka:9092"]}, "input": {"topics": ["orders"]},
             "logstash": {"resources": {"requests": {"memory": "3Gi"} },
                          "ports": [{"name": "http", "port": 80, "targetPort": 8080}, {"name": "http-alt", "port": 8080}]} }
            """);

        var container = (await ObjectAsync("apps/v1", "deployments", "orders-logstash"))["spec"]!["template"]!["spec"]!["containers"]![0]!;
        Assert.Equal("3Gi", container["resources"]!["limits"]!["memory"]!.ToString());
        Assert.Equal(2, container["ports"]!.AsArray().Count);
        Assert.Equal(2, (await ObjectAsync("v1", "services", "orders-logstash"))["spec"]!["ports"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_changed_filter_changes_the_pipeline_and_rolls_the_pods()
    {
        await CreateAsync(Plain);
        var before = await ObjectAsync("apps/v1", "deployments", "orders-logstash");

        await PatchAsync("""{"pipeline": {"filter": "drop { }"}}""");

        await PipelineAsync(map => PipelineText(map).Contains("drop { }", StringComparison.Ordinal));
        await ObjectAsync("apps/v1", "deployments", "orders-logstash", deployment => StartHash(deployment) != StartHash(before));
    }

    [Fact]
    public async Task A_pipeline_that_is_reloaded_in_place_does_not_roll_the_pods()
    {
        await CreateAsync(Plain.Replace("\"filter\"", "\"reload\": \"InPlace\", \"filter\"", StringComparison.Ordinal));
        var before = await ObjectAsync("apps/v1", "deployments", "orders-logstash");

        await PatchAsync("""{"pipeline": {"filter": "drop { }"}}""");

        await PipelineAsync(map => PipelineText(map).Contains("drop { }", StringComparison.Ordinal));
        Assert.Equal(StartHash(before), StartHash(await ObjectAsync("apps/v1", "deployments", "orders-logstash")));
    }

    [Fact]
    public async Task The_scale_subresource_scales_the_pods()
    {
        await CreateAsync(Plain);
        await ObjectAsync("apps/v1", "deployments", "orders-logstash", deployment => deployment["spec"]!["replicas"]!.GetValue<int>() == 1);

        _ = (await Api.PatchAsync($"{ConnectionPath()}/scale", ApiSession.MergePatch, JsonNode.Parse("""{"spec": {"replicas": 3}}""")!)).Body;

        await ObjectAsync("apps/v1", "deployments", "orders-logstash", deployment => deployment["spec"]!["replicas"]!.GetValue<int>() == 3);
    }

    [Fact]
    public async Task While_paused_nothing_is_touched_and_afterwards_everything_is_made_up_for()
    {
        await CreateAsync(Plain);
        await PipelineAsync();

        await PatchAsync("""{"paused": true, "pipeline": {"filter": "drop { }"}}""");
        await ConditionAsync("Accepted", "True");
        Assert.DoesNotContain("drop { }", PipelineText(await PipelineAsync()), StringComparison.Ordinal);

        await PatchAsync("""{"paused": false}""");
        await PipelineAsync(map => PipelineText(map).Contains("drop { }", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Drift_is_repaired_and_foreign_fields_are_left_alone()
    {
        await CreateAsync(Plain);
        var pipeline = await PipelineAsync();
        var (path, made) = (PathOf("v1", "configmaps", pipeline["metadata"]!["name"]!.ToString()), PipelineText(pipeline));
        await ObjectAsync("v1", "services", "orders-logstash");
        await ObjectAsync("apps/v1", "deployments", "orders-logstash");

        _ = (await Api.PatchAsync(path, ApiSession.MergePatch, JsonNode.Parse("""{"metadata": {"labels": {"team": "shop"}}, "data": {"pipeline.conf": "changed"}}""")!)).Body;
        var repaired = await PipelineAsync(map => PipelineText(map) == made);
        Assert.Equal("shop", repaired["metadata"]!["labels"]!["team"]!.ToString());

        var uid = (await ObjectAsync("v1", "services", "orders-logstash"))["metadata"]!["uid"]!.ToString();
        await Api.DeleteAsync(PathOf("v1", "services", "orders-logstash"));
        await ObjectAsync("v1", "services", "orders-logstash", service => service["metadata"]!["uid"]!.ToString() != uid);

        _ = (await Api.PatchAsync(PathOf("apps/v1", "deployments", "orders-logstash"), ApiSession.MergePatch, JsonNode.Parse("""{"spec": {"replicas": 7, "template": {"metadata": {"annotations": {"restarted": "now"}}}}}""")!)).Body;
        var deployment = await ObjectAsync("apps/v1", "deployments", "orders-logstash", deployment => deployment["spec"]!["replicas"]!.GetValue<int>() == 1);
        Assert.Equal("now", deployment["spec"]!["template"]!["metadata"]!["annotations"]!["restarted"]!.ToString());
    }

    /// <summary>Says, as the controller of Deployments would, that the pods of the latest template are ready.</summary>
    private async Task PodsAreReadyAsync()
    {
        var generation = (await ObjectAsync("apps/v1", "deployments", "orders-logstash"))["metadata"]!["generation"]!.GetValue<long>();
        var status = new JsonObject { ["observedGeneration"] = generation, ["replicas"] = 1, ["updatedReplicas"] = 1, ["readyReplicas"] = 1, ["availableReplicas"] = 1 };
        _ = (await Api.PatchAsync($"{PathOf("apps/v1", "deployments", "orders-logstash")}/status", ApiSession.MergePatch, new JsonObject { ["status"] = status })).Body;
    }

    [Fact]
    public async Task What_is_deleted_as_soon_as_it_is_there_comes_again()
    {
        await CreateAsync(Plain);
        await ObjectAsync("apps/v1", "deployments", "orders-logstash");
        await using var services = await Api.WatchAsync($"{PathOf("v1", "services")}?watch=true");

        // The reconcile that makes it is still at work when it goes again.
        for (var times = 0; times < 20; times++)
        {
            await services.NextAsync(change => change.Summary == "ADDED orders-logstash");
            await Api.DeleteAsync(PathOf("v1", "services", "orders-logstash"));
        }

        await services.NextAsync(change => change.Summary == "ADDED orders-logstash");
    }

    [Fact]
    public async Task What_old_pods_need_stays_until_the_new_ones_run()
    {
        Assert.SkipWhen(Cluster.HasControllers, "The test says itself how far the pods are.");
        await SecretAsync("credentials", ("password", "s3cret"));
        await CreateAsync("""
            {"kafka": {"bootstrapServers": ["kafka:9092"], "authentication": {"type": "ScramSha512", "username": "orders", "passwordFrom": {"secretName": "credentials", "key": "password"}}},
             "input": {"topics": ["orders"]}, "pipeline": {"outputs": "stdout { }"}}
            """);
        await ObjectAsync("v1", "secrets", "orders-kafka-client");
        await PodsAreReadyAsync();

        await PatchAsync("""{"kafka": {"authentication": null}}""");
        await ConditionAsync("LogstashAvailable", "False");
        await ObjectAsync("v1", "secrets", "orders-kafka-client");

        await PodsAreReadyAsync();
        await GoneAsync("v1", "secrets", "orders-kafka-client");
    }

    [Fact]
    public async Task A_pod_that_restarts_finds_the_pipeline_that_it_was_made_for_until_new_ones_run()
    {
        Assert.SkipWhen(Cluster.HasControllers, "The test says itself how far the pods are.");
        await CreateAsync(Plain);
        var before = await PipelineAsync();
        await PodsAreReadyAsync();

        await PatchAsync("""{"pipeline": {"filter": "drop { }"}}""");
        await PipelineAsync(map => PipelineText(map).Contains("drop { }", StringComparison.Ordinal));
        await ConditionAsync("LogstashAvailable", "False");
        var (name, text) = (before["metadata"]!["name"]!.ToString(), PipelineText(before));
        Assert.Equal(text, PipelineText(await ObjectAsync("v1", "configmaps", name)));

        await PodsAreReadyAsync();
        await GoneAsync("v1", "configmaps", name);
    }

    [Fact]
    public async Task What_is_no_longer_wished_is_removed()
    {
        await CreateAsync(Plain.Replace("\"input\"", "\"networkPolicy\": {\"enabled\": true}, \"input\"", StringComparison.Ordinal));
        await ObjectAsync("networking.k8s.io/v1", "networkpolicies", "orders-logstash");
        await ObjectAsync("v1", "services", "orders-logstash");
        await ObjectAsync("apps/v1", "deployments", "orders-logstash", deployment => deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["ports"]!.AsArray().Count == 2);

        await PatchAsync("""{"networkPolicy": {"enabled": false}, "logstash": {"ports": []}}""");

        await GoneAsync("networking.k8s.io/v1", "networkpolicies", "orders-logstash");
        await GoneAsync("v1", "services", "orders-logstash");
        await ObjectAsync("apps/v1", "deployments", "orders-logstash", deployment => deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["ports"]!.AsArray().Count == 1);
    }

    [Fact]
    public async Task An_operator_that_starts_anew_goes_on_where_the_other_stopped()
    {
        await CreateAsync(Plain);
        await ObjectAsync("v1", "configmaps", "orders-logstash-settings");
        await RestartOperatorAsync();

        await ObjectAsync("apps/v1", "deployments", "orders-logstash");
        await ConditionAsync("Accepted", "True");
        var version = (await ObjectAsync("apps/v1", "deployments", "orders-logstash"))["metadata"]!["resourceVersion"]!.ToString();

        await RestartOperatorAsync();
        await PatchAsync("""{"pipeline": {"batchSize": 250}}""");
        await ObjectAsync("apps/v1", "deployments", "orders-logstash", deployment => deployment["metadata"]!["resourceVersion"]!.ToString() != version);
    }

    [Fact]
    public async Task Of_two_operators_one_works_and_the_other_takes_over()
    {
        await Operator.DisposeAsync();
        await using var second = await TakeOverAsync();
        await CreateAsync(Plain, "later");

        await ObjectAsync("apps/v1", "deployments", "later-logstash");

        async Task<OperatorUnderTest> TakeOverAsync()
        {
            var first = await OperatorUnderTest.StartAsync(Cluster.AdminConfiguration, Namespace, "first", elect: true);
            await ObjectAsync("coordination.k8s.io/v1", "leases", "operator", lease => lease["spec"]!["holderIdentity"]?.ToString() == "first");
            var next = await OperatorUnderTest.StartAsync(Cluster.AdminConfiguration, Namespace, "second", elect: true);
            await CreateAsync(Plain);
            await ObjectAsync("apps/v1", "deployments", "orders-logstash");
            Assert.Equal("first", (await ObjectAsync("coordination.k8s.io/v1", "leases", "operator"))["spec"]!["holderIdentity"]!.ToString());
            await first.DisposeAsync();
            return next;
        }
    }

    [Fact]
    public async Task A_steady_state_sends_no_request()
    {
        if (Cluster.Embedded is not { } server)
        {
            Assert.Skip("Requests can be counted on the embedded API server only.");
            return;
        }

        await CreateAsync(Plain);
        await ObjectAsync("apps/v1", "deployments", "orders-logstash");
        await ConditionAsync("LogstashAvailable", "False");
        await CreateAsync(Plain, "mark");
        await ConditionAsync("LogstashAvailable", "False", "mark");
        await Eventually.AsksAsync(
            async () =>
            {
                // What the start set off comes to rest; the requests of the test itself don't count.
                server.Requests.Clear();
                Operator.Enqueue(Key());
                await PatchAsync($"{{\"pipeline\": {{\"batchSize\": {Random.Shared.Next(1, 5000)}}}}}", "mark");
                await ConditionAsync("Accepted", "True", "mark");
                return server.Requests.Count(request => request.Name?.StartsWith("orders", StringComparison.Ordinal) == true && request.Namespace == Namespace);
            },
            requests => requests == 0);
    }
}
