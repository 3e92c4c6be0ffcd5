using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>Checks <c>apiVersion</c>, <c>kind</c> and <c>metadata</c> of objects under <c>x-kubernetes-embedded-resource</c>.</summary>
internal static partial class EmbeddedResources
{
    public static IReadOnlyList<FieldError> Validate(SchemaNode schema, JsonNode? value, FieldPath path = default)
    {
        var errors = new List<FieldError>();
        Visit(schema, value, path, errors);
        return errors;
    }

    private static void Visit(SchemaNode schema, JsonNode? value, FieldPath path, List<FieldError> errors)
    {
        switch (value)
        {
            case JsonObject members:
                if (schema.EmbeddedResource)
                {
                    CheckResource(members, path, errors);
                }

                foreach (var (name, member) in members)
                {
                    if (schema.Properties.TryGetValue(name, out var property))
                    {
                        Visit(property, member, path.Child(name), errors);
                    }
                    else if (schema.AdditionalProperties is { } additional)
                    {
                        Visit(additional, member, path.Key(name), errors);
                    }
                }

                break;
            case JsonArray items when schema.Items is { } itemSchema:
                for (var i = 0; i < items.Count; i++)
                {
                    Visit(itemSchema, items[i], path.Index(i), errors);
                }

                break;
        }
    }

    private static void CheckResource(JsonObject resource, FieldPath path, List<FieldError> errors)
    {
        if (RequiredText(resource, "apiVersion", path, errors) is { } apiVersion && apiVersion.Count(c => c == '/') > 1)
        {
            errors.Add(FieldError.Invalid(path.Child("apiVersion"), apiVersion, $"unexpected GroupVersion string: {apiVersion}"));
        }

        if (RequiredText(resource, "kind", path, errors) is { } kind && !Dns1035Label().IsMatch(kind.ToLowerInvariant()))
        {
            errors.Add(FieldError.Invalid(path.Child("kind"), kind,
                "may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
                + "start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', "
                + "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"));
        }

        if (resource.TryGetPropertyValue("metadata", out var metadata) && metadata is not (null or JsonObject))
        {
            errors.Add(FieldError.Invalid(path.Child("metadata"), metadata, "must be an object"));
        }
    }

    /// <summary>The text of a field that must be there; null, with an error, where it is missing, empty or of another kind.</summary>
    private static string? RequiredText(JsonObject resource, string name, FieldPath path, List<FieldError> errors)
    {
        if (!resource.TryGetPropertyValue(name, out var value))
        {
            errors.Add(FieldError.Required(path.Child(name), ""));
            return null;
        }

        if (value is not JsonValue scalar || scalar.GetValueKind() != JsonValueKind.String)
        {
            errors.Add(FieldError.Invalid(path.Child(name), value, "must be a string"));
            return null;
        }

        var text = scalar.GetValue<string>();
        if (text.Length == 0)
        {
            errors.Add(FieldError.Invalid(path.Child(name), text, "must not be empty"));
            return null;
        }

        return text;
    }

    [GeneratedRegex("^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Dns1035Label();
}
