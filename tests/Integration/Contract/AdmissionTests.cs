using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.Clusters;
using KafkaLogstash.Tests.Integration.Clusters;
using KafkaLogstash.Tests.Integration.Webhook;

namespace KafkaLogstash.Tests.Integration.Contract;

/// <summary>How an API server asks a validating webhook, and what it makes of the answer.</summary>
public sealed class AdmissionTests(SharedCluster shared, SampleResource resource) : SampleTest(shared, resource)
{
    private const string Configurations = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    private const string WebhookName = "samples.example.com";

    private WebhookPeer _peer = null!;

    private string ConfigurationPath => $"{Configurations}/{Namespace}";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Assert.SkipWhen(Cluster.Kind is TestCluster.K3s or TestCluster.Kubeconfig, "This API server runs elsewhere, and can't call back what runs in a test.");
        _peer = await WebhookPeer.StartAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        if (_peer is not null)
        {
            await Api.DeleteAsync(ConfigurationPath);
            await _peer.DisposeAsync();
        }

        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task It_is_told_the_change_as_it_would_be_kept()
    {
        await ConfigureAsync();

        await CreateSampleAsync("a");
        await Api.PatchAsync($"{Samples}/a", ApiSession.MergePatch, Parse("""{"spec":{"size":7}}"""));
        await Api.DeleteAsync($"{Samples}/a");

        var create = Asked("CREATE");
        Assert.Equal("a", create["name"]!.ToString());
        Assert.Equal(Namespace, create["namespace"]!.ToString());
        Assert.Equal(Sorted(Kind()), Sorted(create["kind"]!));
        Assert.Equal(Sorted(Kind()), Sorted(create["requestKind"]!));
        Assert.Equal("samples", create["resource"]!["resource"]!.ToString());
        Assert.Equal("Sample", create["object"]!["kind"]!.ToString());
        Assert.Equal(Resource.GroupVersion, create["object"]!["apiVersion"]!.ToString());
        Assert.Equal("red", create["object"]!["spec"]!["colour"]!.ToString());
        Assert.NotNull(create["object"]!["metadata"]!["uid"]);
        Assert.Null(create["oldObject"]);
        Assert.False((bool)create["dryRun"]!);
        Assert.Equal("CreateOptions", create["options"]!["kind"]!.ToString());
        Assert.False(string.IsNullOrEmpty(create["userInfo"]!["username"]?.ToString()));
        Assert.False(string.IsNullOrEmpty(create["uid"]?.ToString()));

        var update = Asked("UPDATE");
        Assert.Equal(7, (int)update["object"]!["spec"]!["size"]!);
        Assert.Equal(3, (int)update["oldObject"]!["spec"]!["size"]!);
        Assert.Equal(2, (int)update["object"]!["metadata"]!["generation"]!);
        Assert.Equal("UpdateOptions", update["options"]!["kind"]!.ToString());

        var delete = Asked("DELETE");
        Assert.Null(delete["object"]);
        Assert.Equal(7, (int)delete["oldObject"]!["spec"]!["size"]!);
    }

    [Fact]
    public async Task A_denial_is_passed_on_with_its_status()
    {
        await ConfigureAsync();
        Deny("""{"code":422,"reason":"Invalid","message":"that won't do","details":{"name":"a","kind":"Sample","causes":[{"field":"spec.size","message":"no"}]}}""");

        var answer = await Api.CreateAsync(Samples, Resource.Sample("a"));

        Assert.Equal($"admission webhook \"{WebhookName}\" denied the request: that won't do", answer.Refused(422, "Invalid"));
        Assert.Equal("spec.size", JsonNode.Parse(answer.Text)!["details"]!["causes"]![0]!["field"]!.ToString());
        Assert.Equal(404, (await Api.GetAsync($"{Samples}/a")).Code);
    }

