using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using KafkaLogstash.Runtime;
using KafkaLogstash.Tests.Integration.Clusters;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KafkaLogstash.Tests.Integration.Runtime;

/// <summary>The runtime against an API server: what it decides from its caches must agree with what the server makes of its requests.</summary>
public sealed class RuntimeTests(SharedCluster shared)
{
    private static readonly Dictionary<string, Func<RuntimeScope, Task>> AppliedTwice = new()
    {
        ["ConfigMap"] = static scope => ApplyTwiceAsync(scope, Desired.ConfigMap(scope.Namespace)),
        ["Deployment"] = static scope => ApplyTwiceAsync(scope, Desired.Deployment(scope.Namespace)),
        ["NetworkPolicy"] = static scope => ApplyTwiceAsync(scope, Desired.NetworkPolicy(scope.Namespace)),
        ["PodDisruptionBudget"] = static scope => ApplyTwiceAsync(scope, Desired.PodDisruptionBudget(scope.Namespace)),
        ["Secret"] = static scope => ApplyTwiceAsync(scope, Desired.Secret(scope.Namespace)),
        ["Service"] = static scope => ApplyTwiceAsync(scope, Desired.Service(scope.Namespace)),
    };

    public static TheoryData<string> Kinds() => [.. AppliedTwice.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_second_apply_of_the_same_object_sends_no_request(string kind)
    {
        await using var scope = await RuntimeScope.CreateAsync(shared);

        await AppliedTwice[kind](scope);
    }

    [Fact]
    public async Task A_field_that_is_no_longer_desired_is_removed()
    {
        await using var scope = await RuntimeScope.CreateAsync(shared);
        var desired = Desired.ConfigMap(scope.Namespace);
        desired.Data["gone"] = "soon";
        desired.Metadata.Labels["gone"] = "soon";
        await scope.ApplyAsync(desired);
        desired.Data.Remove("gone");
        desired.Metadata.Labels.Remove("gone");

        var result = await scope.ApplyAsync(desired, await scope.LiveAsync(desired));

        var live = await scope.LiveAsync(desired);
        Assert.Equal(ApplyOutcome.Updated, result.Outcome);
        Assert.DoesNotContain("gone", live.Data.Keys);
        Assert.DoesNotContain("gone", live.Metadata.Labels.Keys);
    }

    [Fact]
    public async Task Fields_of_another_manager_are_left_alone()
    {
        await using var scope = await RuntimeScope.CreateAsync(shared);
        var desired = Desired.Deployment(scope.Namespace);
        await scope.ApplyAsync(desired);
        var edit = JsonNode.Parse("""
            {"metadata":{"annotations":{"foreign":"1"}},
             "spec":{"template":{"spec":{"priorityClassName":"","terminationGracePeriodSeconds":7}}}}
            """)!.AsObject();
        await scope.Api.MergePatchAsync<V1Deployment>(desired.Key(), edit, TestContext.Current.CancellationToken);

        scope.Restart();
        var result = await scope.ApplyAsync(desired, await scope.LiveAsync(desired));
        desired.Spec.Replicas = 3;
        await scope.ApplyAsync(desired, await scope.LiveAsync(desired));

        var live = await scope.LiveAsync(desired);
        Assert.Equal(ApplyOutcome.Unchanged, result.Outcome);
        Assert.Equal("1", live.Metadata.Annotations["foreign"]);
        Assert.Equal((7, 3), (live.Spec.Template.Spec.TerminationGracePeriodSeconds, live.Spec.Replicas));
    }

    [Fact]
    public async Task Drift_is_repaired_once()
    {
        await using var scope = await RuntimeScope.CreateAsync(shared);
        var desired = Desired.Deployment(scope.Namespace);
        await scope.ApplyAsync(desired);
        var edit = JsonNode.Parse("""{"spec":{"replicas":9,"template":{"spec":{"containers":[{"name":"app","image":"drifted"}]}}}}""")!.AsObject();
        await scope.Api.MergePatchAsync<V1Deployment>(desired.Key(), edit, TestContext.Current.CancellationToken);

        var drifted = await scope.LiveAsync(desired);
        var repair = await scope.ApplyAsync(desired, drifted);
        var live = await scope.LiveAsync(desired);
        scope.Restart();
        var again = await scope.ApplyAsync(desired, live);

        Assert.Equal((9, "drifted"), (drifted.Spec.Replicas, drifted.Spec.Template.Spec.Containers[0].Image));
        Assert.Equal((ApplyOutcome.Updated, ApplyOutcome.Unchanged), (repair.Outcome, again.Outcome));
        Assert.Equal((1, "registry.invalid/app:1"), (live.Spec.Replicas, live.Spec.Template.Spec.Containers[0].Image));
    }

    [Fact]
    public async Task A_secret_watched_as_metadata_is_read_once_and_repaired_when_somebody_changes_it()
    {
        await using var scope = await RuntimeScope.CreateAsync(shared);
        var desired = Desired.Secret(scope.Namespace);
        await scope.ApplyAsync(desired);
        scope.Restart();
        var metadata = await scope.LiveAsync<PartialObjectMetadata<V1Secret>>(desired.Key());
        Assert.Equal(ApplyOutcome.Unchanged, (await scope.ApplyAsync(desired, metadata)).Outcome);
        var requests = scope.Requests;
        Assert.Equal(ApplyOutcome.Unchanged, (await scope.ApplyAsync(desired, metadata)).Outcome);
        Assert.Equal(requests, scope.Requests);

        await scope.Api.MergePatchAsync<V1Secret>(desired.Key(), JsonNode.Parse("""{"data":{"password":"eA=="}}""")!.AsObject(), TestContext.Current.CancellationToken);
        var repair = await scope.ApplyAsync(desired, await scope.LiveAsync<PartialObjectMetadata<V1Secret>>(desired.Key()));

        Assert.Equal(ApplyOutcome.Updated, repair.Outcome);
        Assert.Equal("hunter2"u8.ToArray(), (await scope.LiveAsync(desired)).Data["password"]);
    }

    [Fact]
    public async Task A_status_is_written_through_its_subresource_and_only_when_it_changes()
    {
        await using var scope = await RuntimeScope.CreateAsync(shared);
        var entity = Desired.Deployment(scope.Namespace);
        await scope.ApplyAsync(entity);
        var live = await scope.LiveAsync(entity);
        var wished = await scope.LiveAsync(entity);
        wished.Status = new V1DeploymentStatus { ObservedGeneration = 1, Replicas = 1, UpdatedReplicas = 1 };

        var write = await scope.Applier.ApplyStatusAsync(wished, live, TestContext.Current.CancellationToken);
        live = await scope.LiveAsync(entity);
        var requests = scope.Requests;
        scope.Restart();
        var again = await scope.Applier.ApplyStatusAsync(wished, live, TestContext.Current.CancellationToken);

        Assert.Equal((ApplyOutcome.Updated, ApplyOutcome.Unchanged), (write.Outcome, again.Outcome));
        Assert.Equal(requests, scope.Requests);
        Assert.Equal((1, 1), (live.Status.UpdatedReplicas, live.Spec.Replicas));
    }

    [Fact]
    public async Task An_object_made_by_somebody_else_is_not_overwritten()
    {
        await using var scope = await RuntimeScope.CreateAsync(shared);
        var desired = Desired.ConfigMap(scope.Namespace);
        await scope.Api.CreateAsync(desired, TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<ForeignObjectException>(() => scope.ApplyAsync(desired));
    }

    [Fact]
    public async Task A_delete_spares_a_namesake()
    {
        await using var scope = await RuntimeScope.CreateAsync(shared);
        var desired = Desired.ConfigMap(scope.Namespace);
        await scope.ApplyAsync(desired);
        var first = await scope.LiveAsync(desired);

        Assert.True(await scope.Applier.DeleteAsync(first, TestContext.Current.CancellationToken));
        await scope.ApplyAsync(desired);

        Assert.False(await scope.Applier.DeleteAsync(first, TestContext.Current.CancellationToken));
        Assert.NotNull(await scope.LiveAsync(desired));
    }

    [Fact]
    public async Task Repeated_events_become_one_series()
    {
        await using var scope = await RuntimeScope.CreateAsync(shared);
        var about = Desired.ConfigMap(scope.Namespace);
        about.ApiVersion = "v1";
        about.Kind = "ConfigMap";
        await using (var recorder = scope.Events())
        {
            for (var i = 0; i < 3; i++)
            {
                recorder.Record(about, EventType.Warning, "Broken", "Reconcile", "It broke.");
            }
        }

        var written = Assert.Single(await scope.Api.ListAsync<Eventsv1Event>(scope.Namespace, null, TestContext.Current.CancellationToken));

        Assert.Equal(("Broken", "It broke.", 3), (written.Reason, written.Note, written.Series.Count));
    }

    [Fact]
    public async Task Two_replicas_share_one_lease_and_the_second_takes_over_when_the_first_stops()
    {
        await using var scope = await RuntimeScope.CreateAsync(shared);
        await using var first = await scope.HostAsync("first");
        await first.LeadsAsync();
        await using var second = await scope.HostAsync("second");
        await scope.ApplyAsync(Desired.ConfigMap(scope.Namespace));
        await first.Controller.SeenAsync("app");

        await first.StopAsync();
        await second.Controller.SeenAsync("app");

        var lease = await scope.LiveAsync<V1Lease>(new NamespacedName(scope.Namespace, "test"));
        Assert.Equal(("second", 1), (lease.Spec.HolderIdentity, lease.Spec.LeaseTransitions));
        await second.StopAsync();
    }

    [Fact]
    public async Task A_controller_follows_its_entities_their_children_and_their_secrets()
    {
        await using var scope = await RuntimeScope.CreateAsync(shared);
        var entity = Desired.ConfigMap(scope.Namespace);
        await scope.ApplyAsync(entity);
        await using var host = await scope.HostAsync("only");
        await host.Controller.SeenAsync("app");
        Assert.Equal(HealthStatus.Healthy, await host.HealthAsync());

        var owner = await scope.LiveAsync(entity);
        var child = Desired.Service(scope.Namespace);
        child.Metadata.OwnerReferences = [owner.ControllerReference()];
        await scope.ApplyAsync(child);
        await host.Controller.SeenAsync("app");
        Assert.True((await scope.LiveAsync(child)).IsControlledBy(owner));

        await scope.ApplyAsync(Desired.Secret(scope.Namespace));
        await host.Controller.SeenAsync("app");

        await scope.Applier.DeleteAsync(owner, TestContext.Current.CancellationToken);
        await host.Controller.SeenAsync("deleted app");
        await host.StopAsync();
    }

    private static async Task ApplyTwiceAsync<T>(RuntimeScope scope, T desired)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var first = await scope.ApplyAsync(desired);
        var live = await scope.LiveAsync(desired);
        var requests = scope.Requests;
        var second = await scope.ApplyAsync(desired, live);
        scope.Restart();
        var afterRestart = await scope.ApplyAsync(desired, live);

        Assert.Equal(
            (ApplyOutcome.Created, ApplyOutcome.Unchanged, ApplyOutcome.Unchanged), (first.Outcome, second.Outcome, afterRestart.Outcome));
        Assert.Equal(requests, scope.Requests);
    }
}
