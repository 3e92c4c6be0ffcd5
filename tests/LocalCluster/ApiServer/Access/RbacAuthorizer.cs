using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Storage;

namespace KafkaLogstash.LocalCluster.ApiServer.Access;

/// <summary>What somebody wants to do: with a resource, or with a path when <see cref="Path"/> is set.</summary>
internal sealed record AccessAttributes
{
    public required string Verb { get; init; }

    public string Group { get; init; } = "";

    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    public string? Namespace { get; init; }

    public string? Name { get; init; }

    public string? Path { get; init; }

    public string ResourceWithSubresource => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";
}

/// <summary>Allows what the stored roles and bindings allow, and everything to the group <c>system:masters</c>.</summary>
internal sealed class RbacAuthorizer(ObjectStore store)
{
    private const string Group = ".rbac.authorization.k8s.io";

    /// <summary>Why something is allowed; null when it is not.</summary>
    public string? Allow(UserInfo user, AccessAttributes access)
    {
        if (user.IsMaster)
        {
            return "";
        }

        foreach (var (binding, rule) in RulesOf(user, access.Namespace))
        {
            if (access.Path is null ? CoversResource(rule, access) : CoversPath(rule, access))
            {
                var kind = binding.Text("kind")!;
                var place = binding.Namespace() is { } ns ? $"{binding.Name()}/{ns}" : binding.Name();
                var subject = user.Name.StartsWith("system:serviceaccount:", StringComparison.Ordinal)
                    ? $"ServiceAccount \"{string.Join('/', user.Name.Split(':')[2..].Reverse())}\""
                    : $"User \"{user.Name}\"";
                return $"RBAC: allowed by {kind} \"{place}\" of {binding.Text("roleRef", "kind")} \"{binding.Text("roleRef", "name")}\" to {subject}";
            }
        }

        return null;
    }

    /// <summary>All rules that hold for a user, cluster-wide and in a namespace.</summary>
    public IEnumerable<(JsonObject Binding, JsonObject Rule)> RulesOf(UserInfo user, string? ns)
    {
        foreach (var binding in store.Read("clusterrolebindings" + Group).Objects.List(null))
        {
            foreach (var rule in RulesOf(user, binding.Body))
            {
                yield return (binding.Body, rule);
            }
        }

        if (string.IsNullOrEmpty(ns))
        {
            yield break;
        }

        foreach (var binding in store.Read("rolebindings" + Group).Objects.List(ns))
        {
            foreach (var rule in RulesOf(user, binding.Body))
            {
                yield return (binding.Body, rule);
            }
        }
    }

    private IEnumerable<JsonObject> RulesOf(UserInfo user, JsonObject binding)
    {
        if (!binding.Objects("subjects").Any(subject => IsSubject(subject, user, binding.Namespace())))
        {
            return [];
        }

        var name = binding.Text("roleRef", "name") ?? "";
        var role = binding.Text("roleRef", "kind") == "Role"
            ? store.Find("roles" + Group, binding.Namespace(), name)
            : store.Find("clusterroles" + Group, null, name);
        return role?.Body.Objects("rules") ?? [];
    }

    private static bool IsSubject(JsonObject subject, UserInfo user, string? bindingNamespace) => subject.Text("kind") switch
    {
        "User" => subject.Text("name") == user.Name,
        "Group" => user.Groups.Contains(subject.Text("name") ?? ""),
        "ServiceAccount" => user.Name == $"system:serviceaccount:{subject.Text("namespace") ?? bindingNamespace}:{subject.Text("name")}",
        _ => false,
    };

    private static bool CoversResource(JsonObject rule, AccessAttributes access) =>
        Has(rule, "verbs", access.Verb)
        && Has(rule, "apiGroups", access.Group)
        && rule.Texts("resources").Any(resource =>
            resource == "*" || resource == access.ResourceWithSubresource
            || (access.Subresource.Length > 0 && resource == $"*/{access.Subresource}"))
        && (!rule.Texts("resourceNames").Any() || (access.Name is not null && rule.Texts("resourceNames").Contains(access.Name, StringComparer.Ordinal)));

    private static bool CoversPath(JsonObject rule, AccessAttributes access) =>
        Has(rule, "verbs", access.Verb)
        && rule.Texts("nonResourceURLs").Any(url =>
            url == access.Path || (url.EndsWith('*') && access.Path!.StartsWith(url[..^1], StringComparison.Ordinal)));

    private static bool Has(JsonObject rule, string list, string value) => rule.Texts(list).Any(item => item == "*" || item == value);
}
