using System.Text.Json.Nodes;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Contract;

/// <summary>What a service account may do, by its roles.</summary>
public sealed class AccessTests(SharedCluster shared, SampleResource resource) : SampleTest(shared, resource)
{
    private string User => $"system:serviceaccount:{Namespace}:tester";

    private string ConfigMaps => PathOf("v1", "configmaps");

    [Fact]
    public async Task A_service_account_may_do_what_its_role_says_and_nothing_else()
    {
        await Api.CreateAsync(ConfigMaps, ConfigMap("a"));
        using var account = await AccountAsync(("", "configmaps", "get,list,watch"));

        Assert.Equal(200, (await AllowedAsync(account, $"{ConfigMaps}/a")).Code);
        Assert.Equal(200, (await account.GetAsync(ConfigMaps)).Code);
        Assert.Equal(
            $"configmaps is forbidden: User \"{User}\" cannot create resource \"configmaps\" in API group \"\" in the namespace \"{Namespace}\"",
            (await account.CreateAsync(ConfigMaps, ConfigMap("b"))).Refused(403, "Forbidden"));
        Assert.Equal(
            $"configmaps is forbidden: User \"{User}\" cannot list resource \"configmaps\" in API group \"\" at the cluster scope",
            (await account.GetAsync("/api/v1/configmaps")).Refused(403, "Forbidden"));
        Assert.Equal(
            $"secrets \"s\" is forbidden: User \"{User}\" cannot get resource \"secrets\" in API group \"\" in the namespace \"{Namespace}\"",
            (await account.GetAsync(PathOf("v1", "secrets", "s"))).Refused(403, "Forbidden"));
    }

    [Fact]
    public async Task A_subresource_needs_a_rule_of_its_own()
    {
        await CreateSampleAsync("a");
        using var account = await AccountAsync((Resource.Group, "samples", "get,patch"));
        await AllowedAsync(account, $"{Samples}/a");

        var message = (await account.PatchAsync($"{Samples}/a/status", ApiSession.MergePatch, Parse("""{"status":{"replicas":1}}"""))).Refused(403, "Forbidden");

        Assert.Contains($"cannot patch resource \"samples/status\" in API group \"{Resource.Group}\"", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_apply_needs_the_verbs_patch_and_for_a_new_object_create()
    {
        await Api.CreateAsync(ConfigMaps, ConfigMap("there"));
        using var account = await AccountAsync(("", "configmaps", "get,patch"));
        await AllowedAsync(account, $"{ConfigMaps}/there");

        var there = await account.ApplyAsync($"{ConfigMaps}/there", "one", ConfigMap("there", "2"), force: true);
        var missing = await account.ApplyAsync($"{ConfigMaps}/missing", "one", ConfigMap("missing"));

        Assert.Equal(200, there.Code);
        missing.Refused(403, "Forbidden");
    }

    [Fact]
    public async Task An_owner_that_waits_for_its_objects_needs_the_right_to_its_finalizers()
    {
        var owner = await CreateSampleAsync("a");
        using var account = await AccountAsync(
            ("", "configmaps", "create,get"), (Resource.Group, "samples", "get"), (Resource.Group, "samples/finalizers", "update"));
        await AllowedAsync(account, $"{Samples}/a");

        Assert.Equal(201, (await account.CreateAsync(ConfigMaps, Owned("b", owner))).Code);
    }

    [Fact]
    public async Task Who_asks_what_is_allowed_is_told()
    {
        using var account = await AccountAsync(("", "configmaps", "get"));
        await AllowedAsync(account, $"{ConfigMaps}/none");

        Assert.True(await MayAsync(account, "get"));
        Assert.False(await MayAsync(account, "delete"));
    }

    [Fact]
    public async Task A_token_that_nobody_issued_is_unauthorized()
    {
        using var nobody = Api.WithToken("nonsense");

        Assert.Equal("Unauthorized", (await nobody.GetAsync(ConfigMaps)).Refused(401, "Unauthorized"));
    }

    private static JsonObject Owned(string name, JsonNode owner)
    {
        var owned = ConfigMap(name);
        owned["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject
        {
            ["apiVersion"] = (string?)owner["apiVersion"],
            ["kind"] = (string?)owner["kind"],
            ["name"] = (string?)owner["metadata"]!["name"],
            ["uid"] = (string?)owner["metadata"]!["uid"],
            ["controller"] = true,
            ["blockOwnerDeletion"] = true,
        });
        return owned;
    }

    private async Task<bool> MayAsync(ApiSession account, string verb)
    {
        var review = Parse($$$"""
            {"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview",
             "spec":{"resourceAttributes":{"namespace":"{{{Namespace}}}","verb":"{{{verb}}}","resource":"configmaps"} } }
            """);
        return (bool)(await account.CreateAsync("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)).Body["status"]!["allowed"]!;
    }

    /// <summary>Waits until the authorizer has heard of the role.</summary>
    private static Task<ApiAnswer> AllowedAsync(ApiSession account, string path) =>
        Eventually.AsksAsync(() => account.GetAsync(path), static answer => answer.Code is not 403);

    private async Task<ApiSession> AccountAsync(params (string Group, string Resource, string Verbs)[] rules)
    {
        await Api.CreateAsync(PathOf("v1", "serviceaccounts"), Parse("""{"metadata":{"name":"tester"}}"""));
        await Api.CreateAsync(PathOf("rbac.authorization.k8s.io/v1", "roles"), new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "tester" },
            ["rules"] = new JsonArray([.. rules.Select(static rule => new JsonObject
            {
                ["apiGroups"] = new JsonArray(rule.Group),
                ["resources"] = new JsonArray(rule.Resource),
                ["verbs"] = new JsonArray([.. rule.Verbs.Split(',').Select(static verb => JsonValue.Create(verb))]),
            })]),
        });
        await Api.CreateAsync(PathOf("rbac.authorization.k8s.io/v1", "rolebindings"), Parse($$$"""
            {"metadata":{"name":"tester"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"tester"},
             "subjects":[{"kind":"ServiceAccount","name":"tester","namespace":"{{{Namespace}}}"}]}
            """));
        var request = await Api.CreateAsync(PathOf("v1", "serviceaccounts", "tester/token"), Parse("""
            {"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":3600}}
            """));
        return Api.WithToken((string)request.Body["status"]!["token"]!);
    }
}