    [Theory]
    [InlineData("{}", 400, "", " without explanation")]
    [InlineData("""{"code":200,"status":"Success","message":"odd"}""", 400, "", ": odd")]
    [InlineData("""{"code":403,"reason":"Forbidden"}""", 403, "Forbidden", ": Forbidden")]
    public async Task A_denial_that_says_little_is_completed(string status, int code, string reason, string told)
    {
        await ConfigureAsync();
        Deny(status);

        var refused = await Api.CreateAsync(Samples, Resource.Sample("a"));
        var body = JsonNode.Parse(refused.Text)!;

        Assert.Equal(code, refused.Code);
        Assert.Equal("Failure", body["status"]!.ToString());
        Assert.Equal(reason, body["reason"]?.ToString() ?? "");
        Assert.Equal($"admission webhook \"{WebhookName}\" denied the request{told}", body["message"]!.ToString());
    }

    [Fact]
    public async Task Warnings_become_headers_whether_it_is_allowed_or_not()
    {
        await ConfigureAsync();
        _peer.Answer = _ => Task.FromResult(Parse("""{"allowed":true,"warnings":["take care of \"a\"","second"]}"""));
        var allowed = await Api.CreateAsync(Samples, Resource.Sample("a"));
        _peer.Answer = _ => Task.FromResult(Parse("""{"allowed":false,"warnings":["still"]}"""));
        var denied = await Api.CreateAsync(Samples, Resource.Sample("b"));

        Assert.Equal(["299 - \"take care of \\\"a\\\"\"", "299 - \"second\""], allowed.Warnings);
        Assert.Equal(["299 - \"still\""], denied.Warnings);
    }

    [Fact]
    public async Task A_dry_run_is_asked_too_and_keeps_nothing()
    {
        await ConfigureAsync();

        await Api.CreateAsync($"{Samples}?dryRun=All", Resource.Sample("a"));

        Assert.True((bool)Asked("CREATE")["dryRun"]!);
        Assert.Equal(404, (await Api.GetAsync($"{Samples}/a")).Code);
    }

    [Fact]
    public async Task A_subresource_is_asked_about_only_where_a_rule_names_it()
    {
        await CreateSampleAsync("a");
        await ConfigureAsync();
        await Api.PatchAsync($"{Samples}/a/status", ApiSession.MergePatch, Parse("""{"status":{"replicas":1}}"""));
        await Api.PatchAsync($"{Samples}/a/scale", ApiSession.MergePatch, Parse("""{"spec":{"replicas":2}}"""));
        Assert.Empty(_peer.Requests);

        await ConfigureAsync(webhook => webhook["rules"]![0]!["resources"] = new JsonArray("samples", "samples/scale"));
        await Api.PatchAsync($"{Samples}/a/scale", ApiSession.MergePatch, Parse("""{"spec":{"replicas":3}}"""));

        var scale = Asked("UPDATE");
        Assert.Equal("scale", scale["subResource"]!.ToString());
        Assert.Equal("Scale", scale["kind"]!["kind"]!.ToString());
        Assert.Equal("Scale", scale["object"]!["kind"]!.ToString());
        Assert.Equal(3, (int)scale["object"]!["spec"]!["replicas"]!);
    }

    [Fact]
    public async Task Selectors_say_which_objects_it_is_asked_about()
    {
        await ConfigureAsync(webhook => webhook["objectSelector"] = Parse("""{"matchExpressions":[{"key":"skip","operator":"DoesNotExist"}]}"""));
        var skipped = Resource.Sample("a");
        skipped["metadata"]!["labels"] = new JsonObject { ["skip"] = "yes" };
        var elsewhere = await Cluster.CreateNamespaceAsync("contract", Cancellation);

        await Api.CreateAsync(Samples, skipped);
        await Api.CreateAsync($"/apis/{Resource.GroupVersion}/namespaces/{elsewhere}/samples", Resource.Sample("a"));
        Assert.Empty(_peer.Requests);

        // Either side of a change is enough.
        await Api.PatchAsync($"{Samples}/a", ApiSession.MergePatch, Parse("""{"metadata":{"labels":{"skip":null}}}"""));
        Asked("UPDATE");
        await Api.DeleteAsync($"/api/v1/namespaces/{elsewhere}");
    }

