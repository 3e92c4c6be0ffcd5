using k8s;
using k8s.Models;

namespace KafkaLogstash.Tests.Unit.LocalCluster.ApiServer;

public sealed class AccessTests : ServerFixture
{
    [Fact]
    public async Task Users_may_do_what_their_roles_say_and_nothing_else()
    {
        await GrantAsync("alice", new V1PolicyRule { ApiGroups = [""], Resources = ["configmaps"], ResourceNames = ["mine"], Verbs = ["get"] });
        await Client.CoreV1.CreateNamespacedConfigMapAsync(ConfigMap("mine"), "default", cancellationToken: Cancellation);
        using var alice = new Kubernetes(Server.ClientConfiguration("alice"));
        await alice.CoreV1.ReadNamespacedConfigMapAsync("mine", "default", cancellationToken: Cancellation);
        Assert.Equal(
            "configmaps \"other\" is forbidden: User \"alice\" cannot get resource \"configmaps\" in API group \"\" in the namespace \"default\"",
            (await RefusalAsync(() => alice.CoreV1.ReadNamespacedConfigMapAsync("other", "default", cancellationToken: Cancellation))).Message);
        Assert.Equal(
            "pods is forbidden: User \"alice\" cannot list resource \"pods\" in API group \"\" at the cluster scope",
            (await RefusalAsync(() => alice.CoreV1.ListPodForAllNamespacesAsync(cancellationToken: Cancellation))).Message);
    }

    [Fact]
    public async Task Subresources_need_a_rule_of_their_own()
    {
        await GrantAsync("alice", new V1PolicyRule { ApiGroups = ["apps"], Resources = ["deployments"], Verbs = ["*"] });
        Assert.True(await MayAsync("alice", "patch", "deployments", ""));
        Assert.False(await MayAsync("alice", "patch", "deployments", "status"));
    }

    [Fact]
    public async Task Service_account_tokens_work_until_the_account_is_gone()
    {
        await Client.CoreV1.CreateNamespacedServiceAccountAsync(
            new V1ServiceAccount { Metadata = new V1ObjectMeta { Name = "robot" } }, "default", cancellationToken: Cancellation);
        var request = await Client.CoreV1.CreateNamespacedServiceAccountTokenAsync(
            new Authenticationv1TokenRequest { Spec = new V1TokenRequestSpec { Audiences = [] } }, "robot", "default", cancellationToken: Cancellation);
        Assert.Equal("system:serviceaccount:default:robot", (await ReviewAsync(request.Status.Token)).User.Username);
        await Client.CoreV1.DeleteNamespacedServiceAccountAsync("robot", "default", cancellationToken: Cancellation);
        Assert.NotEqual(true, (await ReviewAsync(request.Status.Token)).Authenticated);
    }

    [Fact]
    public async Task Unknown_tokens_are_unauthorized_and_no_token_is_nobody()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Server.Address, "/api/v1/pods"));
        request.Headers.Authorization = new("Bearer", "wrong");
        using var unauthorized = await Http.SendAsync(request, Cancellation);
        Assert.Equal(401, (int)unauthorized.StatusCode);
    }

    private async Task<V1TokenReviewStatus> ReviewAsync(string token)
    {
        var review = await Client.AuthenticationV1.CreateTokenReviewAsync(
            new V1TokenReview { Spec = new V1TokenReviewSpec { Token = token } }, cancellationToken: Cancellation);
        return review.Status;
    }

    private async Task<bool> MayAsync(string user, string verb, string resource, string subresource)
    {
        var review = await Client.AuthorizationV1.CreateSubjectAccessReviewAsync(
            new V1SubjectAccessReview
            {
                Spec = new V1SubjectAccessReviewSpec
                {
                    User = user,
                    ResourceAttributes = new V1ResourceAttributes
                    {
                        Verb = verb,
                        Group = "apps",
                        Resource = resource,
                        Subresource = subresource,
                        NamespaceProperty = "default",
                    },
                },
            },
            cancellationToken: Cancellation);
        return review.Status.Allowed;
    }

    private async Task GrantAsync(string user, V1PolicyRule rule)
    {
        await Client.RbacAuthorizationV1.CreateNamespacedRoleAsync(
            new V1Role { Metadata = new V1ObjectMeta { Name = "r" }, Rules = [rule] }, "default", cancellationToken: Cancellation);
        await Client.RbacAuthorizationV1.CreateNamespacedRoleBindingAsync(
            new V1RoleBinding
            {
                Metadata = new V1ObjectMeta { Name = "r" },
                RoleRef = new V1RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "Role", Name = "r" },
                Subjects = [new Rbacv1Subject { Kind = "User", Name = user }],
            },
            "default",
            cancellationToken: Cancellation);
    }
}
