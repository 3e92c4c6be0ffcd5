using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>Matches labels as selectors in objects ask.</summary>
internal static class Selectors
{
    /// <summary>Whether labels match; an empty selector matches everything.</summary>
    public static bool Matches(V1LabelSelector? selector, IDictionary<string, string>? labels) =>
        Matches(selector?.MatchLabels, labels) && (selector?.MatchExpressions ?? []).All(rule => Matches(rule, labels));

    /// <summary>Whether all these labels are there.</summary>
    public static bool Matches(IDictionary<string, string>? wanted, IDictionary<string, string>? labels) =>
        (wanted ?? new Dictionary<string, string>()).All(pair => labels?.TryGetValue(pair.Key, out var value) == true && value == pair.Value);

    private static bool Matches(V1LabelSelectorRequirement rule, IDictionary<string, string>? labels)
    {
        string? value = null;
        var exists = labels?.TryGetValue(rule.Key, out value) == true;
        return rule.OperatorProperty switch
        {
            "In" => exists && rule.Values.Contains(value!),
            "NotIn" => !exists || !rule.Values.Contains(value!),
            "Exists" => exists,
            "DoesNotExist" => !exists,
            _ => false,
        };
    }
}
