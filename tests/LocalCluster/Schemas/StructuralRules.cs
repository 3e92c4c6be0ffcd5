namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>
/// What makes a schema structural: a type at every level, and under <c>allOf</c>, <c>anyOf</c>, <c>oneOf</c> and <c>not</c>
/// nothing but checks on fields that the schema specifies outside of them.
/// </summary>
internal sealed class StructuralRules
{
    private enum Level
    {
        Root,
        Item,
        Field,
    }

    private readonly List<FieldError> _errors = [];

    public static IReadOnlyList<FieldError> Validate(SchemaNode schema, FieldPath path)
    {
        var rules = new StructuralRules();
        rules.Visit(schema, Level.Root, path);
        rules.RequireSpine(schema, schema, path, path);
        return [.. rules._errors.OrderBy(error => error.ToString(), StringComparer.Ordinal)];
    }

    private void Visit(SchemaNode schema, Level level, FieldPath path)
    {
        if (schema is { Type: "array", Items: null })
        {
            _errors.Add(FieldError.Required(path.Child("items"), "must be specified"));
        }

        if (schema.Items is not null)
        {
            Visit(schema.Items, Level.Item, path.Child("items"));
        }

        foreach (var (name, property) in schema.Properties)
        {
            Visit(property, Level.Field, path.Child("properties").Key(name));
        }

        if (level == Level.Root && schema.HasAdditionalProperties)
        {
            _errors.Add(FieldError.Forbidden(path.Child("additionalProperties"), "must not be used at the root"));
        }

        if (schema.AdditionalProperties is not null)
        {
            Visit(schema.AdditionalProperties, Level.Field, path.Child("additionalProperties"));
        }

        CheckExtensions(schema, path);
        CheckLogic(schema, IsIntOrStringChoice(schema), schema.AllOf.Count > 0 && IsIntOrStringChoice(schema.AllOf[0]), level, path);
        CheckType(schema, level, path);
        CheckMetadata(schema, level, path);
        if (schema is { EmbeddedResource: true, PreservesUnknownFields: false, Properties.Count: 0 })
        {
            _errors.Add(FieldError.Required(path.Child("properties"),
                "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"));
        }
    }

    private void CheckExtensions(SchemaNode schema, FieldPath path)
    {
        if (schema is { IntOrString: true, PreservesUnknownFields: true })
        {
            _errors.Add(FieldError.Invalid(path.Child("x-kubernetes-preserve-unknown-fields"), true, "must be false if x-kubernetes-int-or-string is true"));
        }

        if (schema is { IntOrString: true, EmbeddedResource: true })
        {
            _errors.Add(FieldError.Invalid(path.Child("x-kubernetes-embedded-resource"), true, "must be false if x-kubernetes-int-or-string is true"));
        }
    }

    private void CheckType(SchemaNode schema, Level level, FieldPath path)
    {
        var typePath = path.Child("type");
        if (schema.EmbeddedResource && schema.Type != "object")
        {
            const string Detail = "must be object if x-kubernetes-embedded-resource is true";
            _errors.Add(schema.Type.Length == 0 ? FieldError.Required(typePath, Detail) : FieldError.Invalid(typePath, schema.Type, Detail));
        }
        else if (schema is { Type: "", IntOrString: false, PreservesUnknownFields: false })
        {
            _errors.Add(FieldError.Required(typePath, level switch
            {
                Level.Root => "must not be empty at the root",
                Level.Item => "must not be empty for specified array items",
                _ => "must not be empty for specified object fields",
            }));
        }

        if (schema is { EmbeddedResource: true, HasAdditionalProperties: true })
        {
            _errors.Add(FieldError.Forbidden(path.Child("additionalProperties"), "must not be used if x-kubernetes-embedded-resource is set"));
        }

        if (level == Level.Root && schema.Type.Length > 0 && schema.Type != "object")
        {
            _errors.Add(FieldError.Invalid(typePath, schema.Type, "must be object at the root"));
        }
    }

    private void CheckMetadata(SchemaNode schema, Level level, FieldPath path)
    {
        var isResource = level == Level.Root || schema.EmbeddedResource;
        foreach (var name in isResource ? (string[])["kind", "apiVersion"] : [])
        {
            if (schema.Properties.TryGetValue(name, out var property) && property.Type != "string")
            {
                _errors.Add(FieldError.Invalid(path.Child("properties").Key(name).Child("type"), property.Type, "must be string"));
            }
        }

        if (!schema.Properties.TryGetValue("metadata", out var metadata))
        {
            return;
        }

        var metadataPath = path.Child("properties").Key("metadata");
        if (isResource && metadata.Type != "object")
        {
            _errors.Add(FieldError.Invalid(metadataPath.Child("type"), metadata.Type, "must be object"));
        }

        var allowed = (string[])["type", "properties", "default"];
        if (level == Level.Root
            && (metadata.Properties.Keys.Any(name => name is not ("name" or "generateName")) || metadata.Keywords.Any(keyword => !allowed.Contains(keyword))))
        {
            _errors.Add(FieldError.Forbidden(metadataPath,
                "must not specify anything other than name and generateName, but metadata is implicitly specified"));
        }
    }