    [Fact]
    public async Task Conditions_say_which_changes_it_is_asked_about()
    {
        await ConfigureAsync(webhook =>
        {
            Conditions("request.operation == 'CREATE' || (!has(object.metadata.deletionTimestamp) && object.spec != oldObject.spec)")(webhook);
            webhook["rules"]![0]!["operations"] = new JsonArray("CREATE", "UPDATE");
        });
        await CreateSampleAsync("a");
        Asked("CREATE");
        _peer.Requests.Clear();

        await Api.PatchAsync($"{Samples}/a", ApiSession.MergePatch, Parse("""{"metadata":{"labels":{"team":"shop"},"finalizers":["example.com/hold"]}}"""));
        Assert.Empty(_peer.Requests);
        await Api.PatchAsync($"{Samples}/a", ApiSession.MergePatch, Parse("""{"spec":{"size":7}}"""));
        Assert.Equal(7, (int)Asked("UPDATE")["object"]!["spec"]!["size"]!);
        _peer.Requests.Clear();
        await Api.DeleteAsync($"{Samples}/a");
        await Api.PatchAsync($"{Samples}/a", ApiSession.MergePatch, Parse("""{"metadata":{"finalizers":null}}"""));

        Assert.Empty(_peer.Requests);
        Assert.Equal(404, (await Api.GetAsync($"{Samples}/a")).Code);
    }

    [Fact]
    public async Task A_condition_that_can_not_be_evaluated_fails_closed_or_open_as_the_policy_says()
    {
        await ConfigureAsync(Conditions("object.metadata.missing == 'a'"), reached: false);
        var closed = await Eventually.AsksAsync(() => Api.CreateAsync($"{Samples}?dryRun=All", Resource.Sample("a")), answer => answer.Code == 403);
        Assert.Contains("no such key: missing", closed.Refused(403, "Forbidden"), StringComparison.Ordinal);

        // One that does not hold decides, whatever becomes of the others.
        await ConfigureAsync(Conditions("object.metadata.missing == 'a'", "object.metadata.name != 'a'"), reached: false);
        await Eventually.AsksAsync(() => Api.CreateAsync($"{Samples}?dryRun=All", Resource.Sample("a")), answer => answer.Code == 201);

        await ConfigureAsync(
            webhook =>
            {
                Conditions("object.metadata.missing == 'a'")(webhook);
                webhook["failurePolicy"] = "Ignore";
            },
            reached: false);
        await Eventually.AsksAsync(() => Api.CreateAsync($"{Samples}?dryRun=All", Resource.Sample("b")), answer => answer.Code == 201);
        Assert.Empty(_peer.Requests);
    }

    [Fact]
    public async Task A_webhook_that_is_away_fails_closed_or_open_as_its_policy_says()
    {
        var port = FreePorts.Find(1)[0];
        await ConfigureAsync();
        await ConfigureAsync(webhook => webhook["clientConfig"]!["url"] = $"https://localhost:{port}/validate", reached: false);

        var closed = await Eventually.AsksAsync(() => Api.CreateAsync($"{Samples}?dryRun=All", Resource.Sample("a")), answer => answer.Code == 500);
        Assert.StartsWith(
            $"Internal error occurred: failed calling webhook \"{WebhookName}\": failed to call webhook: Post \"https://localhost:{port}/validate?timeout=5s\": ",
            closed.Refused(500, "InternalError"),
            StringComparison.Ordinal);

        await ConfigureAsync(
            webhook =>
            {
                webhook["clientConfig"]!["url"] = $"https://localhost:{port}/validate";
                webhook["failurePolicy"] = "Ignore";
            },
            reached: false);
        await Eventually.AsksAsync(() => Api.CreateAsync($"{Samples}?dryRun=All", Resource.Sample("a")), answer => answer.Code == 201);
    }

