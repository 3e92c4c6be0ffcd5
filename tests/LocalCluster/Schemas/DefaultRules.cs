using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.Schemas.Cel;

namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>Checks that every default is itself valid and holds no unknown fields.</summary>
internal static class DefaultRules
{
    public static IReadOnlyList<FieldError> Validate(SchemaNode schema, FieldPath path)
    {
        var errors = new List<FieldError>();
        Visit(schema, path, errors);
        return errors;
    }

    /// <summary>Defaults below <c>additionalProperties</c> are not looked at: the API server does not either.</summary>
    private static void Visit(SchemaNode schema, FieldPath path, List<FieldError> errors)
    {
        if (schema.Default is { } value)
        {
            Check(schema, value, path.Child("default"), errors);
        }

        if (schema.Items is not null)
        {
            Visit(schema.Items, path.Child("items"), errors);
        }

        foreach (var (name, property) in schema.Properties)
        {
            Visit(property, path.Child("properties").Key(name), errors);
        }
    }

    private static void Check(SchemaNode schema, JsonNode value, FieldPath path, List<FieldError> errors)
    {
        if (Pruning.Find(value, schema, schema.EmbeddedResource).Count > 0)
        {
            errors.Add(FieldError.Invalid(path, value, "must not have unknown fields"));
        }

        var found = EmbeddedResources.Validate(schema, value, path);
        if (found.Count == 0)
        {
            found = OpenApiValidation.Validate(schema, value, path, correlation: null);
        }

        if (found.Count == 0 && RuleSet.Compile(schema, isRoot: schema.EmbeddedResource) is { } rules)
        {
            found = rules.Validate(value, value, path, correlation: null);
            found = found.Count == 0 ? rules.Validate(value, old: null, path, correlation: null) : found;
        }

        errors.AddRange(found);
    }
}
