using k8s;
using k8s.Models;
using KafkaLogstash.LocalCluster.Controllers;
using static KafkaLogstash.Tests.Integration.LocalCluster.ChosenCluster;

namespace KafkaLogstash.Tests.Integration.LocalCluster;

/// <summary>The stand-ins without a node: pods come and go, but none runs.</summary>
public sealed class ControllerTests(ChosenCluster chosen) : IClassFixture<ChosenCluster>, IAsyncLifetime
{
    private ControllerStandIns? _standIns;
    private string _namespace = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Kubernetes Client => chosen.Client;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(chosen.Cluster.HasControllers, "This cluster has a controller manager of its own.");
        _standIns = await ControllerStandIns.StartAsync(chosen.Cluster.AdminConfiguration, cancellationToken: Cancellation);
        _namespace = await chosen.Cluster.CreateNamespaceAsync("controllers", Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_standIns is not null)
        {
            await _standIns.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("Background")]
    [InlineData("Foreground")]
    public async Task A_deployment_becomes_pods_and_all_are_collected_with_it(string policy)
    {
        var created = await Client.AppsV1.CreateNamespacedDeploymentAsync(Deployment("web", 3, Pod()), _namespace, cancellationToken: Cancellation);

        var pods = await PodsAsync(pods => pods.Count == 3, "three pods");
        var set = Assert.Single((await Client.AppsV1.ListNamespacedReplicaSetAsync(_namespace, cancellationToken: Cancellation)).Items);
        Assert.Equal(created.Uid(), Assert.Single(set.OwnerReferences()).Uid);
        Assert.All(pods, pod => Assert.Equal(set.Uid(), Assert.Single(pod.OwnerReferences()).Uid));
        Assert.All(pods, pod => Assert.Equal(set.Name(), $"web-{pod.Labels()["pod-template-hash"]}"));
        var seen = await EventuallyAsync(
            token => Client.AppsV1.ReadNamespacedDeploymentAsync("web", _namespace, cancellationToken: token),
            deployment => deployment.Status.UpdatedReplicas == 3,
            "the deployment counts its pods");
        Assert.Equal("False", seen.Status.Conditions.Single(condition => condition.Type == "Available").Status);
        Assert.Equal("1", seen.Annotations()["deployment.kubernetes.io/revision"]);

        await Client.AppsV1.DeleteNamespacedDeploymentAsync("web", _namespace, propagationPolicy: policy, cancellationToken: Cancellation);

        await PodsAsync(pods => pods.Count == 0, "no pods");
        await EventuallyAsync(
            token => Client.AppsV1.ListNamespacedReplicaSetAsync(_namespace, cancellationToken: token), sets => sets.Items.Count == 0, "no replica sets");
        await EventuallyAsync(
            token => Client.AppsV1.ListNamespacedDeploymentAsync(_namespace, cancellationToken: token), all => all.Items.Count == 0, "no deployment");
    }

    [Fact]
    public async Task Dependents_of_an_orphaning_deletion_stay_without_their_owner()
    {
        await Client.AppsV1.CreateNamespacedDeploymentAsync(Deployment("web", 1, Pod()), _namespace, cancellationToken: Cancellation);
        await PodsAsync(pods => pods.Count == 1, "a pod");

        await Client.AppsV1.DeleteNamespacedDeploymentAsync("web", _namespace, propagationPolicy: "Orphan", cancellationToken: Cancellation);

        await EventuallyAsync(
            token => Client.AppsV1.ListNamespacedDeploymentAsync(_namespace, cancellationToken: token), all => all.Items.Count == 0, "no deployment");
        var sets = await Client.AppsV1.ListNamespacedReplicaSetAsync(_namespace, cancellationToken: Cancellation);
        Assert.Null(Assert.Single(sets.Items).Metadata.OwnerReferences);
    }

    [Fact]
    public async Task A_deleted_namespace_is_emptied_and_goes()
    {
        await Client.CoreV1.CreateNamespacedConfigMapAsync(
            new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "settings" } }, _namespace, cancellationToken: Cancellation);
        await EventuallyAsync(
            token => Client.CoreV1.ListNamespacedServiceAccountAsync(_namespace, cancellationToken: token),
            accounts => accounts.Items.Any(account => account.Name() == "default"),
            "a default service account");

        await Client.CoreV1.DeleteNamespaceAsync(_namespace, cancellationToken: Cancellation);

        await EventuallyAsync(
            token => Client.CoreV1.ListNamespaceAsync(cancellationToken: token),
            all => all.Items.All(item => item.Name() != _namespace),
            "the namespace is gone");
    }

    [Fact]
    public async Task A_claim_is_bound()
    {
        var claim = new V1PersistentVolumeClaim
        {
            Metadata = new V1ObjectMeta { Name = "queue" },
            Spec = new V1PersistentVolumeClaimSpec
            {
                AccessModes = ["ReadWriteOnce"],
                Resources = new V1VolumeResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["storage"] = new("1Gi") } },
            },
        };
        await Client.CoreV1.CreateNamespacedPersistentVolumeClaimAsync(claim, _namespace, cancellationToken: Cancellation);

        var bound = await EventuallyAsync(
            token => Client.CoreV1.ReadNamespacedPersistentVolumeClaimAsync("queue", _namespace, cancellationToken: token),
            live => live.Status.Phase == "Bound",
            "the claim is bound");
        Assert.Equal("1Gi", bound.Status.Capacity["storage"].ToString());
    }

    private static V1PodSpec Pod() => new() { Containers = [new V1Container { Name = "main", Image = "local/none:1" }] };

    private async Task<IList<V1Pod>> PodsAsync(Func<IList<V1Pod>, bool> wished, string what) =>
        (await EventuallyAsync(token => Client.CoreV1.ListNamespacedPodAsync(_namespace, cancellationToken: token), list => wished(list.Items), what)).Items;
}
