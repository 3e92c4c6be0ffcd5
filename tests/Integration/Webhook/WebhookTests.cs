using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.Clusters;
using KafkaLogstash.Tests.Integration.Chart;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Webhook;

/// <summary>The webhook behind an API server: what it holds up, what it lets through, and who is trusted.</summary>
public sealed class WebhookTests(SharedCluster shared) : WebhookTest(shared)
{
    [Fact]
    public async Task What_is_invalid_already_can_be_labelled_finalised_and_deleted_but_not_changed()
    {
        var invalid = Connection(BrokenFilter);
        invalid["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        _ = (await Api.CreateAsync(Connections, invalid)).Body;
        await using var replica = await WebhookReplica.StartAsync(Cluster.AdminConfiguration, Namespace);
        await ConfigureAsync(replica.Port);
        await replica.ReadyAsync();
        await AskedAsync();

        await Kubectl.RunAsync("label", "klc/orders", "team=shop");
        await Kubectl.RunAsync("scale", "klc/orders", "--replicas=2");
        var changed = await Kubectl.TryAsync(null, "patch", "klc/orders", "--type=merge", "-p", """{"spec":{"pipeline":{"batchSize":10}}}""");
        Assert.Equal(1, changed.ExitCode);
        await Kubectl.RunAsync("delete", "klc/orders", "--wait=false");
        await Kubectl.RunAsync("patch", "klc/orders", "--type=merge", "-p", """{"metadata":{"finalizers":null}}""");

        Assert.Equal(404, (await Api.GetAsync($"{Connections}/orders")).Code);
    }

    [Fact]
    public async Task While_it_is_away_the_failure_policy_decides()
    {
        int port;
        await using (var replica = await WebhookReplica.StartAsync(Cluster.AdminConfiguration, Namespace))
        {
            port = replica.Port;
            await ConfigureAsync(port);
            await replica.ReadyAsync();
            await AskedAsync();
        }

        var closed = await Kubectl.TryAsync(Connection(Good).ToJsonString(), "apply", "-f", "-");
        await ConfigureAsync(port, "Ignore");
        await Eventually.AsksAsync(() => Api.CreateAsync($"{Connections}?dryRun=All", Connection(Good)), answer => answer.Code == 201);
        var open = await Kubectl.TryAsync(Connection(Good).ToJsonString(), "apply", "-f", "-");

        Assert.Equal(1, closed.ExitCode);
        Assert.Contains($"failed calling webhook \"{WebhookName}\"", closed.Error, StringComparison.Ordinal);
        Assert.Equal("kafkalogstashconnection.kafka-logstash.io/orders created\n", open.Output);
    }

    [Fact]
    public async Task While_it_is_away_only_what_changes_a_spec_is_held_up()
    {
        var held = Connection(Good);
        held["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        _ = (await Api.CreateAsync(Connections, held)).Body;
        var chart = await RenderedChart.WithAsync("webhook: {enabled: true}");
        await ConfigureAsync(FreePorts.Find(1)[0], conditions: chart.One("ValidatingWebhookConfiguration")["webhooks"]![0]!["matchConditions"]);
        await Eventually.AsksAsync(() => Api.CreateAsync($"{Connections}?dryRun=All", Connection(Good, "probe")), answer => answer.Code == 500);

        var changed = await Kubectl.TryAsync(null, "patch", "klc/orders", "--type=merge", "-p", """{"spec":{"pipeline":{"batchSize":10}}}""");
        Assert.Contains($"failed calling webhook \"{WebhookName}\"", changed.Error, StringComparison.Ordinal);
        await Kubectl.RunAsync("label", "klc/orders", "team=shop");
        await Kubectl.RunAsync("annotate", "klc/orders", "example.com/note=seen");
        await Kubectl.RunAsync("scale", "klc/orders", "--replicas=2");
        await Kubectl.RunAsync("delete", "klc/orders", "--wait=false");
        await Kubectl.RunAsync("patch", "klc/orders", "--type=merge", "-p", """{"metadata":{"finalizers":null}}""");

        Assert.Equal(404, (await Api.GetAsync($"{Connections}/orders")).Code);
    }

    [Fact]
    public async Task Replicas_that_start_together_agree_on_one_authority()
    {
        await ConfigureAsync(FreePorts.Find(1)[0]);
        var replicas = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => WebhookReplica.StartAsync(Cluster.AdminConfiguration, Namespace)));
        try
        {
            await Task.WhenAll(replicas.Select(replica => replica.ReadyAsync()));
            var secret = await SecretAsync();

            Assert.Equal(["ca-0.crt", "ca-0.key", "tls.crt", "tls.key"], secret.Keys.Order(StringComparer.Ordinal));
            Assert.Equal(secret["ca-0.crt"], await TrustedAsync());
            await Eventually.AsksAsync(() => Task.FromResult(replicas.Select(replica => replica.Certificates.Current?.Thumbprint).Distinct().Count()), count => count == 1);
            foreach (var replica in replicas)
            {
                await ConfigureAsync(replica.Port);
                await AskedAsync();
            }
        }
        finally
        {
            foreach (var replica in replicas)
            {
                await replica.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Whom_to_trust_is_the_operators_field_and_the_rest_is_not()
    {
        await using var replica = await WebhookReplica.StartAsync(Cluster.AdminConfiguration, Namespace);
        await ConfigureAsync(replica.Port);
        await replica.ReadyAsync();
        var owned = (await Api.GetAsync(ConfigurationPath)).Body["metadata"]!["managedFields"]!.AsArray()
            .Single(entry => entry!["manager"]!.ToString() == "kafka-logstash-operator")!["fieldsV1"]!;
        Assert.True(JsonNode.DeepEquals(owned, JsonNode.Parse(
            """{"f:webhooks":{"k:{\"name\":\"validate.kafka-logstash.io\"}":{".":{},"f:clientConfig":{"f:caBundle":{}},"f:name":{}}}}""")), owned.ToJsonString());
        var before = await TrustedAsync();

        // Git says again what it said, and takes nothing away; who wipes it out has it back in a moment.
        await ConfigureAsync(replica.Port);
        Assert.Equal(before, await TrustedAsync());
        _ = (await Api.PatchAsync(ConfigurationPath, ApiSession.JsonPatch, JsonNode.Parse("""[{"op":"remove","path":"/webhooks/0/clientConfig/caBundle"}]""")!)).Body;

        await Eventually.AsksAsync(TrustedAsync, trusted => trusted == before);
        await AskedAsync();
    }

    [Fact]
    public async Task Certificates_and_their_authority_are_renewed_without_a_refused_request()
    {
        // Certificates live a year and are renewed at two thirds of it; authorities live ten years, and the next is made known two days before it issues anything.
        // Two steps of the operator's clock lead from the middle of one authority's life to certificates of the next; all of them are valid at the API server's own time.
        var time = new ShiftedTime(-TimeSpan.FromDays((3650 * 2 / 3) + 260));
        await using var first = await WebhookReplica.StartAsync(Cluster.AdminConfiguration, Namespace, time);
        await using var second = await WebhookReplica.StartAsync(Cluster.AdminConfiguration, Namespace, time);
        await ConfigureAsync(first.Port);
        await Task.WhenAll(first.ReadyAsync(), second.ReadyAsync());
        var one = await SecretAsync();

        time.Shift = -TimeSpan.FromDays(259);
        var two = await Eventually.AsksAsync(SecretAsync, secret => secret["tls.crt"] != one["tls.crt"]);
        Assert.Equal(one["ca-0.crt"], two["ca-0.crt"]);
        Assert.True(two.ContainsKey("ca-1.crt"), "The next authority was not made known.");
        await Eventually.AsksAsync(TrustedAsync, trusted => trusted == two["ca-1.crt"] + two["ca-0.crt"]);
        await AskedAsync();

        using var ended = new CancellationTokenSource();
        var asked = await Task.WhenAll(RotateAsync(), AskAsync(ended.Token));

        Assert.True(asked.Sum() > 0);
        var three = await SecretAsync();
        Assert.NotEqual(two["tls.crt"], three["tls.crt"]);
        await Eventually.AsksAsync(() => Task.FromResult(first.Certificates.Current!.Thumbprint), thumbprint => thumbprint == second.Certificates.Current!.Thumbprint);

        async Task<int> RotateAsync()
        {
            time.Shift = TimeSpan.Zero;
            await Eventually.AsksAsync(SecretAsync, secret => secret["tls.crt"] != two["tls.crt"]);
            foreach (var replica in new[] { first, second, first })
            {
                await ConfigureAsync(replica.Port);
                await AskedAsync();
            }

            await ended.CancelAsync();
            return 0;
        }

        async Task<int> AskAsync(CancellationToken until)
        {
            var count = 0;
            while (!until.IsCancellationRequested)
            {
                var answer = await Api.CreateAsync($"{Connections}?dryRun=All", Connection(Good));
                Assert.True(answer.Code == 201, answer.ToString());
                count++;
            }

            return count;
        }
    }

    [Fact]
    public async Task It_is_reached_through_its_Service_whichever_replica_answers()
    {
        Assert.SkipWhen(Cluster.Embedded is null, "This API server reaches Services by addresses that nobody routes here.");
        await using var first = await WebhookReplica.StartAsync(Cluster.AdminConfiguration, Namespace);
        await using var second = await WebhookReplica.StartAsync(Cluster.AdminConfiguration, Namespace);
        _ = (await Api.CreateAsync(PathOf("v1", "services"), Parse($$$"""
            {"metadata":{"name":"{{{WebhookReplica.Service}}}"},"spec":{"ports":[{"name":"https","port":443,"targetPort":9443}]} }
            """))).Body;
        foreach (var replica in new[] { first, second })
        {
            _ = (await Api.CreateAsync(PathOf("discovery.k8s.io/v1", "endpointslices"), Parse($$$"""
                {"metadata":{"name":"webhook-{{{replica.Port}}}","labels":{"kubernetes.io/service-name":"{{{WebhookReplica.Service}}}"} },"addressType":"IPv4",
                 "endpoints":[{"addresses":["127.0.0.1"],"conditions":{"ready":true} }],"ports":[{"name":"https","port":{{{replica.Port}}},"protocol":"TCP"}]}
                """))).Body;
        }

        var client = new JsonObject { ["service"] = new JsonObject { ["name"] = WebhookReplica.Service, ["namespace"] = Namespace, ["path"] = "/validate" } };
        _ = (await Api.ApplyAsync(ConfigurationPath, "gitops", Configuration(client))).Body;
        await Task.WhenAll(first.ReadyAsync(), second.ReadyAsync());

        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(422, (await Api.CreateAsync($"{Connections}?dryRun=All", Connection(BrokenFilter))).Code);
        }
    }

    private async Task<string> TrustedAsync() => await BundleAsync() is { } bundle ? System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(bundle.ToString())) : "";
}
