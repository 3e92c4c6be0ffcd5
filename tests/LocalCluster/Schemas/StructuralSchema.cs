using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.Schemas.Cel;

namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>
/// The schema of one version of a custom resource: prunes, defaults and validates objects as a Kubernetes 1.36 API server does.
/// Instances are immutable and safe for concurrent use; objects are changed in place by <see cref="Prune"/> and <see cref="Default"/>.
/// </summary>
/// <remarks>
/// The API server's order of work on a request is: unknown fields are reported or refused, then <see cref="Prune"/>, <see cref="Default"/>,
/// <see cref="Validate"/>.
/// </remarks>
public sealed class StructuralSchema
{
    private static readonly string[] AllowedAtRootWithStatus =
    [
        "Description", "Type", "Format", "Title", "Maximum", "ExclusiveMaximum", "Minimum", "ExclusiveMinimum", "MaxLength", "MinLength", "Pattern",
        "MaxItems", "MinItems", "UniqueItems", "MultipleOf", "Required", "Items", "Properties", "ExternalDocs", "Example",
        "XPreserveUnknownFields", "XValidations",
    ];

    private readonly SchemaNode _root;
    private readonly RuleSet? _rules;

    private StructuralSchema(SchemaNode root)
    {
        _root = root;
        _rules = RuleSet.Compile(root, isRoot: true);
    }

    /// <summary>Reads and checks a schema as the API server does when a CustomResourceDefinition is written.</summary>
    /// <param name="openApiV3Schema">The value of <c>spec.versions[*].schema.openAPIV3Schema</c>.</param>
    /// <param name="path">Where the schema stands in the CustomResourceDefinition, for errors; the default is what the API server prints for a definition with one schema for all versions.</param>
    /// <param name="hasStatusSubresource">Whether the version has a <c>status</c> subresource, which restricts what may be written at the root.</param>
    /// <exception cref="InvalidSchemaException">The schema is not structural, a default is invalid, or a CEL rule does not compile or may cost too much.</exception>
    public static StructuralSchema Parse(
        JsonObject openApiV3Schema, string path = "spec.validation.openAPIV3Schema", bool hasStatusSubresource = false)
    {
        ArgumentNullException.ThrowIfNull(openApiV3Schema);
        var root = new FieldPath(path);
        var reader = new SchemaReader();
        var schema = reader.Read(openApiV3Schema, root);
        ThrowIfAny(reader.Errors);

        var errors = new List<FieldError>();
        if (hasStatusSubresource)
        {
            CheckRootKeywords(schema, openApiV3Schema, root, errors);
        }

        if (schema.Nullable)
        {
            errors.Add(FieldError.Forbidden(root.Child("nullable"), "nullable cannot be true at the root"));
        }

        var structural = new List<FieldError>();
        if (schema.UnsupportedKeywords.Count == 0)
        {
            structural.AddRange(StructuralRules.Validate(schema, root));
            if (structural.Count == 0)
            {
                structural.AddRange(DefaultRules.Validate(schema, root));
            }
        }

        errors.AddRange(structural);
        errors.AddRange(KeywordRules.Validate(schema, root, compileRules: structural.Count == 0));
        ThrowIfAny(errors);
        return new StructuralSchema(schema);
    }

    /// <summary>
    /// Removes every field that the schema does not specify, but for <c>apiVersion</c>, <c>kind</c> and <c>metadata</c> of the object and of
    /// embedded resources, and what stands under <c>x-kubernetes-preserve-unknown-fields</c>.
    /// </summary>
    /// <param name="obj">The object, changed in place.</param>
    public void Prune(JsonObject obj) => Pruning.Apply(obj, _root, isRoot: true);

    /// <summary>The paths of the fields that <see cref="Prune"/> would remove, sorted: <c>spec.kafka.bootstrapServer</c>.</summary>
    /// <param name="obj">The object, not changed.</param>
    public IReadOnlyList<string> UnknownFields(JsonObject obj) => Pruning.Find(obj, _root, isRoot: true);

    /// <summary>
    /// Sets missing fields to their defaults, level by level. A null where the schema is not nullable becomes the default, or is removed where there is none.
    /// </summary>
    /// <param name="obj">The object, changed in place.</param>
    public void Default(JsonObject obj) => Defaulting.Apply(obj, _root);

    /// <summary>
    /// Validates an object: OpenAPI keywords, embedded resources, duplicates in sets and list-maps, and then CEL rules, which are skipped when a
    /// field is missing, too long or of a wrong type. On an update what did not change is not refused, unless a rule compares with <c>oldSelf</c>.
    /// </summary>
    /// <param name="obj">The object after pruning and defaulting.</param>
    /// <param name="old">The object before an update; null when it is created.</param>
    /// <returns>The errors; empty when the object is valid.</returns>
    public IReadOnlyList<FieldError> Validate(JsonObject obj, JsonObject? old)
    {
        ArgumentNullException.ThrowIfNull(obj);
        var correlation = old is null ? null : new Correlation(_root, obj, old);
        var errors = new List<FieldError>(OpenApiValidation.Validate(_root, obj, FieldPath.Root, correlation));
        errors.AddRange(EmbeddedResources.Validate(_root, obj));
        if (old is null || ListTypes.Validate(_root, old).Count == 0)
        {
            errors.AddRange(ListTypes.Validate(_root, obj));
        }

        if (_rules is null)
        {
            return errors;
        }

        if (errors.Any(BlocksRules))
        {
            errors.Add(FieldError.Invalid(FieldPath.Root, value: null,
                "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation"));
        }
        else
        {
            errors.AddRange(_rules.Validate(obj, old, FieldPath.Root, correlation));
        }

        return errors;
    }

    private static bool BlocksRules(FieldError error) => error.Type
        is FieldError.NotSupportedType or FieldError.RequiredType or FieldError.TooLongType or FieldError.TooManyType or FieldError.TypeInvalidType;

    private static void CheckRootKeywords(SchemaNode schema, JsonObject json, FieldPath path, List<FieldError> errors)
    {
        if (schema.Type is not ("object" or ""))
        {
            errors.Add(FieldError.Invalid(path.Child("type"), schema.Type,
                "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled"));
        }
        else if (schema.Keywords.FirstOrDefault(keyword => !AllowedAtRootWithStatus.Contains(GoName(keyword), StringComparer.OrdinalIgnoreCase)) is not null)
        {
            errors.Add(FieldError.Invalid(path, json,
                $"only [{string.Join(' ', AllowedAtRootWithStatus)}] fields are allowed at the root of the schema if the status subresource is enabled"));
        }
    }

    private static string GoName(string keyword) => keyword switch
    {
        "x-kubernetes-preserve-unknown-fields" => "XPreserveUnknownFields",
        "x-kubernetes-validations" => "XValidations",
        _ => keyword,
    };

    private static void ThrowIfAny(IReadOnlyList<FieldError> errors)
    {
        if (errors.Count > 0)
        {
            throw new InvalidSchemaException(errors);
        }
    }
}