    [Fact]
    public async Task Whoever_the_bundle_does_not_name_is_not_trusted()
    {
        await ConfigureAsync();
        await using var other = await WebhookPeer.StartAsync();
        await ConfigureAsync(webhook => webhook["clientConfig"]!["caBundle"] = other.Bundle, reached: false);

        var refused = await Eventually.AsksAsync(() => Api.CreateAsync($"{Samples}?dryRun=All", Resource.Sample("a")), answer => answer.Code == 500);

        Assert.Contains("tls: failed to verify certificate", refused.Refused(500, "InternalError"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_in_time_to_this_very_question_is_what_counts()
    {
        await ConfigureAsync(webhook => webhook["timeoutSeconds"] = 1);
        _peer.Uid = "another";
        var uid = (await Api.CreateAsync(Samples, Resource.Sample("a"))).Refused(500, "InternalError");
        _peer.Uid = null;
        using var ended = new CancellationTokenSource();
        _peer.Answer = async _ =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return new JsonObject { ["allowed"] = true };
        };
        var late = (await Api.CreateAsync(Samples, Resource.Sample("a"))).Refused(500, "InternalError");
        await ended.CancelAsync();

        Assert.Contains("received invalid webhook response: expected response.uid=\"", uid, StringComparison.Ordinal);
        Assert.Contains($"Post \"{_peer.Url}?timeout=1s\": context deadline exceeded", late, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name", "\"short.name\"", "webhooks[0].name: Invalid value: \"short.name\": should be a domain with at least three segments separated by dots")]
    [InlineData("sideEffects", "null", "webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun")]
    [InlineData("sideEffects", "\"Some\"", "webhooks[0].sideEffects: Unsupported value: \"Some\": supported values: \"None\", \"NoneOnDryRun\"")]
    [InlineData("timeoutSeconds", "31", "webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds")]
    [InlineData("admissionReviewVersions", "[]", "webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1")]
    [InlineData("failurePolicy", "\"Maybe\"", "webhooks[0].failurePolicy: Unsupported value: \"Maybe\": supported values: \"Fail\", \"Ignore\"")]
    [InlineData("matchConditions", "[{\"name\":\"a\",\"expression\":\"request.operation\"}]", "webhooks[0].matchConditions[0].expression: Invalid value: \"request.operation\": must evaluate to bool")]
    [InlineData("matchConditions", "[{\"name\":\"a\",\"expression\":\"wrong\"}]", "webhooks[0].matchConditions[0].expression: Invalid value: \"wrong\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'wrong'")]
    [InlineData("matchConditions", "[{\"name\":\"a b\",\"expression\":\"true\"}]", "webhooks[0].matchConditions[0].name: Invalid value: \"a b\": name part must consist of")]
    [InlineData("clientConfig", "{}", "webhooks[0].clientConfig: Required value: exactly one of url or service is required")]
    [InlineData("clientConfig", "{\"url\":\"http://localhost/\"}", "webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme; desired format: https://host[/path]")]
    public async Task A_configuration_that_can_not_work_is_refused(string field, string value, string expected)
    {
        var configuration = Configuration(webhook => webhook[field] = JsonNode.Parse(value));

        var message = (await Api.CreateAsync(Configurations, configuration)).Refused(422, "Invalid");

        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_left_out_of_a_configuration_has_its_defaults()
    {
        var configuration = Configuration(webhook =>
        {
            webhook.Remove("timeoutSeconds");
            webhook.Remove("failurePolicy");
            webhook.Remove("namespaceSelector");
            webhook["rules"]![0]!["apiGroups"] = new JsonArray("none.example.com");
        });

        var webhook = (await Api.CreateAsync(Configurations, configuration)).Body["webhooks"]![0]!;

        Assert.Equal("Fail", webhook["failurePolicy"]!.ToString());
        Assert.Equal("Equivalent", webhook["matchPolicy"]!.ToString());
        Assert.Equal(10, (int)webhook["timeoutSeconds"]!);
        Assert.Equal("{}", webhook["namespaceSelector"]!.ToJsonString());
        Assert.Equal("*", webhook["rules"]![0]!["scope"]!.ToString());
    }

    [Fact]
    public async Task One_field_of_a_webhook_can_be_owned_by_another_than_the_rest()
    {
        var rest = Configuration(webhook => webhook["clientConfig"]!.AsObject().Remove("caBundle"));
        rest["webhooks"]![0]!["rules"]![0]!["apiGroups"] = new JsonArray("none.example.com");
        var one = Parse($$$"""
            {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration","metadata":{"name":"{{{Namespace}}}"},
             "webhooks":[{"name":"{{{WebhookName}}}","clientConfig":{"caBundle":"{{{_peer.Bundle}}}"} }]}
            """);

        _ = (await Api.ApplyAsync(ConfigurationPath, "gitops", rest)).Body;
        _ = (await Api.ApplyAsync(ConfigurationPath, "operator", one)).Body;
        var again = (await Api.ApplyAsync(ConfigurationPath, "gitops", rest)).Body;

        Assert.Equal(_peer.Bundle, again["webhooks"]![0]!["clientConfig"]!["caBundle"]!.ToString());
        var stale = one.DeepClone().AsObject();
        stale["metadata"]!["resourceVersion"] = "1";
        stale["webhooks"]![0]!["clientConfig"]!["caBundle"] = "";
        (await Api.ApplyAsync(ConfigurationPath, "operator", stale)).Refused(409, "Conflict");
    }

    private JsonObject Kind() => new() { ["group"] = Resource.Group, ["version"] = "v1", ["kind"] = "Sample" };

    private JsonObject Asked(string operation) => Assert.Single(_peer.Requests, request => request["operation"]!.ToString() == operation);

    private void Deny(string status) =>
        _peer.Answer = _ => Task.FromResult(new JsonObject { ["allowed"] = false, ["status"] = JsonNode.Parse(status) });

    private JsonObject Configuration(Action<JsonObject>? change = null)
    {
        var webhook = Parse($$$"""
            {"name":"{{{WebhookName}}}","sideEffects":"None","admissionReviewVersions":["v1"],"timeoutSeconds":5,"failurePolicy":"Fail",
             "clientConfig":{"url":"{{{_peer.Url}}}","caBundle":"{{{_peer.Bundle}}}"},
             "namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"{{{Namespace}}}"} },
             "rules":[{"apiGroups":["{{{Resource.Group}}}"],"apiVersions":["v1"],"operations":["*"],"resources":["samples"]}]}
            """);
        change?.Invoke(webhook);
        return new JsonObject
        {
            ["apiVersion"] = "admissionregistration.k8s.io/v1",
            ["kind"] = "ValidatingWebhookConfiguration",
            ["metadata"] = new JsonObject { ["name"] = Namespace },
            ["webhooks"] = new JsonArray(webhook),
        };
    }

    /// <summary>Configures the webhook and waits until the API server has heard of it.</summary>
    private static Action<JsonObject> Conditions(params string[] expressions) => webhook => webhook["matchConditions"] = new JsonArray(
        [.. expressions.Select((expression, i) => (JsonNode)new JsonObject { ["name"] = $"condition-{i}", ["expression"] = expression })]);

    private async Task ConfigureAsync(Action<JsonObject>? change = null, bool reached = true)
    {
        // A probe that no test makes tells which configuration is at work.
        var marker = $"m{Guid.NewGuid():N}"[..8];
        var configuration = Configuration(change);
        if (reached)
        {
            var probe = configuration["webhooks"]![0]!.DeepClone();
            probe["name"] = $"{marker}.example.com";
            probe["objectSelector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["probe"] = marker } };
            configuration["webhooks"]!.AsArray().Add(probe);
        }

        _ = (await Api.ApplyAsync(ConfigurationPath, "tests", configuration, force: true)).Body;
        if (reached)
        {
            var sample = Resource.Sample("probe");
            sample["metadata"]!["labels"] = new JsonObject { ["probe"] = marker, ["skip"] = "yes" };
            await Eventually.AsksAsync(
                async () =>
                {
                    _ = await Api.CreateAsync($"{Samples}?dryRun=All", sample);
                    return _peer.Requests.Any(request => request["object"]?["metadata"]?["labels"]?["probe"]?.ToString() == marker);
                },
                asked => asked);
            _peer.Requests.Clear();
        }
    }

    private static string Sorted(JsonNode node) =>
        new JsonObject(node.AsObject().OrderBy(static pair => pair.Key, StringComparer.Ordinal)
            .Select(static pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))).ToJsonString();
}
