using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Admission;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.Schemas;

namespace KafkaLogstash.LocalCluster.ApiServer.Kinds;

/// <summary>Defaults and rules of webhook configurations.</summary>
internal static class Webhooks
{
    public static void Default(JsonObject obj)
    {
        foreach (var webhook in obj.Objects("webhooks"))
        {
            webhook.Default("failurePolicy", "Fail");
            webhook.Default("matchPolicy", "Equivalent");
            webhook.Default("timeoutSeconds", 10);
            webhook.Ensure("namespaceSelector");
            webhook.Ensure("objectSelector");
            webhook.Map("clientConfig", "service")?.Default("port", 443);
            foreach (var rule in webhook.Objects("rules"))
            {
                rule.Default("scope", "*");
            }
        }
    }

    public static IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var webhooks = obj.Objects("webhooks").ToList();
        var names = new HashSet<string>(StringComparer.Ordinal);
        return webhooks.SelectMany((webhook, i) => ValidateOne(webhook, $"webhooks[{i}]")
            .Concat(webhook.Text("name") is { Length: > 0 } name && !names.Add(name) ? [FieldErrors.Duplicate($"webhooks[{i}].name", name)] : []));
    }

    private static IEnumerable<FieldError> ValidateOne(JsonObject webhook, string path)
    {
        var name = webhook.Text("name") ?? "";
        if (name.Length == 0)
        {
            yield return FieldErrors.Required($"{path}.name");
        }
        else if (Names.Subdomain(name) is { } problem)
        {
            yield return FieldErrors.Invalid($"{path}.name", name, problem);
        }
        else if (name.Split('.').Length < 3)
        {
            yield return FieldErrors.Invalid($"{path}.name", name, "should be a domain with at least three segments separated by dots");
        }

        foreach (var (rule, i) in webhook.Objects("rules").Select((rule, i) => (rule, i)))
        {
            foreach (var list in (string[])["operations", "apiGroups", "apiVersions", "resources"])
            {
                if (!rule.Texts(list).Any())
                {
                    yield return FieldErrors.Required($"{path}.rules[{i}].{list}");
                }
            }
        }

        foreach (var (field, supported) in new[] { ("failurePolicy", (string[])["Fail", "Ignore"]), ("matchPolicy", ["Equivalent", "Exact"]) })
        {
            if (!supported.Contains(webhook.Text(field), StringComparer.Ordinal))
            {
                yield return FieldErrors.NotSupported($"{path}.{field}", webhook[field], supported);
            }
        }

        if (webhook["sideEffects"] is null)
        {
            yield return FieldErrors.Required($"{path}.sideEffects", "must specify one of None, NoneOnDryRun");
        }
        else if (webhook.Text("sideEffects") is not ("None" or "NoneOnDryRun"))
        {
            yield return FieldErrors.NotSupported($"{path}.sideEffects", webhook["sideEffects"], "None", "NoneOnDryRun");
        }

        if (webhook.Number("timeoutSeconds") is not (>= 1 and <= 30))
        {
            yield return FieldErrors.Invalid($"{path}.timeoutSeconds", webhook["timeoutSeconds"], "the timeout value must be between 1 and 30 seconds");
        }

        foreach (var error in ValidateClient(webhook["clientConfig"], $"{path}.clientConfig"))
        {
            yield return error;
        }

        foreach (var (condition, i) in webhook.Objects("matchConditions").Select((condition, i) => (condition, i)))
        {
            foreach (var error in ValidateCondition(condition, $"{path}.matchConditions[{i}]"))
            {
                yield return error;
            }
        }

        var versions = webhook.Texts("admissionReviewVersions").ToList();
        if (versions.Count == 0)
        {
            yield return FieldErrors.Required($"{path}.admissionReviewVersions", "must specify one of v1, v1beta1");
        }
        else if (!versions.Contains("v1", StringComparer.Ordinal))
        {
            yield return FieldErrors.Invalid($"{path}.admissionReviewVersions", webhook["admissionReviewVersions"], "must include at least one of v1, v1beta1");
        }
    }

    private static IEnumerable<FieldError> ValidateCondition(JsonObject condition, string path)
    {
        if (condition.Text("expression")?.Trim() is not { Length: > 0 } expression)
        {
            yield return FieldErrors.Required($"{path}.expression");
        }
        else if (MatchConditions.Compile(expression, out var error) is null)
        {
            yield return FieldErrors.Invalid($"{path}.expression", expression, error);
        }

        if (condition.Text("name") is not { Length: > 0 } name)
        {
            yield return FieldErrors.Required($"{path}.name");
        }
        else if (Names.QualifiedName(name) is { } problem)
        {
            yield return FieldErrors.Invalid($"{path}.name", name, problem);
        }
    }

    private static IEnumerable<FieldError> ValidateClient(JsonNode? client, string path)
    {
        var (url, service) = (client.Text("url"), client.Map("service"));
        if (url is null == service is null)
        {
            yield return FieldErrors.Required(path, "exactly one of url or service is required");
        }
        else if (url is not null && (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme != Uri.UriSchemeHttps))
        {
            yield return FieldErrors.Invalid($"{path}.url", url.Split(':')[0], "'https' is the only allowed URL scheme; desired format: https://host[/path]");
        }
        else if (service is not null)
        {
            foreach (var field in (string[])["name", "namespace"])
            {
                if (service.Text(field) is not { Length: > 0 })
                {
                    yield return FieldErrors.Required($"{path}.service.{field}");
                }
            }
        }
    }
}
