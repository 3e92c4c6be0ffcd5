using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer;

namespace KafkaLogstash.Tests.Integration.Chart;

/// <summary>One thing that a role allows: a verb of a resource, everywhere or in a namespace.</summary>
/// <param name="Namespace">Null for everywhere.</param>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Resource">Plural name, with its subresource behind a slash.</param>
/// <param name="Verb">The verb.</param>
/// <param name="Name">The one object that it is allowed for; null for all.</param>
internal sealed record RoleRule(string? Namespace, string Group, string Resource, string Verb, string? Name)
{
    /// <summary>Whether a request makes use of it.</summary>
    public bool Covers(AccessDecision decision) =>
        (Namespace is null || Namespace == decision.Namespace)
        && (Group, Resource, Verb) == (decision.Group, decision.Resource, decision.Verb)
        && (Name is null || Name == decision.Name);

    /// <summary>Each verb of each resource that the roles bound to a service account allow, as they are in the cluster.</summary>
    public static async Task<IReadOnlyList<RoleRule>> OfAsync(ChartCluster cluster, string ns, string account)
    {
        const string Rbac = "/apis/rbac.authorization.k8s.io/v1";
        var rules = new List<RoleRule>();
        foreach (var binding in (await cluster.ItemsAsync($"{Rbac}/clusterrolebindings")).Concat(await cluster.ItemsAsync($"{Rbac}/rolebindings")).Where(IsOfAccount))
        {
            var place = binding["metadata"]!["namespace"]?.ToString();
            var role = binding["roleRef"]!;
            var path = role["kind"]!.ToString() == "Role" ? $"{Rbac}/namespaces/{place}/roles/{role["name"]}" : $"{Rbac}/clusterroles/{role["name"]}";
            foreach (var rule in (await cluster.Api.GetAsync(path)).Body["rules"]!.AsArray())
            {
                rules.AddRange(
                    from verb in Texts(rule!, "verbs")
                    from resource in Texts(rule!, "resources")
                    from api in Texts(rule!, "apiGroups")
                    from name in Texts(rule!, "resourceNames").DefaultIfEmpty(null)
                    select new RoleRule(place, api!, resource!, verb!, name));
            }
        }

        return rules;

        bool IsOfAccount(JsonNode binding) => (binding["subjects"] as JsonArray ?? []).Any(subject =>
            subject!["kind"]!.ToString() == "ServiceAccount" && subject["name"]!.ToString() == account && subject["namespace"]?.ToString() == ns);
    }

    private static IEnumerable<string?> Texts(JsonNode rule, string list) => (rule[list] as JsonArray ?? []).Select(static item => item?.ToString());
}
