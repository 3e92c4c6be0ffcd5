using k8s;
using k8s.Autorest;
using k8s.Models;
using KafkaLogstash.LocalCluster.ApiServer;

namespace KafkaLogstash.Tests.Unit.LocalCluster.ApiServer;

/// <summary>The rights that owner references take where the server is told to ask for them, as OpenShift does.</summary>
public sealed class OwnerReferenceTests : ServerFixture
{
    protected override EmbeddedApiServerOptions Options => new() { EnforceOwnerReferencePermissions = true };

    [Fact]
    public async Task An_owner_that_waits_for_its_objects_takes_the_right_to_its_finalizers()
    {
        var owner = await Client.AppsV1.CreateNamespacedDeploymentAsync(Deployment("owner"), "default", cancellationToken: Cancellation);
        using var alice = await AliceAsync(new V1PolicyRule { ApiGroups = [""], Resources = ["configmaps"], Verbs = ["create"] });

        await CreateAsync(alice, "loose", owner, blocks: false);
        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => CreateAsync(alice, "held", owner, blocks: true));

        Assert.Contains("cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on", refusal.Response.Content, StringComparison.Ordinal);
        Assert.Contains(
            new AccessDecision("alice", "update", "apps", "deployments/finalizers", "default", "owner", null, Allowed: false), Server.Decisions.All);
    }

    [Fact]
    public async Task Who_may_update_the_finalizers_may_be_waited_for()
    {
        var owner = await Client.AppsV1.CreateNamespacedDeploymentAsync(Deployment("owner"), "default", cancellationToken: Cancellation);
        using var alice = await AliceAsync(
            new V1PolicyRule { ApiGroups = [""], Resources = ["configmaps"], Verbs = ["create"] },
            new V1PolicyRule { ApiGroups = ["apps"], Resources = ["deployments/finalizers"], Verbs = ["update"] });

        Assert.True((await CreateAsync(alice, "held", owner, blocks: true)).Metadata.OwnerReferences[0].BlockOwnerDeletion);
    }

    [Fact]
    public async Task Who_may_not_delete_an_object_may_not_give_it_an_owner()
    {
        var owner = await Client.AppsV1.CreateNamespacedDeploymentAsync(Deployment("owner"), "default", cancellationToken: Cancellation);
        var map = await Client.CoreV1.CreateNamespacedConfigMapAsync(ConfigMap("map"), "default", cancellationToken: Cancellation);
        using var alice = await AliceAsync(new V1PolicyRule { ApiGroups = [""], Resources = ["configmaps"], Verbs = ["update"] });

        map.Data = new Dictionary<string, string> { ["changed"] = "1" };
        map = await alice.CoreV1.ReplaceNamespacedConfigMapAsync(map, "map", "default", cancellationToken: Cancellation);
        map.Metadata.OwnerReferences = [Reference(owner, blocks: false)];
        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => alice.CoreV1.ReplaceNamespacedConfigMapAsync(map, "map", "default", cancellationToken: Cancellation));

        Assert.Contains("cannot set an ownerRef on a resource you can't delete", refusal.Response.Content, StringComparison.Ordinal);
    }

    private static V1OwnerReference Reference(V1Deployment owner, bool blocks) =>
        new() { ApiVersion = "apps/v1", Kind = "Deployment", Name = owner.Metadata.Name, Uid = owner.Metadata.Uid, BlockOwnerDeletion = blocks };

    private static Task<V1ConfigMap> CreateAsync(Kubernetes client, string name, V1Deployment owner, bool blocks)
    {
        var map = ConfigMap(name);
        map.Metadata.OwnerReferences = [Reference(owner, blocks)];
        return client.CoreV1.CreateNamespacedConfigMapAsync(map, "default", cancellationToken: Cancellation);
    }

    private async Task<Kubernetes> AliceAsync(params V1PolicyRule[] rules)
    {
        await Client.RbacAuthorizationV1.CreateNamespacedRoleAsync(
            new V1Role { Metadata = new V1ObjectMeta { Name = "r" }, Rules = rules }, "default", cancellationToken: Cancellation);
        await Client.RbacAuthorizationV1.CreateNamespacedRoleBindingAsync(
            new V1RoleBinding
            {
                Metadata = new V1ObjectMeta { Name = "r" },
                RoleRef = new V1RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "Role", Name = "r" },
                Subjects = [new Rbacv1Subject { Kind = "User", Name = "alice" }],
            },
            "default",
            cancellationToken: Cancellation);
        return new Kubernetes(Server.ClientConfiguration("alice"));
    }
}
