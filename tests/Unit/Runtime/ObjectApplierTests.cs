using System.Net;
using System.Text.Json.Nodes;
using k8s.Models;
using KafkaLogstash.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using static KafkaLogstash.Tests.Unit.Runtime.RuntimeFixture;

namespace KafkaLogstash.Tests.Unit.Runtime;

public sealed class ObjectApplierTests : IDisposable
{
    private readonly StubApi _stub = new();
    private readonly KubernetesApi _api;
    private readonly ObjectApplier _applier;

    public ObjectApplierTests()
    {
        _api = _stub.Connect();
        _applier = new ObjectApplier(_api, Options, Metrics(), NullLogger<ObjectApplier>.Instance);
    }

    [Fact]
    public async Task What_does_not_exist_is_created_by_server_side_apply()
    {
        var apply = ApplyAsync(Desired("v"), null);
        (await _stub.NextAsync()).Refuse(HttpStatusCode.NotFound, "NotFound");
        var patch = await _stub.NextAsync();
        patch.Answer(Answer("5", "v"));

        Assert.Equal(("PATCH", "/api/v1/namespaces/shop/configmaps/a"), (patch.Method, patch.Path));
        Assert.Equal("?fieldManager=operator&force=true", patch.Query);
        Assert.Equal("application/apply-patch+yaml", patch.ContentType);
        Assert.Equal(new ApplyResult(ApplyOutcome.Created, "5", []).Outcome, (await apply).Outcome);
    }

    [Fact]
    public async Task What_is_as_desired_costs_no_request()
    {
        var result = await ApplyAsync(Desired("v"), Live("5", "v"));

        Assert.Equal(ApplyOutcome.Unchanged, result.Outcome);
        Assert.True(_stub.IsQuiet);
    }

    [Fact]
    public async Task What_differs_is_written_and_the_paths_are_told_but_no_value()
    {
        var apply = ApplyAsync(Desired("secret-new"), Live("5", "secret-old"));
        (await _stub.NextAsync()).Answer(Answer("6", "secret-new"));

        var result = await apply;

        Assert.Equal((ApplyOutcome.Updated, "6"), (result.Outcome, result.ResourceVersion));
        Assert.Equal(".data.k (Value)", Assert.Single(result.Differences));
    }

    [Fact]
    public async Task A_cache_that_has_not_seen_the_write_yet_causes_no_second_one()
    {
        await WriteAsync("new", Live("5", "old"), Answer("6", "new"));

        Assert.Equal(ApplyOutcome.Unchanged, (await ApplyAsync(Desired("new"), Live("5", "old"))).Outcome);
        Assert.Equal(ApplyOutcome.Unchanged, (await ApplyAsync(Desired("new"), Live("6", "new"))).Outcome);
        Assert.True(_stub.IsQuiet);
    }

    [Fact]
    public async Task A_difference_that_an_apply_leaves_standing_is_not_written_again_and_again()
    {
        await WriteAsync("1.0", Live("5", "0"), Answer("6", "1"));

        // Somebody else's write brings a new version with the same difference.
        Assert.Equal(ApplyOutcome.Unchanged, (await ApplyAsync(Desired("1.0"), Live("7", "1"))).Outcome);
        Assert.True(_stub.IsQuiet);
    }

    [Fact]
    public async Task Drift_after_such_a_difference_is_still_repaired()
    {
        await WriteAsync("1.0", Live("5", "0"), Answer("6", "1"));

        var apply = ApplyAsync(Desired("1.0"), Live("8", "drift"));
        (await _stub.NextAsync()).Answer(Answer("9", "1"));

        Assert.Equal(ApplyOutcome.Updated, (await apply).Outcome);
    }

    [Fact]
    public async Task Metadata_alone_is_completed_by_one_read_for_each_version()
    {
        var apply = _applier.ApplyAsync(Desired("v"), Partial("5"), TestContext.Current.CancellationToken);
        var get = await _stub.NextAsync();
        Assert.Equal("GET", get.Method);
        get.Answer(Answer("5", "v"));
        Assert.Equal(ApplyOutcome.Unchanged, (await apply).Outcome);

        Assert.Equal(ApplyOutcome.Unchanged, (await _applier.ApplyAsync(Desired("v"), Partial("5"), TestContext.Current.CancellationToken)).Outcome);
        Assert.True(_stub.IsQuiet);

        var again = _applier.ApplyAsync(Desired("v"), Partial("6"), TestContext.Current.CancellationToken);
        (await _stub.NextAsync()).Answer(Answer("6", "drift"));
        var repair = await _stub.NextAsync();
        Assert.Equal("PATCH", repair.Method);
        repair.Answer(Answer("7", "v"));
        Assert.Equal(ApplyOutcome.Updated, (await again).Outcome);
    }

