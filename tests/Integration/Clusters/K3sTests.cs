using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.Clusters;

namespace KafkaLogstash.Tests.Integration.Clusters;

/// <summary>
/// A whole Kubernetes, whatever the other tests run on: what its controller manager does with the objects that the operator makes,
/// which the stand-ins of the local cluster do likewise.
/// </summary>
[Trait("Category", "docker")]
public sealed class K3sTests(SharedCluster shared) : ClusterTest(shared)
{
    [Fact]
    public async Task It_is_a_k3s_with_controllers()
    {
        Assert.Equal((TestCluster.K3s, true), (Cluster.Kind, Cluster.HasControllers));
        Assert.Contains("+k3s", (string?)(await Api.GetAsync("/version")).Body["gitVersion"]);
    }

    [Fact]
    public async Task A_deployment_becomes_a_replica_set_and_pods()
    {
        await Api.CreateAsync(PathOf("apps/v1", "deployments"), Deployment("a", 2));

        var pods = await UntilAsync($"{PathOf("v1", "pods")}?labelSelector=app%3Da", static list => list["items"]!.AsArray().Count == 2);
        var sets = (await Api.GetAsync(PathOf("apps/v1", "replicasets"))).Body["items"]!.AsArray();
        var observed = await UntilAsync($"{PathOf("apps/v1", "deployments")}/a", static item => (int?)item["status"]?["observedGeneration"] == 1);

        var set = Assert.Single(sets)!;
        Assert.Equal(("Deployment", "a"), Owner(set));
        Assert.All(pods["items"]!.AsArray(), pod => Assert.Equal(("ReplicaSet", (string?)set["metadata"]!["name"]), Owner(pod!)));
        Assert.Equal(2, (int?)observed["status"]!["replicas"]);
    }

    [Fact]
    public async Task What_is_owned_goes_with_its_owner()
    {
        var owner = (await Api.CreateAsync(PathOf("v1", "configmaps"), ConfigMap("owner"))).Body;
        var owned = ConfigMap("owned");
        owned["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ConfigMap",
            ["name"] = "owner",
            ["uid"] = (string?)owner["metadata"]!["uid"],
            ["blockOwnerDeletion"] = true,
        });
        await Api.CreateAsync(PathOf("v1", "configmaps"), owned);

        await Api.DeleteAsync(PathOf("v1", "configmaps", "owner"));

        await Eventually.AsksAsync(() => Api.GetAsync(PathOf("v1", "configmaps", "owned")), static answer => answer.Code == 404);
    }

    [Fact]
    public async Task A_service_gets_an_address_and_endpoint_slices()
    {
        var service = (await Api.CreateAsync(
            PathOf("v1", "services"), Parse("""{"metadata":{"name":"a"},"spec":{"selector":{"app":"a"},"ports":[{"port":80}]}}"""))).Body;

        var slices = await UntilAsync(
            $"{PathOf("discovery.k8s.io/v1", "endpointslices")}?labelSelector=kubernetes.io%2Fservice-name%3Da", static list => list["items"]!.AsArray().Count > 0);

        Assert.NotEmpty((string)service["spec"]!["clusterIP"]!);
        Assert.Equal(("Service", "a"), Owner(slices["items"]![0]!));
    }

    [Fact]
    public async Task A_deleted_namespace_takes_everything_with_it()
    {
        var name = await Cluster.CreateNamespaceAsync("gone", Cancellation);
        await Api.CreateAsync($"/api/v1/namespaces/{name}/configmaps", ConfigMap("a"));

        await Api.DeleteAsync($"/api/v1/namespaces/{name}");

        await Eventually.AsksAsync(() => Api.GetAsync($"/api/v1/namespaces/{name}"), static answer => answer.Code == 404);
    }

    protected override Task<ITestCluster> ClusterAsync(SharedCluster clusters) => clusters.GetK3sAsync();

    private static (string?, string?) Owner(JsonNode item) =>
        ((string?)item["metadata"]!["ownerReferences"]![0]!["kind"], (string?)item["metadata"]!["ownerReferences"]![0]!["name"]);

    private async Task<JsonNode> UntilAsync(string path, Predicate<JsonNode> wished) =>
        (await Eventually.AsksAsync(() => Api.GetAsync(path), answer => wished(answer.Body))).Body;
}
