using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.ApiServer.Selectors;
using KafkaLogstash.LocalCluster.ApiServer.Storage;

namespace KafkaLogstash.LocalCluster.ApiServer.Admission;

/// <summary>Says which changes a webhook is asked about: by its rules, its selectors, and the versions in which it knows a resource.</summary>
internal sealed class WebhookRules(ObjectStore store, ResourceRegistry registry)
{
    /// <summary>The version in which a webhook wants to see a change; null where it does not want to see it.</summary>
    public ResourceType? Match(JsonObject webhook, AdmissionAttempt attempt)
    {
        var type = TypeOf(webhook, attempt);
        return type is not null && NamespaceMatches(webhook, attempt) && ObjectMatches(webhook, attempt) ? type : null;
    }

    private ResourceType? TypeOf(JsonObject webhook, AdmissionAttempt attempt)
    {
        var rules = webhook.Objects("rules").Where(rule => Has(rule, "operations", attempt.Operation) && ScopeMatches(rule, attempt)).ToList();
        if (rules.Exists(rule => ResourceMatches(rule, attempt.Type, attempt.Subresource)))
        {
            return attempt.Type;
        }

        return webhook.Text("matchPolicy") == "Exact"
            ? null
            : registry.All.FirstOrDefault(other => other.StorageKey == attempt.Type.StorageKey && rules.Exists(rule => ResourceMatches(rule, other, attempt.Subresource)));
    }

    private bool NamespaceMatches(JsonObject webhook, AdmissionAttempt attempt)
    {
        if (attempt.Namespace is not { } ns)
        {
            return true;
        }

        var labels = attempt is { IsNamespace: true, Object: { } obj } ? obj : store.Find("namespaces", null, ns)?.Body;
        return LabelSelector.FromObject(webhook.Map("namespaceSelector")) is not { } selector || selector.Holds(labels.Map("metadata", "labels"));
    }

    private static bool ObjectMatches(JsonObject webhook, AdmissionAttempt attempt) =>
        LabelSelector.FromObject(webhook.Map("objectSelector")) is not { } selector
        || (attempt.Object is { } now && selector.Matches(now)) || (attempt.OldObject is { } before && selector.Matches(before));

    private static bool ScopeMatches(JsonObject rule, AdmissionAttempt attempt) => rule.Text("scope") switch
    {
        "Namespaced" => !attempt.IsNamespace && attempt.Namespace is not null,
        "Cluster" => attempt.IsNamespace || attempt.Namespace is null,
        _ => true,
    };

    private static bool ResourceMatches(JsonObject rule, ResourceType type, string subresource) =>
        Has(rule, "apiGroups", type.Group) && Has(rule, "apiVersions", type.Version)
        && rule.Texts("resources").Any(item => item.Split('/', 2) is var parts
            && (parts[0] == "*" || parts[0] == type.Plural)
            && ((parts.Length > 1 ? parts[1] : "") is var wanted && (wanted == "*" || wanted == subresource)));

    private static bool Has(JsonObject rule, string list, string wanted) => rule.Texts(list).Any(item => item == "*" || item == wanted);
}