    /// <summary><c>anyOf: [{type: integer}, {type: string}]</c>, the one place where a nested type may be written.</summary>
    private static bool IsIntOrStringChoice(SchemaNode schema) =>
        schema.AnyOf is [{ Type: "integer", Keywords.Count: 1 }, { Type: "string", Keywords.Count: 1 }];

    private void CheckLogic(SchemaNode schema, bool skipAnyOf, bool skipAnyOfInFirstAllOf, Level level, FieldPath path)
    {
        for (var i = 0; !skipAnyOf && i < schema.AnyOf.Count; i++)
        {
            CheckNested(schema.AnyOf[i], skipAnyOf: false, level, path.Child("anyOf").Index(i));
        }

        for (var i = 0; i < schema.AllOf.Count; i++)
        {
            CheckNested(schema.AllOf[i], skipAnyOfInFirstAllOf && i == 0, level, path.Child("allOf").Index(i));
        }

        for (var i = 0; i < schema.OneOf.Count; i++)
        {
            CheckNested(schema.OneOf[i], skipAnyOf: false, level, path.Child("oneOf").Index(i));
        }

        if (schema.Not is not null)
        {
            CheckNested(schema.Not, skipAnyOf: false, level, path.Child("not"));
        }

        if (schema.Pattern.Length > 0 && Re2.TryCompile(schema.Pattern, out var error) is null)
        {
            _errors.Add(FieldError.Invalid(path.Child("pattern"), schema.Pattern, $"must be a valid regular expression, but isn't: {error}"));
        }
    }

    private void CheckNested(SchemaNode schema, bool skipAnyOf, Level level, FieldPath path)
    {
        CheckLogic(schema, skipAnyOf, skipAnyOfInFirstAllOf: false, level, path);
        if (schema.Items is not null)
        {
            CheckNested(schema.Items, skipAnyOf: false, level, path.Child("items"));
        }

        foreach (var (name, property) in schema.Properties)
        {
            CheckNested(property, skipAnyOf: false, Level.Field, path.Child("properties").Key(name));
        }

        Forbid(schema.Type.Length > 0, "type", "must be empty to be structural");
        Forbid(schema.AdditionalProperties is not null || schema.AdditionalPropertiesAllowed == true,
            "additionalProperties", "must be undefined to be structural");
        Forbid(schema.Default is not null, "default", "must be undefined to be structural");
        Forbid(schema.Title.Length > 0, "title", "must be empty to be structural");
        Forbid(schema.Description.Length > 0, "description", "must be empty to be structural");
        Forbid(schema.Nullable, "nullable", "must be false to be structural");
        Forbid(schema.PreservesUnknownFields, "x-kubernetes-preserve-unknown-fields", "must be false to be structural");
        Forbid(schema.EmbeddedResource, "x-kubernetes-embedded-resource", "must be false to be structural");
        Forbid(schema.IntOrString, "x-kubernetes-int-or-string", "must be false to be structural");
        Forbid(schema.ListMapKeys.Count > 0, "x-kubernetes-list-map-keys", "must be empty to be structural");
        Forbid(schema.ListType is not null, "x-kubernetes-list-type", "must be undefined to be structural");
        Forbid(schema.MapType is not null, "x-kubernetes-map-type", "must be undefined to be structural");
        Forbid(schema.Rules.Count > 0, "x-kubernetes-validations", "must be empty to be structural");
        if (schema.Properties.ContainsKey("metadata"))
        {
            _errors.Add(FieldError.Forbidden(path.Child("properties").Key("metadata"), "must not be specified in a nested context"));
        }

        void Forbid(bool isPresent, string keyword, string detail)
        {
            if (isPresent)
            {
                _errors.Add(FieldError.Forbidden(path.Child(keyword), detail));
            }
        }
    }

    /// <summary>Every field that a nested check names must be specified by the schema itself, its spine.</summary>
    private void RequireSpine(SchemaNode check, SchemaNode? spine, FieldPath spinePath, FieldPath checkPath)
    {
        for (var i = 0; i < check.AllOf.Count; i++)
        {
            RequireNestedSpine(check.AllOf[i], spine, spinePath, checkPath.Child("allOf").Index(i));
        }

        for (var i = 0; i < check.AnyOf.Count; i++)
        {
            RequireNestedSpine(check.AnyOf[i], spine, spinePath, checkPath.Child("anyOf").Index(i));
        }

        for (var i = 0; i < check.OneOf.Count; i++)
        {
            RequireNestedSpine(check.OneOf[i], spine, spinePath, checkPath.Child("oneOf").Index(i));
        }

        if (check.Not is not null)
        {
            RequireNestedSpine(check.Not, spine, spinePath, checkPath.Child("not"));
        }
    }

    private void RequireNestedSpine(SchemaNode check, SchemaNode? spine, FieldPath spinePath, FieldPath checkPath)
    {
        if (spine is null)
        {
            _errors.Add(FieldError.Required(spinePath, $"because it is defined in {checkPath}"));
            return;
        }

        RequireSpine(check, spine, spinePath, checkPath);
        if (check.Items is not null)
        {
            RequireNestedSpine(check.Items, spine.Items, spinePath.Child("items"), checkPath.Child("items"));
        }

        foreach (var (name, property) in check.Properties)
        {
            RequireNestedSpine(
                property,
                spine.Properties.GetValueOrDefault(name),
                spinePath.Child("properties").Key(name),
                checkPath.Child("properties").Key(name));
        }
    }
}