    [Fact]
    public async Task An_object_of_somebody_else_is_refused_by_name()
    {
        var foreign = Live("5", "v");
        foreign.Metadata.ManagedFields = null;

        var error = await Assert.ThrowsAsync<ForeignObjectException>(() => ApplyAsync(Desired("v"), foreign));

        Assert.Equal("ConfigMap shop/a exists already and was not made by operator; it is not overwritten. Rename or delete it.", error.Message);
    }

    [Fact]
    public async Task An_object_of_another_controller_is_refused_even_for_adoption()
    {
        var foreign = Live("5", "v");
        foreign.Metadata.OwnerReferences = [new V1OwnerReference { Kind = "Other", Name = "o", Uid = "u", Controller = true }];

        var error = await Assert.ThrowsAsync<ForeignObjectException>(
            () => _applier.ApplyAsync(Desired("v"), foreign, TestContext.Current.CancellationToken, new ApplyOptions { Adopt = true }));

        Assert.Contains("belongs to Other o (uid u)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_on_its_way_out_is_left_alone()
    {
        var leaving = Live("5", "old");
        leaving.Metadata.DeletionTimestamp = DateTime.UnixEpoch;

        Assert.Equal(ApplyOutcome.Unchanged, (await ApplyAsync(Desired("new"), leaving)).Outcome);
        Assert.True(_stub.IsQuiet);
    }

    [Fact]
    public async Task A_dry_run_is_said_to_the_server_and_not_remembered()
    {
        for (var i = 0; i < 2; i++)
        {
            var apply = _applier.ApplyAsync(Desired("new"), Live("5", "old"), TestContext.Current.CancellationToken, new ApplyOptions { DryRun = true });
            var patch = await _stub.NextAsync();
            Assert.Contains("dryRun=All", patch.Query, StringComparison.Ordinal);
            patch.Answer(Answer("5", "new"));
            await apply;
        }
    }

    [Fact]
    public async Task A_delete_names_uid_and_propagation()
    {
        var delete = _applier.DeleteAsync(Live("5", "v"), TestContext.Current.CancellationToken, new DeleteRequest { OnlyIfUnchanged = true });
        var request = await _stub.NextAsync();
        request.Answer("""{"kind":"Status"}""");

        Assert.True(await delete);
        Assert.Equal("DELETE", request.Method);
        Assert.Equal("""{"resourceVersion":"5","uid":"uid-a"}""", request.Body!["preconditions"]!.ToJsonString());
        Assert.Equal("Background", request.Body["propagationPolicy"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.Conflict)]
    public async Task Deleting_what_is_gone_or_replaced_is_no_error(HttpStatusCode code)
    {
        var delete = _applier.DeleteAsync(Live("5", "v"), TestContext.Current.CancellationToken);
        (await _stub.NextAsync()).Refuse(code, code.ToString());

        Assert.False(await delete);
    }

    public void Dispose()
    {
        _api.Dispose();
        _stub.Dispose();
    }

    private Task<ApplyResult> ApplyAsync(V1ConfigMap desired, V1ConfigMap? live) =>
        _applier.ApplyAsync(desired, live, TestContext.Current.CancellationToken);

    private async Task WriteAsync(string desired, V1ConfigMap live, string answer)
    {
        var apply = ApplyAsync(Desired(desired), live);
        (await _stub.NextAsync()).Answer(answer);
        await apply;
    }

    private static V1ConfigMap Desired(string value) =>
        new() { Metadata = new V1ObjectMeta { Name = "a", NamespaceProperty = "shop" }, Data = new Dictionary<string, string> { ["k"] = value } };

    private static V1ConfigMap Live(string resourceVersion, string value) =>
        k8s.KubernetesJson.Deserialize<V1ConfigMap>(Answer(resourceVersion, value));

    private static PartialObjectMetadata<V1ConfigMap> Partial(string resourceVersion) => new() { Metadata = Live(resourceVersion, "").Metadata };

    private static string Answer(string resourceVersion, string value) => new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = JsonNode.Parse($$$"""
            {"name":"a","namespace":"shop","uid":"uid-a","resourceVersion":"{{{resourceVersion}}}","managedFields":[
            {"manager":"operator","operation":"Apply","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:k":{} } } } ]}
            """),
        ["data"] = new JsonObject { ["k"] = value },
    }.ToJsonString();
}
